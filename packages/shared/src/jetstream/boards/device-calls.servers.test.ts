import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { DeliverPolicy, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { describe, expect, it } from 'vitest';
import { deviceConfigSchema } from '../../contracts/device.ts';
import type { DeviceReply, ReadPoint } from '../../contracts/device-call.ts';
import { subjects } from '../../contracts/subjects.ts';
import { createLogger } from '../../runtime/logger.ts';
import { connectNats } from '../connection/connect.ts';
import { callDevice, callForDrain, serveDeviceCalls } from './device-calls.ts';

const log = createLogger('test', 'silent');
const collectorId = 'hall-1';
const call = subjects.deviceCall(collectorId);
const drain = JSON.stringify({ v: 1, kind: 'drain' });

async function connectionTo(url: string, name: string): Promise<NatsConnection> {
  const { nc } = await connectNats({ url, name, log });
  cleanUpAfterFile(() => nc.close());
  return nc;
}

/** A collector that counts the calls to it, and everything that comes on its subject. */
async function collectorAt(url: string, reply: DeviceReply = { kind: 'refused', detail: 'test' }) {
  const nc = await connectionTo(url, `collector-${collectorId}`);
  const calls: string[] = [];
  const replies: (string | undefined)[] = [];
  nc.subscribe(call, { callback: (_error, { reply }) => void replies.push(reply) });
  serveDeviceCalls({
    ...{ nc, collectorId, log },
    answer: async ({ kind }) => {
      calls.push(kind);
      return reply;
    },
    drain: ({ kind }) => {
      calls.push(kind);
      return { kind: 'drained', draining: true, sessions: 0 };
    },
  });
  await nc.flush();
  return { calls, replies };
}

/** Every way to have the broker send a stored message to a subject on which the client may not publish. */
async function sendStored(nc: NatsConnection): Promise<void> {
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: 'STORED', subjects: ['stored'], allow_direct: true });
  nc.publish('stored', drain, { reply: '_INBOX.api.forged.x' });
  await nc.flush();
  nc.publish('$JS.API.DIRECT.GET.STORED', JSON.stringify({ seq: 1 }), { reply: call });
  nc.publish('$JS.API.DIRECT.GET.STORED', JSON.stringify({ last_by_subj: 'stored' }), { reply: call });
  nc.publish('$JS.API.STREAM.MSG.GET.STORED', JSON.stringify({ seq: 1 }), { reply: call });
  await jsm.consumers.add('STORED', { durable_name: 'pulled', deliver_policy: DeliverPolicy.All });
  nc.publish('$JS.API.CONSUMER.MSG.NEXT.STORED.pulled', JSON.stringify({ batch: 1 }), { reply: call });
  await jsm.consumers.add('STORED', {
    ...{ name: 'pushed', deliver_subject: call, deliver_policy: DeliverPolicy.All },
  });
}

describe('a call to a collector', () => {
  const read = async (reply: DeviceReply) => {
    const { url } = await natsForTest({ configLines: ['max_payload: 65536'] });
    await collectorAt(url, reply);
    const api = await connectionTo(url, 'api-1');
    const device = deviceConfigSchema.parse({
      ...{ id: '1', code: 'press', protocol: 'modbus_tcp', connection: {} },
      points: [{ code: 'a', address: 0, data_type: 'int16' }],
    });
    return await callDevice(api, collectorId, { v: 1, kind: 'read', within_ms: 60_000, device });
  };
  const value = (code: string, text: string, raw: string[] = []): ReadPoint => ({
    ...{ code, quality: 'good', value: text, raw, detail: '' },
  });

  it('is answered without raw data and bytes where the broker does not take all of it', async () => {
    const words = Array.from({ length: 1_000 }, () => '0x00FF');
    const points = Array.from({ length: 20 }, (_, at) => value(`text[${at}]`, 'sound', words));
    const frames = [{ direction: 'sent', ms: 0, bytes: '00' }] as const;
    const outcome = await read({
      kind: 'read',
      points,
      requests: [{ ms: 1, error: '', heard: [...frames] }],
    });
    expect(outcome).toEqual({
      ok: true,
      reply: {
        kind: 'read',
        points: points.map((point) => ({ ...point, raw: [] })),
        requests: [{ ms: 1, error: '' }],
      },
    });
  });

  it('is answered with all values but those that are too long for the broker', async () => {
    const outcome = await read({
      ...{ kind: 'read', requests: [] },
      points: [value('long', 'x'.repeat(70_000)), value('short', 'y')],
    });
    expect(inEnglish(outcome)).toMatchObject({
      reply: {
        points: [
          {
            code: 'long',
            quality: 'bad',
            value: null,
            detail: expect.stringMatching(/its 70\d+ bytes do not fit/),
          },
          { code: 'short', quality: 'good', value: 'y' },
        ],
      },
    });
  });

  it('says how large an answer is that the broker does not take', async () => {
    const outcome = await read({
      ...{ kind: 'written', outcome: 'written', detail: 'x'.repeat(70_000) },
      ...{ before: null, sent: [], read_back: null },
    });
    expect(inEnglish(outcome)).toMatchObject({
      reply: {
        kind: 'refused',
        detail: expect.stringMatching(/has 70\d+ bytes, and NATS takes 65536 .* max_payload/),
      },
    });
  });

  it('that a stored message has become is not answered, whichever way the broker sent it; the API’s is', async () => {
    const { url } = await natsForTest();
    const { calls, replies } = await collectorAt(url);
    const anybody = await connectionTo(url, 'anybody');
    await sendStored(anybody);
    await expect.poll(() => replies.length).toBeGreaterThanOrEqual(5);
    // A client that may publish here sends it with reply subjects that are not the API's; one would acknowledge
    // something.
    for (const reply of [undefined, '$JS.ACK.STORED.pulled.1.1.1.1.1', '_INBOX.apis.x', '_INBOX.writer.x']) {
      anybody.publish(call, drain, reply === undefined ? {} : { reply });
    }
    await anybody.flush();
    const api = await connectionTo(url, 'api-1');
    // This call arrives after all of them: the broker keeps the order.
    expect(await callForDrain(api, collectorId, 'undrain')).toMatchObject({
      ok: true,
      reply: { draining: true },
    });
    expect(calls).toEqual(['undrain']);
  });

  it('is answered through an import, where the API is in another account of the broker', async () => {
    const server: NatsServer = await natsForTest({
      configLines: [
        'accounts {',
        '  CORE {',
        '    jetstream: enabled',
        '    users: [{ user: core, password: core }]',
        `    imports: [{ service: { account: HALL, subject: "${call}" } }]`,
        '  }',
        '  HALL {',
        '    users: [{ user: hall, password: hall }]',
        `    exports: [{ service: "${call}", accounts: [CORE] }]`,
        '  }',
        '}',
        'no_auth_user: core',
      ],
    });
    const as = (user: string) => server.url.replace('nats://', `nats://${user}:${user}@`);
    const { calls, replies } = await collectorAt(as('hall'));
    const api = await connectionTo(as('core'), 'api-1');
    expect(await callForDrain(api, collectorId, 'drain')).toMatchObject({ ok: true });
    expect(calls).toEqual(['drain']);
    expect(replies).toEqual([expect.stringMatching(/^_R_\./)]);
    const anybody = await connectionTo(as('core'), 'anybody');
    anybody.publish(call, drain);
    await sendStored(anybody);
    await callForDrain(api, collectorId, 'undrain');
    expect(calls).toEqual(['drain', 'undrain']);
  });
});
