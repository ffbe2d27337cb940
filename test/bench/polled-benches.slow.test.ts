import { describe, expect, it } from 'vitest';
import { hasGcc, runBench } from './run-bench.ts';

/** Checks only that right values were read and counted, not how fast. */
describe.runIf(hasGcc('each of the benchmarks that poll'))(
  'the benchmarks that poll end with one line of JSON',
  () => {
    it.each(['trusted', 'isolated'])('poll: a collector beside two bare loops, %s', async (identities) => {
      const small = '--connections 2 --period-ms 200 --most 1 --seconds 1 --reads 200 --rounds 1';
      const { figures, limit } = await runBench('poll', `${small} --identities ${identities}`);
      expect(figures).toMatchObject({
        identities,
        connections: 2,
        units_of_a_connection: 1,
        values_of_a_read: 125,
      });
      for (const loop of ['modbus_serial', 'bare_socket']) {
        expect(limit[`${loop}_reads_per_second`]).toBeGreaterThan(0);
      }
    });

    it('fleet: every tick of the measured time is accounted for, before and after devices are added', async () => {
      const small = '--devices 4 --step 2 --most 6 --points 10 --period-ms 500 --seconds 1';
      const { figures, limit } = await runBench('fleet', small);
      expect(figures).toMatchObject({ devices: 4, points_of_a_device: 10 });
      expect(Number(figures.ticks)).toBeGreaterThanOrEqual(8);
      expect(limit).toEqual({ values_per_second: 300_000, lateness_p99_ms: 50 });
    });

    it('reconfigure: every device that is changed is read by its new version', async () => {
      const small = '--devices 6 --session-devices 3 --points 10 --period-ms 500 --changes 2';
      const { figures, limit } = await runBench('reconfigure', small);
      expect(figures).toMatchObject({ devices: 6, sessions: 2, changes: 2 });
      expect(Number(figures.ticks_of_others_with_changes)).toBeGreaterThanOrEqual(4 * 18);
      // Each change is in force seconds after its request: some of these ticks are due meanwhile.
      expect(Number(figures.lateness_at_a_change_max_ms)).toBeLessThanOrEqual(
        Number(figures.lateness_with_changes_max_ms),
      );
      expect(limit.lateness_p99_ms).toBeGreaterThanOrEqual(50);
    });
  },
);
