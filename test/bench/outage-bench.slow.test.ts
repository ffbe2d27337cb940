import { expect, it } from 'vitest';
import { runBench } from './run-bench.ts';

/** The benchmark itself compares every tick, and fails when one is missing. */
it('the outage benchmark finds everything that was read while the database was killed', async () => {
  const { ratio, figures, limit } = await runBench('outage', '--seconds 3 --around 2 --values 1000');
  expect(limit).toEqual({ live_values_per_second: 1_000 });
  expect(ratio).toBeGreaterThan(0);
  expect(figures.values_in_database).toBe(figures.ticks_read * 50);
  // Two devices, ten times a second, for seven seconds and more.
  expect(figures.ticks_read).toBeGreaterThan(100);
  expect(figures.backlog_messages).toBeGreaterThan(0);
});
