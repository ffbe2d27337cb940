import {
  type DeviceHealthChange,
  deviceHealthChangeSchema,
} from '@holdfast/shared/contracts/health-change.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { longLease } from '../support/service-processes.ts';

describe('a device of a session falls silent', () => {
  it('costs the others no tick, is asked again for ever, and is read again once it answers', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2'], longLease);
    await fleet.collector('c1', { DEVICE_BACKOFF_MAX_MS: '1000' });
    await fleet.start('supervisor');
    const devices = ['press-1', 'press-2'];
    const config = fleet.plant.config({ taskId: '1', devices, periodMs: 2_000 });
    // A wait for the silent device is longer than a period: a device that has to wait with it misses ticks.
    const patient = config.devices.map((device) => ({ ...device, timeout_ms: 5_000 }));
    const sessionId = await fleet.log.start({ ...config, devices: patient });
    const { epoch } = await fleet.placed('1');
    await fleet.sampled(sessionId, epoch, 2);
    const ofDevice = async (code: string) =>
      (await fleet.log.samples()).filter(({ device }) => device === code);

    fleet.plant.plant.setFault('press-2', { kind: 'silence' });
    // More failures than it takes to reach the longest pause, each of them asked over the wire.
    const countRequests = () => fleet.plant.requests.filter(({ device }) => device === 'press-2').length;
    const before = countRequests();
    await eventually(() => countRequests() >= before + 5, { what: 'press-2 to be asked again' });
    fleet.plant.plant.clearFault('press-2');
    const silent = await eventually(
      async () => {
        const samples = await ofDevice('press-2');
        return samples.at(-1)?.values && samples;
      },
      { what: 'press-2 to be read again' },
    );

    const healthy = await ofDevice('press-1');
    expect(healthy.filter(({ miss }) => miss)).toEqual([]);
    expectEveryTickOnce(healthy);
    expectEveryTickOnce(silent);
    expect(silent.filter(({ miss }) => miss).length).toBeGreaterThanOrEqual(5);
    for (const { miss } of silent) expect([undefined, 'timeout', 'overrun']).toContain(miss?.cause);

    // HEALTH has each change of a status, and nothing but changes.
    const changes = await eventually(
      async () => {
        const changes = await healthChanges(fleet);
        return changes.length >= 4 && changes;
      },
      { what: 'four changes in HEALTH' },
    );
    const ofStatus = (code: string) =>
      changes.filter(({ device }) => device === code).map(({ from, to }) => `${from} to ${to}`);
    expect(ofStatus('press-1')).toEqual(['null to healthy']);
    expect(ofStatus('press-2')).toEqual(['null to healthy', 'healthy to timeout', 'timeout to healthy']);
    for (const change of changes) {
      const about = { session: sessionId, task: '1', device_id: change.device, collector: 'c1' };
      expect(change).toMatchObject(about);
      expect(change.detail === '').toBe(change.to === 'healthy');
    }
  });
});

async function healthChanges(fleet: FleetForTest): Promise<DeviceHealthChange[]> {
  const changes: DeviceHealthChange[] = [];
  for await (const { subject, data } of readStream(fleet.log.nc, streamNames.health)) {
    const change = deviceHealthChangeSchema.parse(JSON.parse(data));
    expect(subject).toBe(subjects.health(change.collector, change.task, change.device_id));
    changes.push(change);
  }
  return changes;
}

function expectEveryTickOnce(samples: readonly Sample[]): void {
  const ticks = samples.map(({ tick }) => tick);
  expect(ticks).toEqual(Array.from(ticks, (_, index) => (ticks[0] ?? 0) + index));
}
