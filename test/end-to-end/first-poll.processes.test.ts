import { durableNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { logOf } from '../support/service-processes.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { firstPolls } from '../verify/checks/first-polls.ts';
import { readHistory } from '../verify/read-history.ts';

describe('an assignment that is sent over a connection that breaks', () => {
  it('is had as soon as the collector is connected again, not when the broker would send it again', async () => {
    const fleet = await fleetForTest(['press-1']);
    // The broker sends again what was not acknowledged in a lease's time.
    const lease = { LEASE_TTL_MS: '120000', LEASE_RENEW_MS: '500' };
    await fleet.start('supervisor', lease);
    const proxy = await startTcpProxy({ targetPort: fleet.nats.port });
    const collector = await fleet.collector('c1', { ...lease, NATS_URL: `nats://127.0.0.1:${proxy.port}` });
    const consumer = async () => {
      const jsm = await jetstreamManager(fleet.log.nc);
      return jsm.consumers.info(streamNames.assignments, durableNames.collector('c1'));
    };
    const isAsking = async () => (await consumer()).num_waiting > 0;
    await eventually(() => logOf(collector).includes('lease held; taking work'), { what: 'c1 to be ready' });
    const renewals = async () => JSON.parse((await fleet.log.lease('c1')) ?? '{}').renewals ?? 0;
    await eventually(async () => (await renewals()) > 3, { what: 'the supervisor to be sure of c1' });
    await eventually(isAsking, { what: 'c1 to ask for work' });

    proxy.stall();
    const fromMs = Date.now();
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const { epoch } = await fleet.placed('1', { on: 'c1' });
    await eventually(async () => (await consumer()).num_ack_pending === 1, {
      what: 'the message to be sent',
    });
    await proxy.cut();
    await proxy.heal();
    await eventually(() => logOf(collector).includes('reconnected to NATS'), { what: 'c1 to be back' });
    const outages = [{ of: 'c1', fromMs, toMs: Date.now() }];

    await fleet.sampled(sessionId, epoch);
    const history = await readHistory({ natsUrl: fleet.nats.url, outages });
    // Twenty seconds also on a busy machine; the broker would have taken two minutes.
    expect(firstPolls(history, { clockMs: 20_000, settleMs: 0 })).toEqual([]);
  });
});
