import { describe, expect, it } from 'vitest';
import { runBench } from './run-bench.ts';

/** Checks only that speed was measured, not how fast it was. */
describe('the benchmarks of a whole fleet end with one line of JSON', () => {
  it('failover: sessions of a killed collector are read by another, and by itself after a restart', async () => {
    const { ratio, figures, limit } = await runBench('failover', '--ttl-ms 3000 --kills 2 --sessions 3');
    expect(figures).toMatchObject({ lease_ttl_ms: 3_000, kills: 2 });
    // The collector with the most sessions holds one to three of three.
    for (const measured of ['failovers_measured', 'restarts_measured']) {
      expect(figures[measured]).toBeGreaterThanOrEqual(2);
      expect(figures[measured]).toBeLessThanOrEqual(6);
    }
    expect(Number(figures.kill_to_assigned_max_ms)).toBeLessThanOrEqual(Number(figures.failover_max_ms));
    expect(limit).toEqual({ failover_p99_ms: 5_000, restart_p99_ms: 2_000 });
    const worse = Math.min(5_000 / Number(figures.failover_p99_ms), 2_000 / Number(figures.restart_p99_ms));
    expect(ratio).toBeCloseTo(worse, 2);
  });

  it('handover: sessions move by restarts and by rebalancing, and each tick is accounted for', async () => {
    const { ratio, figures } = await runBench('handover', '--sessions 6 --collectors 2 --rounds 1');
    const { ticks_expected: expected, ticks_read: ticksRead, ticks_missed: missed } = figures;
    expect(Number(ticksRead) + Number(missed)).toBe(expected);
    expect(ratio).toBeCloseTo(Number(ticksRead) / Number(expected), 5);
    // Each of the first collector's sessions moves; then all sessions are on the second one, which ends next.
    expect(figures.moves_by_restarts).toBe(9);
    expect(Number(figures.moves_by_rebalancing)).toBeGreaterThanOrEqual(2);
    expect(Number(figures.handovers_seen)).toBeGreaterThanOrEqual(11);
  });

  it('idle: says what each process and the broker needed', async () => {
    const { ratio, figures, limit } = await runBench('idle', '--sessions 20 --collectors 2 --seconds 5');
    expect(figures).toMatchObject({ sessions: 20, collectors: 2 });
    expect(String(figures.cpu_percent_each_collector).split(' ')).toHaveLength(2);
    // Each of twenty messages is kept alive three times in a lease of ten seconds.
    expect(Number(figures.messages_in_per_second)).toBeGreaterThan(3);
    for (const name of ['memory_mib_broker', 'memory_mib_supervisor'])
      expect(figures[name]).toBeGreaterThan(0);
    expect(limit).toEqual({ cpu_percent_all: 100 });
    expect(ratio).toBeGreaterThan(0);
  });
});
