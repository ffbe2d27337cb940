import { setImmediate as turn } from 'node:timers/promises';
import {
  connectNats,
  type NatsConnection,
  PermissionViolationError,
} from '@holdfast/shared/jetstream/connection/connect.ts';
import { plainHeaders } from '@holdfast/shared/jetstream/connection/plain-headers.ts';
import { serveConsumerRequests } from '@holdfast/shared/jetstream/consume/serve-consumer-requests.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import type { Service } from '@holdfast/shared/permissions/permissions.ts';
import { maintenance, services } from '@holdfast/shared/permissions/permissions.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, it } from 'vitest';
import { askBroker } from '../support/ask-broker.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { type IdentitiesForTest, identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';

/** Services, the maintainer of streams, and `hall-1` with its own identity; `collector` is the one that others share. */
const everybody = [...services, maintenance, 'hall-1'] as const;
type Who = (typeof everybody)[number];

const log = createLogger('test', 'silent');
const connections = new Map<Who, NatsConnection>();
const violations = new Map<Who, string[]>();
let server: Awaited<ReturnType<typeof natsForTest>>;
let identities: IdentitiesForTest;
let own: SessionLogForTest;

beforeAll(async () => {
  identities = identitiesForTest(['hall-1', 'hall-2']);
  server = await natsForTest({ configLines: identities.configLines });
  own = await sessionLogForTest(identities.ownUrl(server));
  for (const who of everybody) {
    const isHall = who === 'hall-1';
    const nkeySeed = isHall ? identities.seed('collector', 'hall-1') : identities.seed(who);
    const name = isHall ? 'collector-hall-1' : who === 'collector' ? 'collector-any-7' : who;
    const { nc } = await connectNats({ url: server.url, nkeySeed, name, log });
    cleanUpAfterFile(() => nc.close());
    connections.set(who, nc);
    if (who === 'supervisor') serveConsumerRequests(nc, log);
    const messages: string[] = [];
    violations.set(who, messages);
    void (async () => {
      for await (const status of nc.status()) {
        if (status.type === 'error' && status.error instanceof PermissionViolationError) {
          messages.push(`${status.error.operation} ${status.error.subject}`);
        }
      }
    })();
  }
});

function connectionOf(who: Who): NatsConnection {
  const nc = connections.get(who);
  if (!nc) throw new Error(`${who} is not connected`);
  return nc;
}

/**
 * The broker refuses before it answers the ping that follows. The message is no proper request, so that nothing is
 * deleted when the broker lets it through.
 */
async function mayPublish(who: Who, subject: string): Promise<boolean> {
  const nc = connectionOf(who);
  nc.publish(subject, 'nothing that JetStream could understand');
  await nc.flush();
  await turn();
  return !violations.get(who)?.some((message) => message === `publish ${subject}`);
}

async function maySubscribe(who: Who, subject: string): Promise<boolean> {
  const nc = connectionOf(who);
  let isRefused = false;
  const subscription = nc.subscribe(subject, {
    callback: (error) => {
      isRefused ||= error instanceof PermissionViolationError;
    },
  });
  await nc.flush();
  await turn();
  if (!isRefused) subscription.unsubscribe();
  return !isRefused;
}

async function those(may: (who: Who) => Promise<boolean>): Promise<Who[]> {
  const allowed: Who[] = [];
  for (const who of everybody) if (await may(who)) allowed.push(who);
  return allowed;
}

const core: readonly Service[] = ['api', 'supervisor'];
const others = (...who: readonly Who[]): readonly Who[] => everybody.filter((each) => !who.includes(each));
const followers: readonly Who[] = [...core, 'alarms', 'backup', 'restore', 'operator', maintenance];

