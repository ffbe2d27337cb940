import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { serveConsumerRequests } from '@holdfast/shared/jetstream/consume/serve-consumer-requests.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { askBroker } from '../support/ask-broker.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { sessionLogForTest } from '../support/session-log.ts';

/** More of them by hand: `PULLS=20000`. */
// biome-ignore lint/style/noProcessEnv: a number that is given by hand
const pulls = Number(process.env.PULLS ?? 2_000);
const log = createLogger('test', 'silent');
const hour = 3_600 * 1e9;

async function brokerToLookAt(inOneAccount: boolean) {
  const identities = identitiesForTest([], { inOneAccount });
  const server = await natsForTest({ configLines: identities.configLines });
  const { nc: own } = await sessionLogForTest(identities.ownUrl(server));
  const connect = async (name: 'supervisor' | 'api' | 'operator') => {
    const { nc, close } = await connectNats({ url: server.url, nkeySeed: identities.seed(name), name, log });
    cleanUpAfterFile(close);
    return nc;
  };
  // There are several, as in an installation, and any of them takes a request.
  serveConsumerRequests(await connect('supervisor'), log);
  serveConsumerRequests(await connect('api'), log);
  return { server, own, nc: await connect('operator'), jsm: await jetstreamManager(own) };
}

/** A consumer by which a service follows a stream: it has a name of its own, which an operator may read. */
async function followed(inOneAccount: boolean) {
  const { own, nc, jsm } = await brokerToLookAt(inOneAccount);
  const { Explicit: ack_policy } = AckPolicy;
  await jsm.consumers.add('SAMPLES', { name: 'of-a-service', ack_policy, inactive_threshold: hour });
  await askBroker(own, 'samples.hall-1.1.1', '{"v":1}');
  const info = () => jsm.consumers.info('SAMPLES', 'of-a-service');
  return { nc, jsm, info };
}

const inBoth = [
  ['where all are in one account', true],
  ['from an account of its own', false],
] as const;

describe.each(inBoth)('the consumer of a service, by the key of an operator, %s', (_where, isHit) => {
  it(`is ${isHit ? '' : 'not '}deleted`, async () => {
    const { nc, jsm } = await followed(isHit);
    const answer = await askBroker(nc, '$JS.API.CONSUMER.DELETE.SAMPLES.of-a-service');
    const names = (await jsm.consumers.list('SAMPLES').next()).map(({ name }) => name);
    expect(names).toEqual(isHit ? [] : ['of-a-service']);
    if (!isHit) expect(answer.json()).toMatchObject({ error: { err_code: 10_014 } });
  });

  it(`has ${isHit ? 'its messages' : 'no message'} taken and acknowledged`, async () => {
    const { nc, info } = await followed(isHit);
    void pull(nc, 'of-a-service');
    const countDelivered = async () => (await info()).delivered.consumer_seq;
    if (isHit)
      await eventually(async () => (await countDelivered()) === 1, { what: 'the message to be taken' });
    // The test's own consumer gets a message that comes later: anything passed on is there by then.
    else await lookOnce(nc);
    expect(await countDelivered()).toBe(isHit ? 1 : 0);
    nc.publish('$JS.ACK.SAMPLES.of-a-service.1.1.1.1.0', '');
    await nc.flush();
    if (isHit) await eventually(async () => (await info()).ack_floor.stream_seq === 1, { what: 'its end' });
    else await lookOnce(nc);
    expect((await info()).ack_floor.stream_seq).toBe(isHit ? 1 : 0);
  });
});

/** @returns what comes back: messages keep the subjects that they were stored on, so no request takes them for its answer */
function pull(nc: NatsConnection, consumer: string): Promise<string> {
  const inbox = `_INBOX.operator.${consumer}`;
  const { promise, resolve } = Promise.withResolvers<string>();
  nc.subscribe(inbox, { max: 1, callback: (_error, message) => resolve(message.string()) });
  nc.publish(`$JS.API.CONSUMER.MSG.NEXT.SAMPLES.${consumer}`, '{"batch":1}', { reply: inbox });
  return promise;
}

/** Looks as the NATS tool does to view a stream. */
async function lookOnce(nc: NatsConnection): Promise<void> {
  const name = `look_${Math.random().toString(36).slice(2)}`;
  const config = { name, durable_name: name, ack_policy: 'explicit', inactive_threshold: hour };
  const body = JSON.stringify({ stream_name: 'SAMPLES', config });
  const answer = await askBroker(nc, `$JS.API.CONSUMER.CREATE.SAMPLES.${name}`, body);
  expect(answer.json()).not.toHaveProperty('error');
  expect(await pull(nc, name)).toBe('{"v":1}');
  const ended = await askBroker(nc, `$JS.API.CONSUMER.DELETE.SAMPLES.${name}`);
  expect(ended.json()).toMatchObject({ success: true });
}

