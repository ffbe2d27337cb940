import type { FormerLife, LeaseValue } from '../contracts/lease-value.ts';
import type { LeaseRecord } from './lease-store.ts';

/** Only the last few lives are kept, however often collectors restart: the lease is written every few seconds. */
const toldAtMost = 5;

/** Lives before the present one, newest first, from the record that the present one takes over. */
export function formerLives(record: LeaseRecord, value: LeaseValue, startedAt: unknown): FormerLife[] {
  const { lives = [], started_at } = value;
  // Holders of a lease without a start have no recorded lives; a lease with our own start was fenced, and is held again.
  if (typeof started_at !== 'string' || started_at === startedAt) return [...lives];
  return [{ started_at, ...endOf(record, value) }, ...lives].slice(0, toldAtMost);
}

function endOf({ writtenAtMs }: LeaseRecord, value: LeaseValue): Omit<FormerLife, 'started_at'> {
  const writtenAt = writtenAtMs === undefined ? undefined : new Date(writtenAtMs).toISOString();
  const { state, state_since, fenced, last_renewed_at } = value;
  if (state !== 'given_up') return { how: 'vanished', over_at: writtenAt, last_renewed_at: writtenAt };
  return { how: fenced === 'dead' ? 'lost' : 'ended', over_at: state_since, last_renewed_at };
}
