import { setImmediate as turn } from 'node:timers/promises';
import { setupConfig } from '@holdfast/dev/setup/config.mjs';
import { BOUNDS_WAITING_MESSAGES, isNewEnough } from '@holdfast/dev/setup/nats-server/versions.mjs';
import { bucketNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, it } from 'vitest';
import { askBroker } from '../support/ask-broker.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { type IdentitiesForTest, identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { sessionLogForTest } from '../support/session-log.ts';

/** As in deploy/nats/nats-server.conf. */
const maxBufferedMessages = 2_000;
const boundsWaiting = isNewEnough(setupConfig().TEST_NATS_SERVER, BOUNDS_WAITING_MESSAGES);
const mebibyte = 1024 * 1024;
const log = createLogger('test', 'silent');
let identities: IdentitiesForTest;
let server: Awaited<ReturnType<typeof natsForTest>>;
let own: NatsConnection;
let hostile: NatsConnection;
let honest: NatsConnection;

beforeAll(async () => {
  identities = identitiesForTest(['hall-1', 'hall-2']);
  server = await natsForTest({ configLines: identities.configLines });
  own = (await sessionLogForTest(identities.ownUrl(server))).nc;
  hostile = await connect('hall-1');
  honest = await connect('hall-2');
});

async function connect(id: string, url = server.url): Promise<NatsConnection> {
  const nkeySeed = identities.seed('collector', id);
  const { nc, close } = await connectNats({ url, nkeySeed, name: `collector-${id}`, log });
  cleanUpAfterFile(close);
  return nc;
}

const bytesOf = async (stream: string) => {
  const { state, config } = await (await jetstreamManager(own)).streams.info(stream);
  return { bytes: state.bytes, most: config.max_bytes };
};

/** Writes as fast as it can, and waits for no answer, until it is stopped. */
function flood(subjectOf: (nth: number) => string, bytes: number) {
  const body = 'x'.repeat(bytes);
  let isOver = false;
  const writing = (async () => {
    for (let nth = 0; !isOver; ) {
      for (const end = nth + Math.ceil(mebibyte / bytes); nth < end; nth += 1)
        hostile.publish(subjectOf(nth), body);
      await hostile.flush();
      await turn();
    }
  })();
  return async () => {
    isOver = true;
    await writing;
  };
}

/** Whether the broker takes a message at the first try. */
async function take(subject: string, body = '{}'): Promise<void> {
  expect((await askBroker(honest, subject, body)).json()).not.toHaveProperty('error');
}

describe('while the key of one collector writes as fast as it can', () => {
  it.each<[string, string, (nth: number) => string, string]>([
    ['live states', 'KV_STATUS', (nth) => `$KV.STATUS.hall-1.${nth}`, '$KV.STATUS.hall-2.9'],
    ['samples', 'SAMPLES', (nth) => `samples.hall-1.9.${nth % 1_000}`, 'samples.hall-2.9.9'],
    ['where they were sent', 'SENT', (nth) => `sent.hall-1.9.${nth}`, 'sent.hall-2.9.x'],
    ['health', 'HEALTH', (nth) => `health.hall-1.9.${nth}`, 'health.hall-2.9.9'],
  ])('%s of another one are taken', async (_what, stream, subjectOf, another) => {
    const stop = flood(subjectOf, 100_000);
    await eventually(
      async () => {
        const { bytes, most } = await bytesOf(stream);
        return bytes > most - mebibyte;
      },
      { what: `${stream} to be full` },
    );
    // As large as those of the flood: a small one might find room next to them.
    const state = (nth: number) => `${nth}`.padEnd(100_000);
    for (let nth = 0; nth < 20; nth += 1) await take(another, state(nth));
    await stop();
    await take(another, state(20));
    const message = await (await jetstreamManager(own)).streams.getMessage(stream, { last_by_subj: another });
    expect(message?.string()).toBe(state(20));
  });

  it.each<[string, string, string]>([
    [bucketNames.sinks, 'outbox.hall-1', 'outbox.hall-2'],
    [bucketNames.collectors, 'hall-1', 'hall-2'],
  ])('the one key that it has in %s leaves room for others', async (bucket, key, another) => {
    const stream = `KV_${bucket}`;
    const { most } = await bytesOf(stream);
    const largest = await askBroker(hostile, `$KV.${bucket}.${key}`, 'x'.repeat(mebibyte - 2_000));
    expect(largest.json()).toMatchObject({ error: { description: 'message size exceeds maximum allowed' } });
    const stop = flood(() => `$KV.${bucket}.${key}`, 60_000);
    for (let nth = 0; nth < 20; nth += 1) await take(`$KV.${bucket}.${another}`, `{"v":${nth}}`);
    await stop();
    expect((await bytesOf(stream)).bytes).toBeLessThan(most / 16);
  });
});

it.skipIf(!boundsWaiting)('a sample waits behind few of those that another key sends at once', async () => {
  const installed = await natsForTest({
    configLines: identities.configLines,
    syncInterval: 'always',
    maxBufferedMessages,
  });
  const { nc } = await sessionLogForTest(identities.ownUrl(installed));
  const [flooding, sampling] = [
    await connect('hall-1', installed.url),
    await connect('hall-2', installed.url),
  ];
  const { streams } = await jetstreamManager(nc);
  const lastSequence = async () => (await streams.info(streamNames.samples)).state.last_seq;
  let nth = 0;
  const sendJunk = async () => {
    for (const end = nth + 1_000; nth < end; nth += 1) flooding.publish(`samples.hall-1.9.${nth}`, 'junk');
    await flooding.flush();
  };
  while (nth < 40_000) await sendJunk();
  const before: number[] = [];
  const stored = await eventually(
    async () => {
      before.push(await lastSequence());
      const { seq } = (await askBroker(sampling, 'samples.hall-2.9.9', '{}')).json<{ seq?: number }>();
      return seq;
    },
    { what: 'the sample to be stored' },
  );
  // Those that the broker stores at this moment, and those that wait.
  expect(stored - (before.at(-1) as number)).toBeLessThanOrEqual(2 * maxBufferedMessages + 100);
});

it('an account has no more connections at a server than those who belong there need', async () => {
  const ending = new AbortController();
  const nkeySeed = identities.seed('collector', 'hall-1');
  const options = { url: server.url, nkeySeed, name: 'collector-hall-1', log, signal: ending.signal };
  // One after the other: on a busy machine the broker drops a connection that takes too long to say who it is.
  const opening = (async () => {
    while (!ending.signal.aborted) {
      const connection = await connectNats(options).catch(() => undefined);
      cleanUpAfterFile(async () => connection?.close());
    }
  })();
  const refused = () =>
    server.lastLines(500).some((line) => /maximum account active connections/i.test(line));
  await eventually(async () => refused(), { what: 'the broker to refuse one' });
  const { connections } = (await (await fetch(`${server.monitorUrl}/connz?acc=C_hall-1`)).json()) as {
    connections: unknown[];
  };
  expect(connections.length).toBeLessThanOrEqual(32);
  await take('samples.hall-2.9.9');
  ending.abort();
  await opening;
});