describe('what services may publish', () => {
  it.each<[string, string, readonly Who[]]>([
    ['commands', 'sessions.task.9.lifecycle', [...core, 'restore']],
    ['placements', 'sessions.task.9.placement', ['supervisor', 'restore']],
    ['warnings of time limits', 'sessions.task.9.warning', ['supervisor', 'restore']],
    ['other events', 'sessions.other', ['restore']],
    ['work', 'assignments.hall-2.9', ['supervisor']],
    ['readings of hall-1', 'samples.hall-1.9.9', ['hall-1']],
    ['readings of hall-2', 'samples.hall-2.9.9', []],
    ['readings of a container', 'samples.any-7.9.9', ['collector']],
    ['readings once more', 'samples._again.9.9', ['api']],
    ['that readings were dropped', 'samples._dropped.9._all', ['supervisor']],
    ['readings of nobody', 'samples.9.9', []],
    ['up to where readings of hall-1 were sent', 'sent.hall-1.9.x', ['hall-1']],
    ['up to where readings of a container were sent', 'sent.any-7.9.x', ['collector']],
    ['health of devices that hall-1 reads', 'health.hall-1.9.9', ['hall-1']],
    ['health of devices that a container reads', 'health.any-7.9.9', ['collector']],
    ['what cannot be processed', 'quarantine.SAMPLES', ['writer']],
    ['what was done', 'audit.device.write', ['api']],
    ['the lease of hall-1', '$KV.COLLECTORS.hall-1', ['supervisor', 'hall-1']],
    ['the lease of hall-2', '$KV.COLLECTORS.hall-2', ['supervisor']],
    ['the lease of a container', '$KV.COLLECTORS.any-7', ['supervisor', 'collector']],
    ['leadership', '$KV.LEADER.supervisor', ['supervisor']],
    ['who raises alarms', '$KV.LEADER.alarms', ['alarms']],
    ['alarms', 'alarms.device_silent.7', ['api', 'alarms', 'restore']],
    ['live states of hall-1', '$KV.STATUS.hall-1.9', ['hall-1']],
    ['live states of hall-2', '$KV.STATUS.hall-2.9', []],
    ['live states of a container', '$KV.STATUS.any-7.9', ['collector']],
    ['why a session waits', '$KV.WAITING.9', ['supervisor']],
    ['API keys', '$KV.API_KEYS.x', ['api', 'restore']],
    ['people', '$KV.USERS.x', ['api', 'restore']],
    ['logins', '$KV.LOGINS.x', ['api']],
    ['configuration snapshots', '$O.TASK_CONFIGS.C.x', ['api', 'restore']],
    ['calls to a device', 'collectors.hall-1.call', ['api']],
    ['questions for addresses', 'collectors.hall-1.addresses', ['api', 'supervisor']],
    ['a call for renewals', 'collectors.renew', ['supervisor']],
    ['an answer to nobody', '_INBOX.api.x', []],
  ])('%s', async (_what, subject, allowed) => {
    expect(await those((who) => mayPublish(who, subject))).toEqual(inOrder(allowed));
  });
});

