import { callForAddresses, serveAddressesCalls } from '@holdfast/shared/jetstream/boards/addresses-calls.ts';
import { callForDrain, serveDeviceCalls } from '@holdfast/shared/jetstream/boards/device-calls.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { serveConsumerRequests } from '@holdfast/shared/jetstream/consume/serve-consumer-requests.ts';
import { permissionsOf } from '@holdfast/shared/permissions/permissions.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { AckPolicy, jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { askBroker } from '../support/ask-broker.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { sessionLogForTest } from '../support/session-log.ts';
import { sendWithReplies, standingOf } from './reply-attacks.ts';

const log = createLogger('test', 'silent');

/** Connections that are not trusted with everything, and what each may write into streams. */
const outsiders = {
  operator: { permissions: permissionsOf('operator'), writes: [] as string[] },
  'hall-1': {
    permissions: permissionsOf('collector', { collectorId: 'hall-1' }),
    writes: ['SAMPLES', 'SENT', 'HEALTH', 'KV_STATUS', 'KV_COLLECTORS', 'KV_SINKS'],
  },
} as const;
type Outsider = keyof typeof outsiders;

async function brokerWith(outsider: Outsider, inOneAccount: boolean) {
  const identities = identitiesForTest(['hall-1'], { inOneAccount });
  const server = await natsForTest({ configLines: identities.configLines });
  const { nc: own } = await sessionLogForTest(identities.ownUrl(server));
  const connect = async (name: string, nkeySeed: string): Promise<NatsConnection> => {
    const connection = await connectNats({ url: server.url, nkeySeed, name, log });
    cleanUpAfterFile(() => connection.nc.close());
    return connection.nc;
  };
  const supervisor = await connect('supervisor', identities.seed('supervisor'));
  serveConsumerRequests(supervisor, log);
  const nc =
    outsider === 'operator'
      ? await connect('operator', identities.seed('operator'))
      : await connect('collector-hall-1', identities.seed('collector', 'hall-1'));
  const api = await connect('api', identities.seed('api'));
  return { own, nc, api, supervisor, jsm: await jetstreamManager(own) };
}

describe.each<Outsider>(['operator', 'hall-1'])('a reply subject that %s names', (outsider) => {
  const { permissions, writes } = outsiders[outsider];

  /** Streams of others that got something, and streams that are gone. */
  async function hits(inOneAccount: boolean): Promise<{ writtenNames: string[]; goneNames: string[] }> {
    const { own, nc, jsm } = await brokerWith(outsider, inOneAccount);
    // Puts something to read into every stream, with a consumer for it.
    for (const [name, { aSubject }] of await standingOf(own)) {
      await askBroker(own, aSubject, '{"v":1}');
      const isWork = name === 'ASSIGNMENTS';
      await jsm.consumers.add(name, {
        durable_name: isWork ? 'collector-hall-1' : 'known',
        ack_policy: AckPolicy.Explicit,
        ...(isWork && { filter_subject: 'assignments.hall-1.*' }),
      });
    }
    const before = await standingOf(own);
    const others = [...before.keys()].filter((name) => !(writes as readonly string[]).includes(name));
    const { allow } = permissions.publish;
    await sendWithReplies(
      nc,
      allow,
      others.map((name) => before.get(name)?.aSubject ?? ''),
    );
    await settled(own);
    const afterwards = await standingOf(own);
    const writtenNames = others.filter((name) => {
      const now = afterwards.get(name);
      return (
        now?.created === before.get(name)?.created && now?.lastSequence !== before.get(name)?.lastSequence
      );
    });
    await sendWithReplies(
      nc,
      allow,
      [...before.keys()].map((name) => `$JS.API.STREAM.DELETE.${name}`),
    );
    await settled(own);
    const standing = await standingOf(own);
    return { writtenNames, goneNames: [...before.keys()].filter((name) => !standing.has(name)) };
  }

  it('has the broker write and delete everywhere where all are in one account', async () => {
    const { writtenNames, goneNames } = await hits(true);
    expect(writtenNames).toEqual(expect.arrayContaining(['SESSIONS', 'AUDIT', 'KV_API_KEYS', 'KV_LEADER']));
    if (outsider === 'operator') expect(goneNames).toContain('SESSIONS');
  });

  it('hits nothing from an account of its own', async () => {
    expect(await hits(false)).toEqual({ writtenNames: [], goneNames: [] });
  });
});

/** Waits until nothing changes any more: the broker works requests off in no certain order. */
async function settled(own: NatsConnection): Promise<void> {
  let former = '';
  let sameFor = 0;
  await eventually(
    async () => {
      const now = JSON.stringify([...(await standingOf(own))].sort());
      sameFor = now === former ? sameFor + 1 : 0;
      former = now;
      return sameFor >= 5;
    },
    { what: 'the broker to have done what it was asked' },
  );
}

