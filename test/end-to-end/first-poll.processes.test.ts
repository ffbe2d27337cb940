import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { logOf } from '../support/service-processes.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { firstPolls } from '../verify/checks/first-polls.ts';
import type { Outage } from '../verify/history.ts';
import { readHistory } from '../verify/read-history.ts';

describe('an assignment that is sent over a connection that breaks', () => {
  it('is had as soon as the collector is connected again, not when the broker would send it again', async () => {
    const fleet = await fleetForTest(['press-1']);
    // The broker sends again what was not acknowledged within a lease's time.
    const lease = { LEASE_TTL_MS: '120000', LEASE_RENEW_MS: '500' };
    await fleet.start('supervisor', lease);
    const outages: Outage[] = [];
    const proxy = await startTcpProxy({
      targetPort: fleet.nats.port,
      onServerBytes: (bytes) => {
        if (outages.length > 0 || !bytes.includes('assignments.c1.1 ')) return;
        outages.push({ of: 'c1', fromMs: Date.now(), toMs: Date.now() });
        void proxy.cut().then(() => proxy.heal());
      },
    });
    const collector = await fleet.collector('c1', { ...lease, NATS_URL: `nats://127.0.0.1:${proxy.port}` });
    await eventually(() => logOf(collector).includes('lease held; taking work'), { what: 'c1 to be ready' });

    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const { epoch } = await fleet.placed('1', { on: 'c1' });
    await fleet.sampled(sessionId, epoch);
    expect(outages).toHaveLength(1);
    const history = await readHistory({ natsUrl: fleet.nats.url, outages });
    // Twenty seconds also on a busy machine; a message sent again would have taken two minutes.
    expect(firstPolls(history, { clockMs: 20_000, settleMs: 0 })).toEqual([]);
  });
});