describe('what services may ask of JetStream', () => {
  const reads: readonly Who[] = [
    'api',
    'supervisor',
    'collector',
    'writer',
    'alarms',
    'backup',
    'restore',
    'operator',
    maintenance,
    'hall-1',
  ];
  it.each<[string, string, readonly Who[]]>([
    ['to make SESSIONS', 'STREAM.CREATE.SESSIONS', [...core, 'restore']],
    ['to make another stream', 'STREAM.CREATE.OTHER', []],
    ['to change SESSIONS', 'STREAM.UPDATE.SESSIONS', [maintenance]],
    ['to delete SESSIONS', 'STREAM.DELETE.SESSIONS', [maintenance]],
    ['to delete SAMPLES', 'STREAM.DELETE.SAMPLES', [maintenance]],
    ['to change another stream', 'STREAM.UPDATE.OTHER', []],
    ['to purge SAMPLES', 'STREAM.PURGE.SAMPLES', []],
    ['to purge work', 'STREAM.PURGE.ASSIGNMENTS', ['supervisor']],
    ['to read API keys', 'STREAM.MSG.GET.KV_API_KEYS', ['api', 'backup', 'restore']],
    ['to read people', 'STREAM.MSG.GET.KV_USERS', ['api', 'backup', 'restore']],
    ['to read logins', 'STREAM.MSG.GET.KV_LOGINS', ['api']],
    ['to follow logins', 'CONSUMER.CREATE.KV_LOGINS.x', ['api']],
    ['to follow API keys', 'CONSUMER.CREATE.KV_API_KEYS.x', ['api']],
    ['how API keys are kept', 'STREAM.INFO.KV_API_KEYS', others('collector', 'hall-1', 'operator')],
    ['how people are kept', 'STREAM.INFO.KV_USERS', others('collector', 'hall-1', 'operator')],
    ['how logins are kept', 'STREAM.INFO.KV_LOGINS', others('collector', 'hall-1', 'operator')],
    ['how begun logins are kept', 'STREAM.INFO.KV_BEGUN_LOGINS', others('collector', 'hall-1', 'operator')],
    ['how leases are kept', 'STREAM.INFO.KV_COLLECTORS', everybody],
    ['how SESSIONS is kept', 'STREAM.INFO.SESSIONS', everybody],
    ['to read an event', 'STREAM.MSG.GET.SESSIONS', reads],
    ['for the events of hall-1', 'CONSUMER.CREATE.SESSIONS.collector-hall-1', [...followers, 'hall-1']],
    ['for the events of hall-2', 'CONSUMER.CREATE.SESSIONS.collector-hall-2', followers],
    [
      'for the events of a container',
      'CONSUMER.CREATE.SESSIONS.collector-any-7',
      [...followers, 'collector'],
    ],
    ['to take the events of hall-2', 'CONSUMER.DELETE.SESSIONS.collector-hall-2', followers],
    ['for any snapshots', 'CONSUMER.CREATE.OBJ_TASK_CONFIGS.x', [...followers, 'writer']],
    ['to read work', 'STREAM.MSG.GET.ASSIGNMENTS', ['operator', maintenance]],
    ['to read a lease', 'STREAM.MSG.GET.KV_COLLECTORS', [...core, 'alarms', 'operator', maintenance]],
    [
      'whether there is a snapshot',
      'DIRECT.GET.OBJ_TASK_CONFIGS.$O.TASK_CONFIGS.M.>',
      ['operator', maintenance],
    ],
    [
      'to read the lease of hall-1',
      'DIRECT.GET.KV_COLLECTORS.$KV.COLLECTORS.hall-1',
      ['operator', maintenance, 'hall-1'],
    ],
    [
      'to read the lease of hall-2',
      'DIRECT.GET.KV_COLLECTORS.$KV.COLLECTORS.hall-2',
      ['operator', maintenance],
    ],
    [
      'to read the lease of a container',
      'DIRECT.GET.KV_COLLECTORS.$KV.COLLECTORS.any-7',
      ['collector', 'operator', maintenance],
    ],
    ['to read any lease by a request that names none', 'DIRECT.GET.KV_COLLECTORS', []],
    [
      'to read samples',
      'STREAM.MSG.GET.SAMPLES',
      [...core, 'collector', 'alarms', 'operator', maintenance, 'hall-1'],
    ],
    ['to read samples of any copy', 'DIRECT.GET.SAMPLES.samples.x.9.9', []],
    [
      'for the work of hall-1',
      'CONSUMER.CREATE.ASSIGNMENTS.collector-hall-1.assignments.hall-1.*',
      [...core, 'hall-1'],
    ],
    // In the name of those who may not make consumers themselves.
    ['for the work of hall-2', 'CONSUMER.CREATE.ASSIGNMENTS.collector-hall-2.assignments.hall-2.*', core],
    [
      'for the work of hall-2 by another name',
      'CONSUMER.CREATE.ASSIGNMENTS.collector-hall-1.assignments.hall-2.*',
      core,
    ],
    ['for all work', 'CONSUMER.CREATE.ASSIGNMENTS.collector-hall-1', core],
    ['for all work, as formerly', 'CONSUMER.DURABLE.CREATE.ASSIGNMENTS.collector-hall-1', []],
    ['for what hall-2 is given', 'CONSUMER.MSG.NEXT.ASSIGNMENTS.collector-hall-2', []],
    [
      'for the work of a container',
      'CONSUMER.CREATE.ASSIGNMENTS.collector-any-7.assignments.any-7.*',
      [...core, 'collector'],
    ],
    ['to take the consumer of hall-2', 'CONSUMER.DELETE.ASSIGNMENTS.collector-hall-2', []],
    ['for what the writer is given', 'CONSUMER.MSG.NEXT.SAMPLES.writer', ['writer']],
    ['to take the consumer of the writer', 'CONSUMER.DELETE.SAMPLES.writer', ['writer', maintenance]],
    [
      'to read up to where readings were sent',
      'CONSUMER.CREATE.SENT.x',
      [...core, 'writer', 'operator', maintenance],
    ],
    ['to take that away', 'STREAM.MSG.DELETE.SENT', ['writer']],
    ['to follow the health of devices', 'CONSUMER.CREATE.HEALTH.x', [...core, 'operator', maintenance]],
    ['for one change of health', 'STREAM.MSG.GET.HEALTH', ['api', 'operator', maintenance]],
    ['to make ALARMS', 'STREAM.CREATE.ALARMS', [...core, 'restore']],
    ['to read an alarm', 'STREAM.MSG.GET.ALARMS', ['api', 'alarms', 'backup', 'operator', maintenance]],
    ['to follow alarms', 'CONSUMER.CREATE.ALARMS.x', [...core, 'alarms', 'backup', 'operator', maintenance]],
    ['to delete from quarantine', 'STREAM.MSG.DELETE.QUARANTINE', ['api']],
    ['for backups of the broker', 'STREAM.SNAPSHOT.SESSIONS', []],
  ])('%s', async (_what, request, allowed) => {
    expect(await those((who) => mayPublish(who, `$JS.API.${request}`))).toEqual(inOrder(allowed));
  });
});