describe('a consumer that a service asks for', () => {
  const takesOfWriter = '$JS.API.CONSUMER.MSG.NEXT.SAMPLES.writer';

  async function askFor(nc: NatsConnection, request: string, config: Record<string, unknown>) {
    const [stream_name] = request.split('.');
    const subject = `$JS.API.CONSUMER.CREATE.${request}`;
    return (await askBroker(nc, subject, JSON.stringify({ stream_name, config }))).json<{
      error?: { description: string };
    }>();
  }

  /** A consumer of the operator that asks the writer's one for messages, and what that one has handed out. */
  async function takeMessage(inOneAccount: boolean) {
    const { own, nc, jsm } = await brokerWith('operator', inOneAccount);
    await jsm.consumers.add('SAMPLES', { durable_name: 'writer', ack_policy: AckPolicy.Explicit });
    await askBroker(own, 'samples.hall-1.1.1', '{}');
    await askBroker(own, 'audit.key.make', '{}');
    const answer = await askFor(nc, 'AUDIT.x.>', {
      name: 'x',
      ack_policy: 'explicit',
      deliver_subject: takesOfWriter,
      filter_subject: '>',
    });
    const outstanding = async () => (await jsm.consumers.info('SAMPLES', 'writer')).num_ack_pending;
    return { answer, outstanding };
  }

  it('takes messages from the writer where all are in one account', async () => {
    const { answer, outstanding } = await takeMessage(true);
    expect(answer.error).toBeUndefined();
    await eventually(async () => (await outstanding()) === 1, { what: 'the message to be taken' });
  });

  it('is not made from an account of its own', async () => {
    const { answer, outstanding } = await takeMessage(false);
    expect(answer.error?.description).toBe('it may deliver below _INBOX.operator. only');
    expect(await outstanding()).toBe(0);
  });

  it.each<[string, (theft: object) => object]>([
    [
      'a field',
      ({ deliver_subject, ...config }: { deliver_subject?: string }) => ({
        config: { ...config, Deliver_Subject: deliver_subject },
      }),
    ],
    ['a whole object', (config) => ({ config: { name: 'x', ack_policy: 'explicit' }, Config: config })],
  ])('takes nothing by %s in another letter case, as the broker reads it', async (_what, fields) => {
    const { own, nc, jsm } = await brokerWith('operator', false);
    await jsm.consumers.add('SAMPLES', { durable_name: 'writer', ack_policy: AckPolicy.Explicit });
    await askBroker(own, 'samples.hall-1.1.1', '{}');
    await askBroker(own, 'audit.key.make', '{}');
    const theft = {
      ...{ name: 'x', ack_policy: 'explicit', filter_subject: '>' },
      deliver_subject: takesOfWriter,
    };
    const body = JSON.stringify({ stream_name: 'AUDIT', ...fields(theft) });
    const answer = await askBroker(nc, '$JS.API.CONSUMER.CREATE.AUDIT.x.>', body);
    await settled(own);
    expect((await jsm.consumers.info('SAMPLES', 'writer')).num_ack_pending).toBe(0);
    expect(answer.json()).toMatchObject({
      error: {
        description: expect.stringContaining('is no field that a request from this account may have'),
      },
    });
  });

  it('changes none of others by an action in another letter case', async () => {
    const { nc, jsm } = await brokerWith('operator', false);
    await jsm.consumers.add('AUDIT', { name: 'of-the-api', ack_policy: AckPolicy.None, description: 'ours' });
    const config = { name: 'of-the-api', ack_policy: 'none', description: 'theirs' };
    const body = JSON.stringify({ stream_name: 'AUDIT', action: 'create', config, Action: 'update' });
    const answer = await askBroker(nc, '$JS.API.CONSUMER.CREATE.AUDIT.of-the-api', body);
    expect((await jsm.consumers.info('AUDIT', 'of-the-api')).config.description).toBe('ours');
    expect(answer.json()).toMatchObject({ error: { code: 400 } });
  });

  it('has the name that its subject says', async () => {
    const { nc, jsm } = await brokerWith('operator', false);
    const answer = await askFor(nc, 'SESSIONS.collector-hall-1', { name: 'mine', ack_policy: 'none' });
    expect(await jsm.consumers.list('SESSIONS').next()).toEqual([]);
    expect(answer.error?.description).toBe('the consumer has another name than in the subject');
  });

  it('is not asked for at too great length', async () => {
    const { nc } = await brokerWith('operator', false);
    const body = JSON.stringify({ stream_name: 'AUDIT', config: { ack_policy: 'none' } });
    const answer = await askBroker(nc, '$JS.API.CONSUMER.CREATE.AUDIT.x', body.padEnd(16 * 1024 + 1));
    expect(answer.json()).toMatchObject({ error: { description: 'the request is larger than 16 KiB' } });
    expect((await askBroker(nc, '$JS.API.CONSUMER.CREATE.AUDIT.x', body)).json()).not.toHaveProperty('error');
  });

  it('is not asked for too often at once', async () => {
    const { nc } = await brokerWith('operator', false);
    const ask = (which: number) => askFor(nc, `AUDIT.x${which}`, { ack_policy: 'none' });
    const answers = await Promise.all(Array.from({ length: 500 }, (_, which) => ask(which)));
    const refused = answers.filter(({ error }) => error !== undefined);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(500);
    expect(new Set(refused.map(({ error }) => error?.description))).toEqual(
      new Set(['too many consumers are asked for at once: ask again in a second']),
    );
    await eventually(async () => (await ask(500)).error === undefined, { what: 'the next one to be made' });
  });

  it('for looking is new, ends by itself and is none of a service', async () => {
    const { nc, jsm } = await brokerWith('operator', false);
    const look = { ack_policy: 'explicit', filter_subject: '>' };
    for (const inactive_threshold of [undefined, 0, 1e18]) {
      expect(
        await askFor(nc, 'AUDIT.mine.>', { ...look, durable_name: 'mine', inactive_threshold }),
      ).toMatchObject({
        error: { description: expect.stringContaining('needs an inactive_threshold') },
      });
    }
    const ending = { ...look, inactive_threshold: 3_600_000_000_000 };
    expect(await askFor(nc, 'AUDIT.mine.>', { ...ending, durable_name: 'mine' })).not.toHaveProperty('error');
    await jsm.consumers.add('AUDIT', { name: 'of-the-api', ack_policy: AckPolicy.None });
    expect(await askFor(nc, 'AUDIT.of-the-api.>', { ...ending, name: 'of-the-api' })).toMatchObject({
      error: { description: expect.stringContaining('already exists') },
    });
    expect(await askFor(nc, 'AUDIT.writer.>', { ...ending, name: 'writer' })).toMatchObject({
      error: { description: 'writer is the consumer of a service' },
    });
  });

  it('by a collector delivers to it alone', async () => {
    const { own, nc } = await brokerWith('hall-1', false);
    const request = 'ASSIGNMENTS.collector-hall-1.assignments.hall-1.*';
    const work = {
      durable_name: 'collector-hall-1',
      ack_policy: 'explicit',
      filter_subject: 'assignments.hall-1.*',
    };
    for (const deliver_subject of [
      takesOfWriter,
      'deliver.hall-2.work.x',
      'collectors.hall-2.call',
      'deliver.hall-1',
    ]) {
      expect(await askFor(nc, request, { ...work, deliver_subject })).toMatchObject({
        error: { description: 'it may deliver below deliver.hall-1. only' },
      });
    }
    const delivered: string[] = [];
    nc.subscribe('deliver.hall-1.work.x', {
      callback: (_error, { subject }) => void delivered.push(subject),
    });
    await nc.flush();
    const answer = await askFor(nc, request, { ...work, deliver_subject: 'deliver.hall-1.work.x' });
    expect(answer).not.toHaveProperty('error');
    await askBroker(own, 'assignments.hall-1.7', '{}');
    await eventually(async () => delivered.length > 0, { what: 'the delivery' });
    expect(delivered).toEqual(['assignments.hall-1.7']);
  });
});

