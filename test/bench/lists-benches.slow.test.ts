import { expect, it } from 'vitest';
import { runBench } from './run-bench.ts';

/** The benchmarks themselves count points, rows, lines and missing ticks. */
it.each([
  [
    ...(['lists', '--points 2000 --rounds 1'] as const),
    ...([['preview_and_apply_s', 'export_csv_s', 'api_peak_memory_mb'], 'bare_insert_s'] as const),
  ],
  [
    ...(['export', '--days 1 --rounds 1'] as const),
    ...([['export_s', 'values_per_second', 'api_peak_memory_mb'], 'copy_s'] as const),
  ],
  [
    ...(['readers', '--points 1000 --bytes 100000'] as const),
    ...([['apply_s', 'apply_sessions_ms'], 'idle_ms'] as const),
  ],
  [
    ...(['hostile', '--seconds 1 --only packed_status --allowed-ms 600000'] as const),
    ...([['packed_status_api_ms', 'packed_status_samples_ms'], 'allowed_api_ms'] as const),
  ],
  ['summary', '--sessions 20 --rounds 1', ['answer_ms', 'first_ms', 'kilobytes'], 'bare_route_ms'],
] as const)(
  'the %s benchmark has each figure next to its limit, and leaves nothing behind',
  async (name, flags, figures, limit) => {
    const measured = await runBench(name, flags);
    for (const figure of figures) expect(measured.figures[figure], figure).toBeGreaterThan(0);
    expect(measured.limit[limit]).toBeGreaterThan(0);
    expect(measured.ratio).toBeGreaterThan(0);
  },
  300_000,
);