describe('what services may hear', () => {
  it.each<[string, string, readonly Who[]]>([
    ['everything', '>', []],
    ['events', 'sessions.>', []],
    ['events of a task', 'sessions.task.66.lifecycle', []],
    ['work', 'assignments.>', []],
    ['its own work', 'assignments.hall-1.*', []],
    ['readings', 'samples.>', []],
    ['buckets', '$KV.>', []],
    ['requests to JetStream', '$JS.API.>', []],
    ['calls to hall-1', 'collectors.hall-1.call', ['collector', 'hall-1']],
    ['calls to hall-2', 'collectors.hall-2.call', ['collector']],
    ['questions to hall-1', 'collectors.hall-1.addresses', ['collector', 'hall-1']],
    ['questions to hall-2', 'collectors.hall-2.addresses', ['collector']],
    ['what is delivered to hall-1', 'deliver.hall-1.work.x', ['collector', 'hall-1']],
    ['events delivered to hall-1', 'deliver.hall-1.log.x', ['collector', 'hall-1']],
    ['what is delivered to hall-2', 'deliver.hall-2.work.x', ['collector']],
    ['answers to the API', '_INBOX.api.>', ['api']],
    ['answers to hall-2', '_INBOX.collector.hall-2.>', ['collector']],
    ['answers to everybody', '_INBOX.>', []],
  ])('%s', async (_what, subject, allowed) => {
    expect(await those((who) => maySubscribe(who, subject))).toEqual(inOrder(allowed));
  });
});

describe('a collector with an identity of its own', () => {
  it('gets no work of another one, whatever it writes into its request', async () => {
    await askBroker(own.nc, 'assignments.hall-2.1', '{}');
    const nc = connectionOf('hall-1');
    const subject = '$JS.API.CONSUMER.CREATE.ASSIGNMENTS.collector-hall-1.assignments.hall-1.*';
    const consumer = { durable_name: 'collector-hall-1', ack_policy: 'explicit' };
    for (const filter of [
      {},
      { filter_subject: 'assignments.hall-2.*' },
      { filter_subjects: ['assignments.hall-1.*', 'assignments.hall-2.*'] },
    ]) {
      const config = { ...consumer, ...filter };
      const answer = await askBroker(nc, subject, JSON.stringify({ stream_name: 'ASSIGNMENTS', config }));
      expect(answer.json()).toMatchObject({ error: { code: 400 } });
    }
  });

  it('reads a configuration of several pieces', async () => {
    const text = 'x'.repeat(300_000);
    const name = '7/1';
    await (await TaskConfigStore.open(connectionOf('api'))).putText(name, text);
    const loaded = await (await TaskConfigStore.open(connectionOf('hall-1'))).loadText(name);
    expect(loaded).toMatchObject({ ok: true, text });
  });
});

