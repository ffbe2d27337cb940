import { durableNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { doubledTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { logOf } from '../support/service-processes.ts';

describe('a collector is killed', () => {
  it('is replaced by another after its lease, which polls under a higher epoch', async () => {
    const fleet = await fleetForTest(['press-1']);
    await fleet.start('supervisor');
    const first = await fleet.collector('c1');
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const before = await fleet.placed('1', { on: 'c1' });
    await fleet.sampled(sessionId, before.epoch);
    await fleet.collector('c2');
    await first.kill();
    const after = await fleet.placed('1', { on: 'c2', above: before.epoch });
    await fleet.sampled(sessionId, after.epoch);
    expect(await fleet.eventTypes()).toEqual(['session.started', 'session.assigned', 'session.assigned']);
    expect(doubledTicks(await fleet.log.samples())).toEqual([]);
  });

  it('gets its work back from its durable consumer under the same epoch while no supervisor is up', async () => {
    const fleet = await fleetForTest(['press-1']);
    const supervisor = await fleet.start('supervisor');
    const first = await fleet.collector('c1');
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const { epoch } = await fleet.placed('1', { on: 'c1' });
    const before = (await fleet.sampled(sessionId, epoch)).length;
    await supervisor.kill();
    await first.kill();
    await fleet.collector('c1');
    await fleet.sampled(sessionId, epoch, before + 10);
    expect(await fleet.placement('1')).toMatchObject({ collectorId: 'c1', epoch });
  });
});

describe('a session is stopped', () => {
  it('is not polled any more although no supervisor is up', async () => {
    const fleet = await fleetForTest(['press-1']);
    const supervisor = await fleet.start('supervisor');
    await fleet.collector('c1');
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const { epoch } = await fleet.placed('1');
    await fleet.sampled(sessionId, epoch);
    await supervisor.kill();
    await fleet.log.stop(sessionId);
    await eventually(() => fleet.plant.plant.openConnections('press-1') === 0, {
      what: 'the collector to close its connection to the device',
    });
    await eventually(async () => (await fleet.log.assignments()) === 0, {
      what: 'the message to be acknowledged',
    });
    const requests = fleet.plant.requests.length;
    const supervisorAgain = await fleet.start('supervisor');
    await eventually(() => logOf(supervisorAgain).includes('Session recovery completed'), {
      what: 'the recovery',
    });
    expect(fleet.plant.requests).toHaveLength(requests);
  });

  it('can be paused and resumed: a paused one is unplaced, a resumed one has a new epoch', async () => {
    const fleet = await fleetForTest(['press-1']);
    await fleet.start('supervisor');
    await fleet.collector('c1');
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const first = await fleet.placed('1');
    await fleet.sampled(sessionId, first.epoch);
    await fleet.log.pause(sessionId);
    await eventually(() => fleet.plant.plant.openConnections('press-1') === 0, { what: 'polling to end' });
    expect(await fleet.placement('1')).toBeUndefined();
    await fleet.log.resume(sessionId);
    const second = await fleet.placed('1', { above: first.epoch });
    await fleet.sampled(sessionId, second.epoch);
    expect(doubledTicks(await fleet.log.samples())).toEqual([]);
  });
});

describe('the broker is killed and comes back', () => {
  it('leaves every session with its collector and its epoch', async () => {
    const fleet = await fleetForTest(['press-1']);
    await fleet.start('supervisor');
    await fleet.collector('c1');
    await fleet.collector('c2');
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const { epoch } = await fleet.placed('1');
    await fleet.sampled(sessionId, epoch);
    await fleet.nats.kill();
    await fleet.nats.restart();
    const before = (await fleet.sampled(sessionId, epoch)).length;
    await fleet.sampled(sessionId, epoch, before + 10);
    expect(await fleet.placement('1')).toMatchObject({ epoch });
    expect(doubledTicks(await fleet.log.samples())).toEqual([]);
  });
});

describe('two processes are started under one collector id', () => {
  it('lets one poll; the other waits, says so, and takes over when the first one ends', async () => {
    const fleet = await fleetForTest(['press-1']);
    await fleet.start('supervisor');
    const first = await fleet.collector('c1');
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const { epoch } = await fleet.placed('1');
    await fleet.sampled(sessionId, epoch);
    const jsm = await jetstreamManager(fleet.log.nc);
    const madeFor = () =>
      Promise.all(
        [streamNames.assignments, streamNames.sessions].map(
          async (stream) => (await jsm.consumers.info(stream, durableNames.collector('c1'))).created,
        ),
      );
    const madeForFirst = await madeFor();
    const second = await fleet.collector('c1');
    await eventually(() => logOf(second).some((line) => line.startsWith('"c1" is held by another process')), {
      what: 'the second process to say that it waits',
    });
    const before = (await fleet.sampled(sessionId, epoch)).length;
    await fleet.sampled(sessionId, epoch, before + 5);
    expect(logOf(second)).not.toContain('lease held; taking work');
    expect(await madeFor()).toEqual(madeForFirst);
    first.signal('SIGTERM');
    await first.exited;
    await eventually(() => logOf(second).includes('session is being polled'), { what: 'the second to poll' });
    expect(doubledTicks(await fleet.log.samples())).toEqual([]);
  });
});

describe('a collector is stopped for longer than its lease and goes on', () => {
  it('asks no device anything any more once another collector has the session', async () => {
    const fleet = await fleetForTest(['press-1']);
    await fleet.start('supervisor');
    const first = await fleet.collector('c1');
    // A late answer makes no collector reconnect.
    const config = fleet.plant.config({ taskId: '1', devices: ['press-1'], timeoutMs: 20_000 });
    const sessionId = await fleet.log.start(config);
    const before = await fleet.placed('1', { on: 'c1' });
    await fleet.sampled(sessionId, before.epoch);
    await fleet.collector('c2');
    const connectionsOfFirst = new Set(fleet.plant.requests.map(({ connectionId }) => connectionId));
    first.signal('SIGSTOP');
    const after = await fleet.placed('1', { on: 'c2', above: before.epoch });
    await fleet.sampled(sessionId, after.epoch);
    const until = fleet.plant.requests.length;
    first.signal('SIGCONT');
    await eventually(() => logOf(first).some((line) => line.startsWith('lease lost')), {
      what: 'c1 to notice',
    });
    await fleet.sampled(sessionId, after.epoch, 15);
    const late = fleet.plant.requests
      .slice(until)
      .filter(({ connectionId }) => connectionsOfFirst.has(connectionId));
    expect(late).toEqual([]);
    const connections = new Set(fleet.plant.requests.slice(until).map(({ connectionId }) => connectionId));
    expect(connections.size).toBe(1);
  });
});
