import type { OwnershipRow, OwnershipSpan } from '@holdfast/shared/contracts/http/ownership-http.ts';

/** The log's account of a session at a moment. */
export type HolderThen =
  | { readonly kind: 'held'; readonly span: OwnershipSpan; readonly isSeen: boolean }
  | { readonly kind: 'nobody' | 'paused' | 'failed' | 'ended' | 'before' };

/** How far from a moment a sample may be: between two ticks, and while one is on its way, none is missing. */
const nearMs = 20_000;

type HeldSession = Pick<OwnershipRow, 'spans' | 'life' | 'status'>;

/** Who held a session at a moment, and whether a sample of it is there from around then. */
export function holderAt({ spans, life, status }: HeldSession, at: number): HolderThen {
  const span = spans.findLast(
    ({ from, to }) => Date.parse(from) <= at && (to === null || Date.parse(to) > at),
  );
  if (span) {
    const { first_sample: first, last_sample: last } = span;
    const isSeen =
      first !== null && last !== null && Date.parse(first) <= at + nearMs && at - nearMs <= Date.parse(last);
    return { kind: 'held', span, isSeen };
  }
  const now = life.find(({ from, to }) => Date.parse(from) <= at && at <= Date.parse(to));
  if (now === undefined) return { kind: 'before' };
  if (now.state === 'running') return { kind: 'nobody' };
  if (now.state === 'over') return { kind: status === 'error' ? 'failed' : 'ended' };
  // Between two runs the session was paused or had failed; its present status only describes the last time.
  return { kind: life.at(-1) === now && status === 'error' ? 'failed' : 'paused' };
}

/** Moments at which a session changed hands, in order: what arrow keys leap to. */
export function changesOf({ spans }: Pick<OwnershipRow, 'spans'>): number[] {
  const all = spans.flatMap(({ from, to }) => [Date.parse(from), ...(to === null ? [] : [Date.parse(to)])]);
  return [...new Set(all)].sort((one, other) => one - other);
}
