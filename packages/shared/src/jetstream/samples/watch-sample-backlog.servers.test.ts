import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { durableNames, streamNames } from '../../contracts/subjects.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { ensureDurable } from '../consume/durable-consumer.ts';
import { ensureStreams } from '../streams/streams.ts';
import { type SampleBacklogWatch, watchSampleBacklog } from './watch-sample-backlog.ts';

const mebibyte = 1024 * 1024;
/** With subject and what the broker adds, 1000 bytes each. */
const body = 'x'.repeat(1000 - 'samples.a.1.1'.length - 22);

describe('the watch over samples that are not written', () => {
  let connection: Connection;
  let watch: SampleBacklogWatch;
  const logLines: string[] = [];

  const publish = async (count: number) => {
    const js = jetstream(connection.nc);
    for (let sent = 0; sent < count; sent += 100) {
      await Promise.all(
        Array.from({ length: Math.min(100, count - sent) }, () => js.publish('samples.a.1.1', body)),
      );
    }
  };
  const watchAgain = async () => {
    await watch?.stop();
    logLines.length = 0;
    const log = createLogger('test', 'silent');
    const listen = (_fields: unknown, text: string) => void logLines.push(text);
    Object.assign(log, { info: listen, warn: listen, error: listen });
    watch = watchSampleBacklog({ nc: connection.nc, log, everyMs: 20 });
  };
  const logLine = (what: string) =>
    eventually(() => logLines.find((line) => line.match(what)), { what: `to hear "${what}"` });
  const backlogOf = (messages: number) =>
    eventually(() => watch.current()?.waiting === messages && watch.current(), {
      what: `${messages} messages to wait`,
    });

  beforeAll(async () => {
    const server = await natsForTest();
    const log = createLogger('test', 'silent');
    connection = await connectNats({ url: server.url, name: 'backlog-test', log });
    await ensureStreams(connection.nc, {
      sessionsMaxBytes: 2 * mebibyte,
      samplesMaxBytes: mebibyte,
      samplesMaxAgeHours: 24,
      replicas: 1,
    });
    await watchAgain();
  });
  afterAll(async () => {
    await watch.stop();
    await connection.close();
  });

  it('says at the start how long the stream holds', async () => {
    expect(await logLine('24 h at 5,000 values/s need')).toContain('SAMPLES has 0.001 GB');
  });

  it('warns at 50 % and at 80 % of what the stream can hold, each once', async () => {
    await ensureDurable({ nc: connection.nc, stream: streamNames.samples, durable: durableNames.writer });
    await publish(500);
    await backlogOf(500);
    expect(logLines.filter((line) => line.includes('is not in the database'))).toEqual([]);
    await publish(100);
    await logLine('^5. % of what SAMPLES can hold is not in the database');
    await publish(250);
    await logLine('^8. % of what SAMPLES can hold is not in the database');
    expect(logLines.filter((line) => line.includes('is not in the database'))).toHaveLength(2);
    expect(watch.current()?.lostMessages).toBe(0);
  });

  it('counts exactly what the stream drops while no writer runs', async () => {
    await publish(1_150);
    await logLine('SAMPLES has dropped samples that were in no database');
    const jsm = await jetstreamManager(connection.nc);
    const { first_seq } = (await jsm.streams.info(streamNames.samples)).state;
    expect(first_seq).toBeGreaterThan(700);
    await eventually(() => watch.current()?.lostMessages === first_seq - 1, {
      what: 'all lost ones to be counted',
    });
  });

  it('tells when the backlog has gone down, and counts nothing as lost that was written before it was dropped', async () => {
    const lostBefore = watch.current()?.lostMessages;
    const consumer = await jetstream(connection.nc).consumers.get(streamNames.samples, durableNames.writer);
    for (;;) {
      const { num_pending } = await consumer.info();
      if (num_pending === 0) break;
      // No more than there are: what is asked for and not taken would be lost.
      for await (const message of await consumer.fetch({ max_messages: num_pending, expires: 2_000 })) {
        message.ack();
      }
    }
    await logLine('the backlog of samples has gone down');
    await backlogOf(0);
    await publish(700);
    await backlogOf(700);
    expect(watch.current()?.lostMessages).toBe(lostBefore);
  });

  it('does not count after a restart what was counted before, as long as it was reported to the writer', async () => {
    await watchAgain();
    await backlogOf(700);
    expect(watch.current()?.lostMessages).toBe(0);
  });
});