describe('by the one key of a bucket that it may write', () => {
  const collectors: [Who, string][] = [
    ['hall-1', 'hall-1'],
    ['collector', 'any-7'],
  ];
  it.each(collectors)('%s removes no other one, whatever the header says', async (who, id) => {
    const jsm = await jetstreamManager(own.nc);
    for (const [bucket, key, another] of [
      ['COLLECTORS', id, 'hall-2'],
      ['STATUS', `${id}.9`, 'hall-2.9'],
      ['SINKS', `outbox.${id}`, 'outbox.hall-2'],
    ] as const) {
      await askBroker(own.nc, `$KV.${bucket}.${another}`, '{}');
      for (const reach of ['all', 'sub']) {
        const rollUp = plainHeaders({ 'Nats-Rollup': reach });
        const answer = await askBroker(connectionOf(who), `$KV.${bucket}.${key}`, '{}', rollUp);
        expect(answer.json()).toMatchObject({ error: { description: 'rollup not permitted' } });
      }
      const message = await jsm.streams.getMessage(`KV_${bucket}`, {
        last_by_subj: `$KV.${bucket}.${another}`,
      });
      expect(message?.string()).toBe('{}');
    }
  });

  it('a service that may not change a bucket of former days refuses it, with what to do', async () => {
    const jsm = await jetstreamManager(own.nc);
    await jsm.streams.update('KV_WAITING', { allow_rollup_hdrs: true });
    const sizes = { sessionsMaxBytes: 67_108_864, samplesMaxBytes: 67_108_864, samplesMaxAgeHours: 24 };
    const ensuring = () => ensureStreams(connectionOf('supervisor'), { ...sizes, replicas: 1 });
    await expect(ensuring()).rejects.toThrow(
      /KV_WAITING: allow_rollup_hdrs is true and has to be false; .*edit KV_WAITING/,
    );
    await jsm.streams.update('KV_WAITING', { allow_rollup_hdrs: false });
    await ensuring();
  });
});

describe('a collector without an identity of its own', () => {
  it('brings nothing into the log by having a consumer deliver there', async () => {
    const nc = connectionOf('collector');
    await askBroker(own.nc, 'sessions.task.1.lifecycle', '{}');
    await askBroker(own.nc, 'assignments.any-7.66', '{}');
    const lastSequence = async () =>
      (await (await jetstreamManager(own.nc)).streams.info('SESSIONS')).state.last_seq;
    const before = await lastSequence();
    const deliverTo = async (deliver_subject: string) => {
      const consumer = { durable_name: 'collector-any-7', ack_policy: 'explicit', deliver_subject };
      const config = { ...consumer, filter_subject: 'assignments.any-7.*' };
      await askBroker(nc, '$JS.API.CONSUMER.DELETE.ASSIGNMENTS.collector-any-7');
      const answer = await askBroker(
        nc,
        '$JS.API.CONSUMER.CREATE.ASSIGNMENTS.collector-any-7.assignments.any-7.*',
        JSON.stringify({ stream_name: 'ASSIGNMENTS', config }),
      );
      expect(answer.json()).not.toHaveProperty('error');
    };
    // The broker delivers only where a client listens, and none may listen there.
    await deliverTo('sessions.task.66.lifecycle');
    const inbox = '_INBOX.collector.any-7.delivered';
    const delivered: string[] = [];
    nc.subscribe(inbox, { callback: (_error, { subject }) => void delivered.push(subject) });
    await deliverTo(inbox);
    await eventually(async () => delivered.length > 0, { what: 'the delivery' });
    expect(await lastSequence()).toBe(before);
  });
});

describe('the broker', () => {
  it.each([
    ['without a key', {}],
    [
      'with a key that it does not know',
      { nkeySeed: 'SUALCLWUC2SBVZB2UB27IYIBLZMKHGQZHW44LMEBLXX7UCZDEJ24XAXEBU' },
    ],
  ])('lets no one in %s', async (_how, access) => {
    const connecting = connectNats({ url: server.url, ...access, name: 'stranger', log });
    await expect(connecting).rejects.toThrow(/authorization violation/i);
  });
});

function inOrder(allowed: readonly Who[]): Who[] {
  return everybody.filter((who) => allowed.includes(who));
}
