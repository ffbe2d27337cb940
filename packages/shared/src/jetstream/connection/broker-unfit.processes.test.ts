import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { startService } from '@holdfast/test/support/service-processes.ts';
import {
  DiscardPolicy,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  type StreamConfig,
} from '@nats-io/jetstream';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { ensureStreams, prepareStreams } from '../streams/streams.ts';
import { BrokerDisconnected, requireFitServer } from './broker-unfit.ts';
import { connectNats, type NatsConnection } from './connect.ts';

const log = createLogger('test', 'silent');
const settings = {
  sessionsMaxBytes: 2_097_152,
  samplesMaxBytes: 2_097_152,
  samplesMaxAgeHours: 1,
  replicas: 1,
};

describe('a broker', () => {
  const server = (version: string, jetstream?: boolean) => () =>
    requireFitServer({ info: { version, jetstream } as never, getServer: () => 'broker:4222' });

  it.each(['2.9.25', '1.4.0', ''])('of version %j is refused with the one that is needed', (version) => {
    expect(server(version, true)).toThrow(/broker:4222 is version .*; 2\.10 or later is needed/);
  });

  it.each(['2.10.0', '2.10.27-beta.1', '2.12.3', '3.0.0'])('of version %s is taken', (version) => {
    expect(server(version, true)).not.toThrow();
  });

  it('that has just gone is not taken for an old one', () => {
    const gone = () => requireFitServer({ getServer: () => 'broker:4222' });
    expect(gone).toThrow(BrokerDisconnected);
  });

  it('without JetStream is refused', async () => {
    const { url } = await natsForTest({ configLines: ['jetstream: disabled'] });
    const { nc, close } = await connectNats({ url, name: 'test', log });
    await expect(ensureStreams(nc, settings)).rejects.toThrow(/JetStream is off/);
    await close();
  });
});

describe('a stream that is not as it has to be', () => {
  let url: string;
  let nc: NatsConnection;
  let jsm: JetStreamManager;
  beforeEach(async () => {
    url = (await natsForTest()).url;
    nc = (await connectNats({ url, name: 'test', log })).nc;
    jsm = await jetstreamManager(nc);
    return () => nc.close();
  });
  const add = (config: Partial<StreamConfig> & { name: string }) => jsm.streams.add(config);

  it.each<[string, Partial<StreamConfig> & { name: string }, RegExp]>([
    [
      'subjects',
      { name: 'SAMPLES', subjects: ['samples.1.*'], allow_direct: true },
      /stream SAMPLES: subjects is samples\.1\.\* and has to be samples\.>; change it with: nats stream edit SAMPLES/,
    ],
    [
      'retention',
      { name: 'ASSIGNMENTS', subjects: ['assignments.>'], max_msgs_per_subject: 1 },
      /stream ASSIGNMENTS: retention is limits and has to be workqueue; which cannot be changed .*remove ASSIGNMENTS/,
    ],
    [
      'discard',
      {
        name: 'SESSIONS',
        subjects: ['sessions.>'],
        discard: DiscardPolicy.Old,
        deny_delete: true,
        deny_purge: true,
      },
      /stream SESSIONS: discard is old and has to be new/,
    ],
    [
      'deny_delete',
      { name: 'SESSIONS', subjects: ['sessions.>'], discard: DiscardPolicy.New, deny_purge: true },
      /stream SESSIONS: deny_delete is false and has to be true/,
    ],
    [
      'an age',
      {
        name: 'SESSIONS',
        subjects: ['sessions.>'],
        discard: DiscardPolicy.New,
        deny_delete: true,
        deny_purge: true,
        max_age: 86_400_000_000_000,
        retention: RetentionPolicy.Limits,
      },
      /stream SESSIONS: max_age is 86400000000000 and has to be 0/,
    ],
    [
      'storage',
      { name: 'KV_LEADER', subjects: ['$KV.LEADER.>'], storage: 'memory' as never },
      /KV_LEADER: storage is memory/,
    ],
  ])('by its %s is refused with its name and what to do', async (_what, config, message) => {
    await add(config);
    await expect(ensureStreams(nc, settings)).rejects.toThrow(message);
    const waiting = prepareStreams(nc, settings, { mayCreate: false, log });
    await expect(waiting).rejects.toThrow(message);
  });

  it('that is only bookkeeping is not waited for', async () => {
    await ensureStreams(nc, settings);
    await jsm.streams.delete('SENT');
    await prepareStreams(nc, settings, { mayCreate: false, log });
    await expect(jsm.streams.info('SENT')).rejects.toThrow();
  });

  it('for which there is no room is gone without where sessions are read without it', async () => {
    await ensureStreams(nc, settings);
    const { reserved_storage } = await jsm.getAccountInfo();
    const full = await natsForTest({ maxFileStore: `${(reserved_storage ?? 0) - 1024}` });
    const connection = await connectNats({ url: full.url, name: 'test', log });
    const lines: string[] = [];
    const telling = createLogger('test', 'silent');
    telling.warn = ((_about: unknown, text: string) => void lines.push(text)) as typeof telling.warn;
    await ensureStreams(connection.nc, settings, telling);
    const names = (await (await jetstreamManager(connection.nc)).streams.list().next()).map(
      ({ config }) => config.name,
    );
    expect(names).toContain('SAMPLES');
    expect(names).not.toContain('SENT');
    expect(lines.join('')).toMatch(/without the stream SENT .* Make room for it in NATS/);
    await connection.close();
  });

  it('only by its size is taken', async () => {
    await ensureStreams(nc, settings);
    await jsm.streams.update('SAMPLES', { max_bytes: 8_388_608, max_age: 7_200_000_000_000 });
    await jsm.streams.update('HEALTH', { max_msgs: 1000 });
    await ensureStreams(nc, settings);
  });

  it('ends the service that starts, with the reason in its log', async () => {
    await add({ name: 'SESSIONS', subjects: ['sessions.>'], deny_purge: true });
    const supervisor = await startService('supervisor', { NATS_URL: url });
    expect((await supervisor.exited).code).not.toBe(0);
    expect(supervisor.lastLines(50).join('\n')).toMatch(/stream SESSIONS: deny_delete is false/);
  });
});
