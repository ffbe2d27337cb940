import { Worker } from 'node:worker_threads';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { durableNames, parseSessionSubject, streamNames, subjects } from '../../contracts/subjects.ts';
import type { SessionCommand } from '../../domain/session/commands.ts';
import type { LogDamaged, StoredEvent } from '../../event-store/event-store.ts';
import { LogJudge } from '../../event-store/log-judge.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { handleCommand } from '../../sessions/handle-command.ts';
import { foldTask, newTaskState, type TaskState } from '../../sessions/task-fold.ts';
import { connectNats } from '../connection/connect.ts';
import { pushLog } from './log-deliveries.ts';
import { followSessionLog, standByForSessionLog } from './session-log.ts';

const now = '2025-03-01T06:00:00.000Z';

async function give(log: SessionLogForTest, taskId: string, command: SessionCommand): Promise<void> {
  const commandId = `${taskId}-${command.type}-${Math.random()}`;
  const outcome = await handleCommand(log.store, taskId, command, { commandId, source: '/test', now });
  expect(outcome.ok).toBe(true);
}

const start = (log: SessionLogForTest, taskId: string) =>
  give(log, taskId, {
    type: 'StartSession',
    taskId,
    taskCode: `line-${taskId}`,
    configVersion: 1,
    metadata: {},
    by: 'li',
    now,
  });
const stop = (log: SessionLogForTest, sessionId: string) =>
  give(log, sessionId.split('-')[0] ?? '', { type: 'StopSession', sessionId, by: 'li', reason: '' });

async function follow(log: SessionLogForTest, after: number | 'newest_per_subject') {
  const events: StoredEvent[] = [];
  const damages: LogDamaged[] = [];
  const judge = new LogJudge({
    clock: systemClock,
    onVerdict: (damage) => {
      if (damage) damages.push(damage);
    },
    confirmMs: 500,
  });
  const follower = await followSessionLog({
    nc: log.nc,
    after,
    onEvent: (event) => events.push(event),
    judge,
    log: createLogger('test', 'fatal'),
  });
  const untilEnd = async () => follower.reached(await follower.verify());
  return {
    damages,
    judge,
    events,
    untilEnd,
    sequences: () => events.map(({ sequence }) => sequence),
    verify: follower.verify,
    stop: follower.stop,
  };
}

function fold(events: readonly StoredEvent[]): Map<string, TaskState> {
  const tasks = new Map<string, TaskState>();
  for (const event of events) {
    const taskId = parseSessionSubject(event.subject)?.taskId ?? '';
    tasks.set(taskId, foldTask(tasks.get(taskId) ?? newTaskState(taskId), event));
  }
  return new Map([...tasks].sort());
}

