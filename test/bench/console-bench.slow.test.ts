import { expect, inject, it } from 'vitest';
import { runBench } from './run-bench.ts';

/** The benchmark itself checks that every point is shown and current all the time. */
it.skipIf(inject('installedServers').chromium === null)(
  'the console benchmark shows live points in a browser, each figure next to its limit',
  async () => {
    const flags = '--devices 5 --points 20 --seconds 4 --minutes 0 --loads 1';
    const { ratio, figures, limit } = await runBench('console', flags);
    expect(figures.live_points).toBe(100);
    expect(figures.packed_bytes_until_sessions).toBeGreaterThan(50_000);
    for (const name of ['main_thread_ms_per_second', 'first_paint_median_ms', 'heap_at_last_bytes']) {
      expect(figures[name]).toBeGreaterThan(0);
    }
    const most = Number(limit.packed_bytes) / figures.packed_bytes_until_sessions;
    expect(ratio).toBeLessThanOrEqual(most + 0.001);
  },
  300_000,
);