describe('a question of a supervisor', () => {
  it.each([false, true])('reaches a collector, in one account: %s', async (inOneAccount) => {
    const { supervisor, nc } = await brokerWith('hall-1', inOneAccount);
    const answer = async () => ({ 'plc:502': ['10.0.0.5:502'] });
    serveAddressesCalls({ ...{ nc, collectorId: 'hall-1', log }, answer });
    await nc.flush();
    expect(await callForAddresses(supervisor, 'hall-1', ['plc:502'])).toEqual(await answer());
  });
});

describe('a call from the API', () => {
  it('reaches a collector in its account, and finds out at once that it is unavailable', async () => {
    const { api, nc } = await brokerWith('hall-1', false);
    const stop = serveDeviceCalls({
      ...{ nc, collectorId: 'hall-1', log },
      answer: async () => ({ kind: 'refused', detail: 'seen' }),
      drain: () => ({ kind: 'drained', draining: true, sessions: 3 }),
    });
    await nc.flush();
    expect(await callForDrain(api, 'hall-1', 'drain')).toEqual({
      ok: true,
      reply: { kind: 'drained', draining: true, sessions: 3 },
    });
    stop();
    await nc.flush();
    expect(await callForDrain(api, 'hall-1', 'drain')).toEqual({ ok: false, why: 'absent' });
  });
});
