import { readFile, writeFile } from 'node:fs/promises';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freeze } from '@holdfast/test/support/freeze.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { AckPolicy, jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, it } from 'vitest';
import { durableNames, streamNames } from '../../contracts/subjects.ts';
import { createLogger } from '../../runtime/logger.ts';
import { connectNats } from '../connection/connect.ts';
import { openAssignmentInbox } from './assignment-inbox.ts';

let log: SessionLogForTest;

beforeAll(async () => {
  log = await sessionLogForTest((await natsForTest()).url);
});

async function open(collectorId: string, nc = log.nc) {
  const tasks: string[] = [];
  const inbox = await openAssignmentInbox({
    ...{ nc, collectorId, ackWaitMs: 600_000, capacity: 10 },
    onAssignment: ({ taskId }) => tasks.push(taskId),
  });
  return { ...inbox, tasks };
}

describe("a collector's inbox", () => {
  it('finds out when its consumer was recreated by another process, or deleted', async () => {
    const first = await open('c1');
    expect(await first.isIntact()).toBe(true);
    const second = await open('c1');
    expect(await first.isIntact()).toBe(false);
    expect(await second.isIntact()).toBe(true);
    const jsm = await jetstreamManager(log.nc);
    await jsm.consumers.delete(streamNames.assignments, durableNames.collector('c1'));
    expect(await second.isIntact()).toBe(false);
    await first.close();
    await second.close();
  });

  it('finds out when its consumer is there and nothing comes of it any more', async () => {
    const users = (some: string) =>
      `authorization { users: [{ user: all, password: p }, { user: some, password: p ${some} }] }`;
    const server = await natsForTest({ configLines: [users('')] });
    const as = (user: string) => server.url.replace('nats://', `nats://${user}:p@`);
    await sessionLogForTest(as('all'));
    const silent = createLogger('test', 'silent');
    const { nc, close } = await connectNats({ url: as('some'), name: 'test', log: silent });
    const inbox = await open('c2', nc);
    expect(await inbox.isIntact()).toBe(true);
    const config = await readFile(server.configFile, 'utf8');
    const deaf = users(', permissions: { subscribe: { deny: ["deliver.>"] } }');
    await writeFile(server.configFile, config.replace(users(''), deaf));
    process.kill(server.pid, 'SIGHUP');
    await eventually(async () => !(await inbox.isIntact()), { what: 'the silence to be noticed' });
    await inbox.close();
    await close();
  });

  it('finds out when its consumer has no leader any more', async () => {
    const server = await natsForTest();
    await sessionLogForTest(server.url);
    const silent = createLogger('test', 'silent');
    const { nc, close } = await connectNats({ url: server.url, name: 'test', log: silent });
    const inbox = await open('c6', nc);
    const thaw = await freeze(server.pid);
    try {
      await eventually(async () => !(await inbox.isIntact()), { what: 'the silence to be noticed' });
    } finally {
      thaw();
    }
    await inbox.close();
    await close();
  });

  it('hears nothing of what was made for another of its name, which is handed everything that is not acknowledged', async () => {
    await askBroker(log.nc, 'assignments.c3.1', '{}');
    const first = await open('c3');
    await eventually(() => first.tasks.length === 1, { what: 'the message' });
    const second = await open('c3');
    await askBroker(log.nc, 'assignments.c3.2', '{}');
    await eventually(() => second.tasks.length === 2, { what: 'both messages' });
    expect(second.tasks).toEqual(['1', '2']);
    expect(first.tasks).toEqual(['1']);
    await first.close();
    await second.close();
  });

  it('takes nothing that another client has had delivered to it', async () => {
    const inbox = await open('c4');
    const jsm = await jetstreamManager(log.nc);
    const { config } = await jsm.consumers.info(streamNames.assignments, durableNames.collector('c4'));
    await jsm.consumers.add(streamNames.assignments, {
      name: 'intruder',
      filter_subject: 'assignments.c5.*',
      ack_policy: AckPolicy.Explicit,
      deliver_subject: config.deliver_subject ?? '',
    });
    await askBroker(log.nc, 'assignments.c5.6', '{}');
    await askBroker(log.nc, 'assignments.c4.7', '{}');
    await eventually(() => inbox.tasks.length > 0, { what: 'its own message' });
    expect(inbox.tasks).toEqual(['7']);
    await inbox.close();
  });
});
