import { describe, expect, it } from 'vitest';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const device = 'press-1';
const oneWayMs = 1_600;
/** The lease of production: a link that takes seconds does not go with leases of seconds. */
const lease = { LEASE_TTL_MS: '10000', LEASE_RENEW_MS: '2000', LEASE_MARGIN_MS: '1000' };

describe('a collector whose link to NATS takes 3.2 s there and back', () => {
  it('takes a session, reads it and keeps it', async () => {
    const fleet = await fleetForTest([device]);
    const link = await startTcpProxy({ targetPort: Number(new URL(fleet.nats.url).port) });
    await fleet.start('supervisor', lease);
    await fleet.collector('far', { ...lease, NATS_URL: `nats://127.0.0.1:${link.port}` });
    const first = await fleet.log.start(
      fleet.plant.config({ taskId: '1', devices: [device], periodMs: 500 }),
    );
    const { epoch: ofFirst } = await fleet.placed('1', { on: 'far' });
    await fleet.sampled(first, ofFirst);
    await fleet.log.stop(first);

    link.delay(oneWayMs);
    const session = await fleet.log.start(
      fleet.plant.config({ taskId: '2', devices: [device], periodMs: 500 }),
    );
    const { epoch } = await fleet.placed('2', { on: 'far' });
    await fleet.sampled(session, epoch, 40);
    expect((await fleet.placement('2'))?.epoch).toBe(epoch);
  });
});
