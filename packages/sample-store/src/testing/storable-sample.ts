import type { StorableSample } from '../sample-store.ts';

/** 2026-01-01T00:00:00Z */
export const firstTimeMs = 1_767_225_600_000;

/** A sample of press 1 at tick 0, changed where the test needs it. */
export function storableSample(changes: Partial<StorableSample> = {}): StorableSample {
  const tick = changes.tick ?? 0;
  return {
    session: 'session-1',
    epoch: 7,
    task: 'task-1',
    device: 'press-1',
    site: 'north',
    measurement: changes.device ?? 'press-1',
    tick,
    period_ms: 1000,
    time: firstTimeMs + tick * 1000,
    values: { temperature: 20.5 },
    ...changes,
  };
}