describe('an operator that looks', () => {
  // Each at a broker of its own, which lets through so many requests a second.
  // The test's own `expect`: the global one does not know its test while others run at the same time.
  it.concurrent('leaves no consumer at the broker after it pulls', async ({ expect }) => {
    const { server, own, nc, jsm } = await brokerToLookAt(false);
    const js = jetstream(own);
    for (let at = 0; at < pulls; at += 1) await js.publish(`samples.hall-1.1.${at % 100}`, '{"v":1}');
    const config = { name: 'mine', durable_name: 'mine', ack_policy: 'explicit', inactive_threshold: hour };
    await askBroker(
      nc,
      '$JS.API.CONSUMER.CREATE.SAMPLES.mine',
      JSON.stringify({ stream_name: 'SAMPLES', config }),
    );
    const before = await memoryOf(server.monitorUrl);
    const subjects = new Set<string>();
    const inbox = '_INBOX.operator.pulled';
    nc.subscribe(inbox, { callback: (_error, { reply = '' }) => void subjects.add(reply) });
    await eventually(
      async () => {
        // One message each, as often as they are passed on.
        for (let at = 0; at < 20; at += 1) {
          nc.publish('$JS.API.CONSUMER.MSG.NEXT.SAMPLES.mine', '{"batch":1}', { reply: inbox });
        }
        await nc.flush();
        return subjects.size >= pulls;
      },
      { what: `${pulls} messages`, timeoutMs: 600_000 },
    );
    expect((await jsm.consumers.info('SAMPLES', 'mine')).num_pending).toBe(0);
    await expect.poll(() => responsesOf(server.monitorUrl)).toEqual({ CORE: 0, LOOK: 0 });
    if (pulls > 2_000) {
      process.stdout.write(
        `${JSON.stringify({ pulls, before, after: await memoryOf(server.monitorUrl) })}\n`,
      );
    }
  });

  it.concurrent('has a hundred consumers at most of each process that makes them', async () => {
    const { nc, jsm } = await brokerToLookAt(false);
    const ask = async (which: number) => {
      const body = JSON.stringify({
        stream_name: 'AUDIT',
        config: { ack_policy: 'none', inactive_threshold: hour },
      });
      const answer = await askBroker(nc, `$JS.API.CONSUMER.CREATE.AUDIT.x${which}`, body);
      return !('error' in answer.json<object>());
    };
    for (let at = 0; at < 240; at += 1) {
      await eventually(() => ask(at), { what: 'another consumer' });
    }
    const count = async () => (await jsm.streams.info('AUDIT')).state.consumer_count;
    await eventually(async () => (await count()) <= 200, { what: 'the oldest to go' });
    await lookOnceAt(nc, 'x239');
  });

  it('does not see the keys of secret buckets by asking for their subjects', async () => {
    const { own, nc } = await brokerToLookAt(false);
    for (const bucket of ['USERS', 'LOGINS', 'BEGUN_LOGINS', 'API_KEYS', 'LINKS', 'COMMAND_KEYS']) {
      await askBroker(own, `$KV.${bucket}.secret`, '{}');
      const request = askBroker(nc, `$JS.API.STREAM.INFO.KV_${bucket}`, '{"subjects_filter":">"}');
      await expect(request, bucket).rejects.toThrow(/permissions violation/i);
    }
    const all = await askBroker(nc, '$JS.API.STREAM.LIST');
    expect(all.string()).toContain('KV_BEGUN_LOGINS');
    expect(all.string()).not.toContain('secret');
  });
});

async function lookOnceAt(nc: NatsConnection, name: string): Promise<void> {
  expect((await askBroker(nc, `$JS.API.CONSUMER.INFO.AUDIT.${name}`)).json()).toMatchObject({ name });
}

async function responsesOf(monitorUrl: string): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const account of ['CORE', 'LOOK']) {
    const about = (await (await fetch(`${monitorUrl}/accountz?acc=${account}`)).json()) as {
      account_detail: { responses?: object };
    };
    counted[account] = Object.keys(about.account_detail.responses ?? {}).length;
  }
  return counted;
}

async function memoryOf(monitorUrl: string): Promise<number> {
  return ((await (await fetch(`${monitorUrl}/varz`)).json()) as { mem: number }).mem;
}