describe('the newest event of each subject', () => {
  it('says of every task what all its events say', async () => {
    const log = await sessionLogForTest((await natsForTest()).url);
    await start(log, '1');
    await start(log, '2');
    await stop(log, '1-1');
    await askBroker(log.nc, subjects.placement('2'), '{"type":"session.assigned"}');
    await start(log, '1');
    await askBroker(log.nc, subjects.lifecycle('3'), 'not even JSON');
    await start(log, '4');
    await stop(log, '4-1');
    const all = await follow(log, 0);
    const newest = await follow(log, 'newest_per_subject');
    await Promise.all([all.untilEnd(), newest.untilEnd()]);
    expect(all.sequences()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(newest.sequences()).toEqual([2, 4, 5, 6, 8]);
    expect(fold(newest.events)).toEqual(fold(all.events));
    expect([...all.damages, ...newest.damages]).toEqual([]);
    await Promise.all([all.stop(), newest.stop()]);
  });

  it('is followed by everything that happens later, one by one', async () => {
    const log = await sessionLogForTest((await natsForTest()).url);
    const fromEmpty = await follow(log, 'newest_per_subject');
    await start(log, '1');
    await stop(log, '1-1');
    const late = await follow(log, 'newest_per_subject');
    await late.untilEnd();
    await start(log, '1');
    await stop(log, '1-2');
    await Promise.all([fromEmpty.untilEnd(), late.untilEnd()]);
    expect(fromEmpty.sequences()).toEqual([1, 2, 3, 4]);
    expect(late.sequences()).toEqual([2, 3, 4]);
    expect([...fromEmpty.damages, ...late.damages]).toEqual([]);
    await Promise.all([fromEmpty.stop(), late.stop()]);
  });

  it('comes complete while others append', async () => {
    const log = await sessionLogForTest((await natsForTest()).url);
    for (let taskId = 1; taskId <= 20; taskId += 1) await start(log, String(taskId));
    const appending = (async () => {
      for (let taskId = 1; taskId <= 20; taskId += 1) await stop(log, `${taskId}-1`);
    })();
    const newest = await follow(log, 'newest_per_subject');
    await appending;
    await newest.untilEnd();
    const all = await follow(log, 0);
    await all.untilEnd();
    expect(fold(newest.events)).toEqual(fold(all.events));
    expect(newest.sequences()).toEqual([...newest.sequences()].sort((a, b) => a - b));
    expect(newest.damages).toEqual([]);
    await Promise.all([newest.stop(), all.stop()]);
  });
});

describe('a log that lost events in its middle', () => {
  it.each([0, 'newest_per_subject'] as const)('is noticed by whoever reads it from %s', async (after) => {
    const { url } = await natsForTest();
    const { nc } = await connectNats({ url, name: 'vandal', log: createLogger('test', 'fatal') });
    const jsm = await jetstreamManager(nc);
    const log = await sessionLogForTest(url);
    // Recreated without what denies deletion: a stand-in for a damaged disk.
    await jsm.streams.delete(streamNames.sessions);
    await jsm.streams.add({ name: streamNames.sessions, subjects: [subjects.allSessions] });
    await start(log, '1');
    await start(log, '2');
    await stop(log, '1-1');
    await jsm.streams.deleteMessage(streamNames.sessions, 2);
    const reader = await follow(log, after);
    await eventually(
      () =>
        reader.verify().then(
          () => false,
          () => reader.judge.state() === 'damaged',
        ),
      {
        what: 'the damage to be confirmed',
      },
    );
    expect(reader.damages.map(({ message }) => message)).toEqual([expect.stringMatching(/missing$/)]);
    await reader.stop();
    await nc.close();
  });
});

describe('a log that was rolled back', () => {
  it('is damaged for whoever has read more of it, also when it has grown past that', async () => {
    const { url } = await natsForTest();
    const { nc } = await connectNats({ url, name: 'vandal', log: createLogger('test', 'fatal') });
    const jsm = await jetstreamManager(nc);
    const log = await sessionLogForTest(url);
    for (const taskId of ['1', '2', '3']) await start(log, taskId);
    const reader = await follow(log, 0);
    await reader.untilEnd();
    await jsm.streams.delete(streamNames.sessions);
    await jsm.streams.add({ name: streamNames.sessions, subjects: [subjects.allSessions] });
    await start(log, '1');
    const isDamaged = () => reader.judge.state() === 'damaged';
    const look = () => reader.verify().then(() => false, isDamaged);
    await eventually(look, { what: 'the damage to be confirmed' });
    for (const taskId of ['4', '5', '6']) await start(log, taskId);
    await expect(reader.verify()).rejects.toThrow(/another event at sequence 3/);
    expect(reader.sequences()).toEqual([1, 2, 3]);
    expect(reader.damages.map(({ message }) => message)).toEqual([
      expect.stringMatching(/ends at sequence 1/),
    ]);
    await reader.stop();
    await nc.close();
  });
});

describe('a look at the end of the log', () => {
  it('takes an event that comes together with the answer for no damage', async () => {
    const log = await sessionLogForTest((await natsForTest()).url);
    await start(log, '1');
    const followed = await follow(log, 0);
    await followed.untilEnd();
    const { hostname: host, port } = new URL(`nats://${log.nc.getServer()}`);
    const handle = new Int32Array(new SharedArrayBuffer(4));
    // Another thread appends while this one stands still between its question and reading the answer.
    const other = new Worker(
      `const { workerData, parentPort } = require('node:worker_threads');
       const { host, port, subject, handle } = workerData;
       const socket = require('node:net').connect(port, host, () => parentPort.postMessage('ready'));
       socket.resume();
       const wait = () => new Promise((resolve) => setTimeout(resolve, 100));
       parentPort.once('message', async () => {
         await wait();
         socket.write('CONNECT {"verbose":false}\\r\\nPUB ' + subject + ' 2\\r\\n{}\\r\\n');
         await wait();
         Atomics.store(handle, 0, 1);
         Atomics.notify(handle, 0);
       });`,
      { eval: true, workerData: { host, port, subject: subjects.lifecycle('2'), handle } },
    );
    await new Promise((resolve) => other.once('message', resolve));
    const look = followed.verify();
    // The question leaves with this turn; its answer would be read in a later one.
    await new Promise((resolve) => process.nextTick(resolve));
    other.postMessage('append');
    Atomics.wait(handle, 0, 0, 10_000);
    expect(await look).toBeGreaterThanOrEqual(1);
    await followed.untilEnd();
    expect(followed.sequences()).toEqual([1, 2]);
    await followed.stop();
    await other.terminate();
  });
});

describe('a log that the broker delivers by itself', () => {
  const followPushed = async (nc: SessionLogForTest['nc'], collectorId: string) => {
    const sequences: number[] = [];
    const damages: (LogDamaged | undefined)[] = [];
    const judge = new LogJudge({ clock: systemClock, onVerdict: (damage) => damages.push(damage) });
    const follower = await standByForSessionLog({
      ...{ nc, after: 0, judge, deliver: pushLog(nc, collectorId), log: createLogger('test', 'fatal') },
      onEvent: ({ sequence }) => sequences.push(sequence),
    });
    return { follower, sequences, damages };
  };
  const consumerOf = async (log: SessionLogForTest, collectorId: string) => {
    const jsm = await jetstreamManager(log.nc);
    return jsm.consumers
      .info(streamNames.sessions, durableNames.collector(collectorId))
      .catch(() => undefined);
  };

  it('is handed over event by event, also when it is many', async () => {
    const log = await sessionLogForTest((await natsForTest()).url);
    const body = 'x'.repeat(2_000);
    for (let turn = 0; turn < 10; turn += 1) {
      const subject = (task: number) => subjects.lifecycle(String(task));
      await Promise.all(Array.from({ length: 200 }, (_, task) => askBroker(log.nc, subject(task), body)));
    }
    const { follower, sequences, damages } = await followPushed(log.nc, 'c1');
    follower.begin();
    await follower.reached(2_000);
    expect(sequences).toEqual(Array.from({ length: 2_000 }, (_, index) => index + 1));
    expect(damages).toEqual([]);
    await follower.stop();
  });

  it('is left to the process that may have it: one that stands by makes no consumer, and still sees what has come', async () => {
    const log = await sessionLogForTest((await natsForTest()).url);
    const waiting = await followPushed(log.nc, 'c1');
    await start(log, '1');
    await waiting.follower.verify();
    expect(waiting.sequences).toEqual([1]);
    expect(await consumerOf(log, 'c1')).toBeUndefined();
    const having = await followPushed(log.nc, 'c1');
    having.follower.begin();
    await having.follower.reached(1);
    const createdAt = (await consumerOf(log, 'c1'))?.created;
    await start(log, '2');
    await waiting.follower.verify();
    await having.follower.reached(2);
    expect(waiting.sequences).toEqual([1, 2]);
    expect((await consumerOf(log, 'c1'))?.created).toBe(createdAt);
    waiting.follower.begin();
    await eventually(async () => (await consumerOf(log, 'c1'))?.created !== createdAt, {
      what: 'the consumer to be recreated for the other',
    });
    await start(log, '3');
    await waiting.follower.reached(3);
    expect(waiting.sequences).toEqual([1, 2, 3]);
    await Promise.all([waiting.follower.stop(), having.follower.stop()]);
  });

  it('is read on while nothing can be delivered', async () => {
    const refused = `deny: ["$JS.API.CONSUMER.CREATE.${streamNames.sessions}.>"]`;
    const users = [
      '{ user: all, password: p }',
      `{ user: some, password: p, permissions: { publish: { ${refused} } } }`,
    ];
    const server = await natsForTest({ configLines: [`authorization { users: [${users.join(', ')}] }`] });
    const as = (user: string) => server.url.replace('nats://', `nats://${user}:p@`);
    const log = await sessionLogForTest(as('all'));
    const { nc, close } = await connectNats({
      ...{ url: as('some'), name: 'test', log: createLogger('test', 'silent') },
    });
    const { follower, sequences } = await followPushed(nc, 'c1');
    follower.begin();
    for (const taskId of ['1', '2', '3']) await start(log, taskId);
    await follower.reached(3);
    expect(sequences).toEqual([1, 2, 3]);
    expect(await consumerOf(log, 'c1')).toBeUndefined();
    await follower.stop();
    await close();
  });

  it('comes again, without a gap, after the broker went away', async () => {
    const server = await natsForTest();
    const log = await sessionLogForTest(server.url);
    const { follower, sequences, damages } = await followPushed(log.nc, 'c1');
    follower.begin();
    await start(log, '1');
    await follower.reached(1);
    await server.kill();
    await server.restart();
    await eventually(() => start(log, '2').then(() => true), { what: 'the broker to take an event' });
    await follower.reached(2);
    await start(log, '3');
    await follower.reached(3);
    expect(sequences).toEqual([1, 2, 3]);
    expect(damages).toEqual([]);
    expect(await consumerOf(log, 'c1')).toBeDefined();
    await follower.stop();
  });
});
