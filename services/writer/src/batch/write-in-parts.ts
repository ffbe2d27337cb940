import type { WriteOutcome } from '@holdfast/sample-store/sample-store.ts';

export interface Refused<T> {
  readonly item: T;
  readonly reason: string;
}

export interface PartsWritten<T> {
  readonly written: T[];
  /** In the order given; each was refused when written by itself. */
  readonly refused: Refused<T>[];
}

/**
 * Writes all items, and when the store rejects them, halves, down to the single ones that it will not have. One
 * culprit among n costs about 2·log₂ n further writes.
 */
export async function writeInParts<T>(
  items: readonly T[],
  write: (items: readonly T[]) => Promise<WriteOutcome>,
): Promise<PartsWritten<T>> {
  const [first] = items;
  if (first === undefined) return { written: [], refused: [] };
  const outcome = await write(items);
  if (outcome.kind === 'written') return { written: [...items], refused: [] };
  if (items.length === 1) return { written: [], refused: [{ item: first, reason: outcome.reason }] };
  const middle = items.length >> 1;
  const left = await writeInParts(items.slice(0, middle), write);
  const right = await writeInParts(items.slice(middle), write);
  return { written: [...left.written, ...right.written], refused: [...left.refused, ...right.refused] };
}
