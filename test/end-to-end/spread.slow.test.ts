import { describe, expect, it } from 'vitest';
import { phaseMs } from '../../services/collector/src/samples/schedule.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';

const devices = ['press-1', 'press-2', 'press-3'];

describe('devices that are spread over their period', () => {
  it('are read by POLL_SPREAD_PERCENT after the scheduled time of each tick, which stays the same', async () => {
    const fleet = await fleetForTest(devices);
    await fleet.start('supervisor');
    await fleet.collector('c1', { POLL_SPREAD_PERCENT: '90' });
    const config = fleet.plant.config({ taskId: '1', devices, periodMs: 1_000 });
    const phases = new Map(config.devices.map(({ id }) => [id, phaseMs(id, 1_000, 0.9)]));
    // Else this test could not fail.
    expect(Math.max(...phases.values())).toBeGreaterThan(200);
    await fleet.log.start(config);
    const samples = await eventually(
      async () => {
        const samples = await fleet.log.samples();
        return samples.length >= 9 && samples;
      },
      { what: 'three ticks of each device' },
    );
    for (const { device_id, tick, time, read_at, values } of samples) {
      expect(time).toBe(tick * 1_000);
      if (values) expect(read_at - time).toBeGreaterThanOrEqual(phases.get(device_id) ?? Infinity);
    }
  });
});
