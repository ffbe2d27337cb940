import type { RecordedSample } from './history.ts';

/** The samples of a device from one reader, who says in each since which tick it has left none out. */
export interface ReadingSeries {
  readonly session: string;
  /** Device code. */
  readonly device: string;
  readonly epoch: number;
  readonly collector: string;
  readonly periodMs: number;
  readonly sinceTick: number;
  readonly first: RecordedSample;
  /** The first sample of a later tick than the first: a reader that starts over never begins with the same one again. */
  readonly second: RecordedSample | undefined;
  readonly last: RecordedSample;
}

type Growing = { -readonly [K in keyof ReadingSeries]: ReadingSeries[K] };

/** The series of all devices, as they come. */
export function readingSeries(samples: readonly RecordedSample[]): ReadingSeries[] {
  const all = new Map<string, Growing>();
  for (const recorded of samples) {
    const { session, device, epoch, collector, tick, miss } = recorded.sample;
    const { period_ms: periodMs, since_tick: sinceTick } = recorded.sample;
    // The sender of a notice of lost ticks need not have read them.
    if (sinceTick === undefined || miss?.cause === 'buffer_full') continue;
    const key = `${session}/${device}/${epoch}/${periodMs}/${sinceTick}`;
    const entry = all.get(key);
    const second = tick > sinceTick ? recorded : undefined;
    if (!entry) {
      const about = { session, device, epoch, collector, periodMs, sinceTick };
      all.set(key, { ...about, first: recorded, second, last: recorded });
      continue;
    }
    if (tick < entry.first.sample.tick) entry.first = recorded;
    if (tick > entry.last.sample.tick) entry.last = recorded;
    if (second && (!entry.second || tick < entry.second.sample.tick)) entry.second = second;
  }
  return [...all.values()];
}
