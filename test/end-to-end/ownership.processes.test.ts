import { describe, expect, it } from 'vitest';
import { doubledTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { logOf, longLease } from '../support/service-processes.ts';

describe('a collector is asked to end', () => {
  it('drains: no stopped event, another collector goes on in the same or the next tick under a higher epoch', async () => {
    const fleet = await fleetForTest(['press-1'], longLease);
    await fleet.start('supervisor');
    const first = await fleet.collector('c1');
    const sessionId = await fleet.log.start(
      fleet.plant.config({ taskId: '1', devices: ['press-1'], periodMs: 2_000 }),
    );
    const before = await fleet.placed('1', { on: 'c1' });
    await fleet.sampled(sessionId, before.epoch, 1);
    const second = await fleet.collector('c2');
    await eventually(() => logOf(second).includes('lease held; taking work'), { what: 'c2 to be ready' });
    // Two renewals make the supervisor sure of it.
    await eventually(
      async () =>
        ((JSON.parse((await fleet.log.lease('c2')) ?? '{}') as { renewals?: number }).renewals ?? 0) > 2,
      { what: 'c2 to have renewed its lease' },
    );

    first.signal('SIGTERM');
    expect(await first.exited).toEqual({ code: 0, signal: null });
    const after = await fleet.placed('1', { on: 'c2', above: before.epoch });
    await fleet.sampled(sessionId, after.epoch, 2);

    expect(await fleet.eventTypes()).toEqual(['session.started', 'session.assigned', 'session.assigned']);
    const samples = await fleet.log.samples();
    expect(doubledTicks(samples)).toEqual([]);
    const ticks = samples.map(({ tick }) => tick);
    expect(ticks).toEqual(ticks.map((_, index) => (ticks[0] ?? 0) + index));
  });
});
