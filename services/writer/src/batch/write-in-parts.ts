import type { Refusal, StorableSample, WriteOutcome } from '@holdfast/sample-store/sample-store.ts';

export interface Refused<T> {
  readonly item: T;
  readonly refusal: Refusal;
}

export interface PartsWritten<T> {
  /** In the order given. */
  readonly written: T[];
  /** In the order given. Either refused completely, or in part; then the rest is written. */
  readonly refused: Refused<T>[];
  /** To be written again in a moment, as the store still makes room for them. */
  readonly later: T[];
}

/**
 * Writes all items. When the store rejects them, they are halved, down to the single items that it will not take. One
 * culprit among n costs about 2·log₂ n further writes.
 */
export async function writeInParts<T extends { readonly sample: StorableSample }>(
  items: readonly T[],
  write: (items: readonly T[]) => Promise<WriteOutcome>,
): Promise<PartsWritten<T>> {
  const [first] = items;
  if (first === undefined) return { written: [], refused: [], later: [] };
  const outcome = await write(items);
  if (outcome.kind === 'written') {
    if (!outcome.refused && !outcome.later) return { written: [...items], refused: [], later: [] };
    const later = new Set(outcome.later);
    const refusals = new Map(outcome.refused?.map((refusal) => [refusal.sample, refusal]));
    return {
      written: items.filter(({ sample }) => !refusals.has(sample) && !later.has(sample)),
      refused: items.flatMap((item) => {
        const refusal = refusals.get(item.sample);
        return refusal ? [{ item, refusal }] : [];
      }),
      later: items.filter(({ sample }) => later.has(sample)),
    };
  }
  if (items.length === 1) {
    const refusal: Refusal = { sample: first.sample, codes: 'all', reason: outcome.reason };
    return { written: [], refused: [{ item: first, refusal }], later: [] };
  }
  const middle = items.length >> 1;
  const left = await writeInParts(items.slice(0, middle), write);
  const right = await writeInParts(items.slice(middle), write);
  return {
    written: [...left.written, ...right.written],
    refused: [...left.refused, ...right.refused],
    later: [...left.later, ...right.later],
  };
}
