import type { Sample } from '@holdfast/shared/contracts/sample.ts';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';

describe('a device of a session falls silent', () => {
  it('costs the others no tick, is asked again for ever, and is read again once it answers', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2']);
    await fleet.collector('c1', { DEVICE_BACKOFF_MAX_MS: '1000' });
    await fleet.start('supervisor');
    const devices = ['press-1', 'press-2'];
    const config = fleet.plant.config({ taskId: '1', devices, periodMs: 1_000 });
    // A wait for the silent one is longer than a period: whoever waits with it misses ticks.
    const patient = config.devices.map((device) => ({ ...device, timeout_ms: 2_500 }));
    const sessionId = await fleet.log.start({ ...config, devices: patient });
    const { epoch } = await fleet.placed('1');
    await fleet.sampled(sessionId, epoch, 2);
    const ofDevice = async (code: string) =>
      (await fleet.log.samples()).filter(({ device }) => device === code);

    fleet.plant.plant.setFault('press-2', { kind: 'silence' });
    // More failures than it takes to reach the longest pause, each of them asked over the wire.
    const asked = () => fleet.plant.requests.filter(({ device }) => device === 'press-2').length;
    const before = asked();
    await eventually(() => asked() >= before + 5, { what: 'press-2 to be asked again', timeoutMs: 30_000 });
    fleet.plant.plant.clearFault('press-2');
    const silent = await eventually(
      async () => {
        const samples = await ofDevice('press-2');
        return samples.at(-1)?.values && samples;
      },
      { what: 'press-2 to be read again', timeoutMs: 20_000 },
    );

    const healthy = await ofDevice('press-1');
    expect(healthy.filter(({ miss }) => miss)).toEqual([]);
    expectEveryTickOnce(healthy);
    expectEveryTickOnce(silent);
    expect(silent.filter(({ miss }) => miss).length).toBeGreaterThanOrEqual(5);
    for (const { miss } of silent) expect([undefined, 'timeout', 'overrun']).toContain(miss?.cause);
  }, 90_000);
});

function expectEveryTickOnce(samples: readonly Sample[]): void {
  const ticks = samples.map(({ tick }) => tick);
  expect(ticks).toEqual(Array.from(ticks, (_, index) => (ticks[0] ?? 0) + index));
}
