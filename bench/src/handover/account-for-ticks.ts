import type { StoredSample } from '../fleet/follow-samples.ts';

export interface TickAccount {
  /** Ticks from the first to the last one that there is a sample of. */
  readonly expected: number;
  /** Ticks with values. */
  readonly read: number;
  readonly missed: number;
  readonly readTwice: number;
  /** From the scheduled time to the complete reply, of the first tick that each further holder read. */
  readonly handOverLatenessMs: readonly number[];
  /** The same for all other ticks except the session's first, which waited for its start. */
  readonly ordinaryLatenessMs: readonly number[];
}

/** The fate of each tick of a session with one device. */
export function accountForTicks(samples: readonly StoredSample[]): TickAccount {
  const readTicks = new Set<number>();
  const handOverLatenessMs: number[] = [];
  const ordinaryLatenessMs: number[] = [];
  let epoch: number | undefined;
  let readTwice = 0;
  for (const sample of samples) {
    if (!sample.hasValues) continue;
    if (readTicks.has(sample.tick)) readTwice += 1;
    readTicks.add(sample.tick);
    const latenessMs = sample.readAtMs - sample.scheduledAtMs;
    if (epoch === sample.epoch) ordinaryLatenessMs.push(latenessMs);
    else if (epoch !== undefined) handOverLatenessMs.push(latenessMs);
    epoch = sample.epoch;
  }
  const ticks = samples.map(({ tick }) => tick);
  const expected = ticks.length === 0 ? 0 : Math.max(...ticks) - Math.min(...ticks) + 1;
  return {
    expected,
    read: readTicks.size,
    missed: expected - readTicks.size,
    readTwice,
    handOverLatenessMs,
    ordinaryLatenessMs,
  };
}
