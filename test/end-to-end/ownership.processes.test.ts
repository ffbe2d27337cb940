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

describe('everything is killed at once, the broker too', () => {
  it('has every running session running again and every stopped one stopped, with no event lost or doubled', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2', 'press-3']);
    const processes = [
      await fleet.start('supervisor'),
      await fleet.start('supervisor'),
      await fleet.collector('c1'),
      await fleet.collector('c2'),
    ];
    const ids = ['1', '2', '3'];
    const sessions = await Promise.all(
      ids.map((taskId) => fleet.log.start(fleet.plant.config({ taskId, devices: [`press-${taskId}`] }))),
    );
    const epochs = await Promise.all(ids.map(async (taskId) => (await fleet.placed(taskId)).epoch));
    await Promise.all(sessions.map((session, index) => fleet.sampled(session, epochs[index] ?? 0)));
    await fleet.log.stop(sessions[2] ?? '');
    const eventsBefore = (await fleet.events()).map(({ decoded }) => decoded);

    await Promise.all([fleet.nats.kill(), ...processes.map((process) => process.kill())]);
    const requestsTo3 = () => fleet.plant.requests.filter(({ device }) => device === 'press-3').length;
    const before = requestsTo3();
    await fleet.nats.restart();
    await fleet.start('supervisor');
    await fleet.collector('c1');
    await fleet.collector('c2');
    for (const index of [0, 1]) {
      // Under whichever epoch: on a busy machine a lease may run out.
      const read = async () =>
        (await fleet.log.samples()).filter(({ session, values }) => session === sessions[index] && values)
          .length;
      const samplesSoFar = await read();
      await eventually(async () => (await read()) >= samplesSoFar + 5, { what: 'new samples' });
    }
    expect((await fleet.events()).slice(0, eventsBefore.length).map(({ decoded }) => decoded)).toEqual(
      eventsBefore,
    );
    const started = (await fleet.eventTypes()).filter((type) => type === 'session.started');
    expect(started).toHaveLength(3);
    expect((await fleet.log.task('3')).session.status).toBe('stopped');
    expect(requestsTo3()).toBe(before);
    expect(doubledTicks(await fleet.log.samples())).toEqual([]);
  });
});
