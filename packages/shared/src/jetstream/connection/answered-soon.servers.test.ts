import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { plantForTest } from '@holdfast/test/support/plant-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { SampleStream } from '../samples/sample-stream.ts';
import { type AssignmentHandle, openAssignmentInbox } from '../sessions/assignment-inbox.ts';
import { AssignmentOutbox } from '../sessions/assignment-outbox.ts';
import { TaskConfigStore } from '../sessions/task-config-store.ts';
import { connectNats, type NatsConnection } from './connect.ts';

let nc: NatsConnection;
/** The connection breaks when the next bytes that contain this text are sent; they are lost. */
let breaksAt: string | undefined;
/** All bytes that were sent over the connection, as text. */
let sent = '';
let delayLink: (ms: number) => void;

beforeAll(async () => {
  const nats = await natsForTest();
  const log = await sessionLogForTest(nats.url);
  const plant = await plantForTest(['press-1']);
  await (await TaskConfigStore.open(log.nc)).put(plant.config({ taskId: '7', devices: ['press-1'] }));
  const proxy = await startTcpProxy({
    targetPort: nats.port,
    onClientBytes: (bytes) => {
      sent += bytes.toString('latin1');
      if (breaksAt === undefined || !bytes.includes(breaksAt)) return;
      breaksAt = undefined;
      void proxy.cut().then(() => proxy.heal());
    },
  });
  const access = { url: `nats://127.0.0.1:${proxy.port}`, name: 'test' };
  const connection = await connectNats({ ...access, log: createLogger('test', 'silent') });
  nc = connection.nc;
  delayLink = (ms) => proxy.delay(ms);
  cleanUpAfterFile(connection.close);
});

describe('what the first poll of a session waits for, lost with the connection', () => {
  it('is asked again: what the session reads', async () => {
    const configs = await TaskConfigStore.open(nc);
    breaksAt = 'TASK_CONFIGS';
    expect(await configs.load('7', 1)).toMatchObject({ ok: true });
    expect(breaksAt).toBeUndefined();
  });

  it('is asked again: what was read before', async () => {
    const samples = await SampleStream.open(nc);
    breaksAt = 'MSG.GET.SAMPLES';
    expect(await samples.last('7', '1', 1)).toBeUndefined();
    expect(breaksAt).toBeUndefined();
  });

  it('is delivered again: the assignment', async () => {
    const outbox = await AssignmentOutbox.open(nc);
    breaksAt = 'PUB assignments.c1.7';
    await outbox.publish('c1', { v: 1, session_id: '7-1', task_id: '7', config_version: 1, epoch: 1 });
    expect(breaksAt).toBeUndefined();
    expect(await outbox.has('c1', '7')).toBe(true);
  });

  it.each(['CONSUMER.DELETE', 'CONSUMER.CREATE'])('is asked again: the consumer (%s)', async (request) => {
    breaksAt = `${request}.ASSIGNMENTS.collector-c1`;
    const { promise: rung, resolve } = Promise.withResolvers<string>();
    const inbox = await openAssignmentInbox({
      ...{ nc, collectorId: 'c1', ackWaitMs: 600_000, capacity: 10 },
      onAssignment: ({ taskId }) => resolve(taskId),
    });
    expect(breaksAt).toBeUndefined();
    expect(await rung).toBe('7');
    await inbox.close();
  });

  it('is acknowledged again: a message that is over', async () => {
    const { promise: rung, resolve } = Promise.withResolvers<AssignmentHandle>();
    const inbox = await openAssignmentInbox({
      ...{ nc, collectorId: 'c1', ackWaitMs: 600_000, capacity: 10 },
      onAssignment: resolve,
    });
    const handle = await rung;
    breaksAt = '+ACK';
    await handle.done();
    expect(breaksAt).toBeUndefined();
    expect(await (await AssignmentOutbox.open(nc)).has('c1', '7')).toBe(false);
    // The answer may have been lost although the question arrived.
    await handle.done();
    await inbox.close();
  });
});

describe('what the first poll of a session waits for, over a link on which answers take seconds', () => {
  const timesSent = (text: string) => sent.split(text).length - 1;

  it('is asked once, as soon as one answer has shown how long they take', async () => {
    const outbox = await AssignmentOutbox.open(nc);
    const samples = await SampleStream.open(nc);
    const configs = await TaskConfigStore.open(nc);
    delayLink(900);
    try {
      await outbox.has('c1', '7');
      await samples.last('7', '1', 1);
      sent = '';
      await outbox.publish('c1', { v: 1, session_id: '7-1', task_id: '7', config_version: 1, epoch: 1 });
      expect(await samples.last('7', '1', 1)).toBeUndefined();
      expect(await configs.load('7', 1)).toMatchObject({ ok: true });
    } finally {
      delayLink(0);
    }
    expect(timesSent('PUB assignments.c1.7')).toBe(1);
    expect(timesSent('MSG.GET.SAMPLES')).toBe(1);
  });
});
