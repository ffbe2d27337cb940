import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { connectNats } from '../connection/connect.ts';
import { ensureStreams } from './streams.ts';

it('a stream that the broker has no room for is named, with the settings that help', async () => {
  const server = await natsForTest({ maxFileStore: '200MB' });
  const log = createLogger('test', 'silent');
  const connection = await connectNats({ url: server.url, name: 'storage-test', log });
  const creation = ensureStreams(connection.nc, {
    sessionsMaxBytes: 64 * 1024 * 1024,
    samplesMaxBytes: 4 * 1024 ** 3,
    samplesMaxAgeHours: 24,
    auditMaxBytes: 112 * 1024 * 1024,
    replicas: 1,
  });
  await expect(creation).rejects.toThrow(/SAMPLES is to have 4294967296 bytes.*lower SAMPLES_MAX_BYTES/);
  await connection.close();
});

it('so is a bucket', async () => {
  // Room for the streams that are made before, and 4 MiB; SENT comes last.
  const server = await natsForTest({ maxFileStore: '1236MB' });
  const log = createLogger('test', 'silent');
  const connection = await connectNats({ url: server.url, name: 'storage-test', log });
  const creation = ensureStreams(connection.nc, {
    sessionsMaxBytes: 64 * 1024 * 1024,
    samplesMaxBytes: 400 * 1024 * 1024,
    samplesMaxAgeHours: 24,
    auditMaxBytes: 112 * 1024 * 1024,
    replicas: 1,
  });
  await expect(creation).rejects.toThrow(/KV_COLLECTORS is to have 16777216 bytes.*Raise max_file_store/);
  await connection.close();
});

it('streams that are there need no room a second time', async () => {
  const server = await natsForTest({ maxFileStore: '1418MB' });
  const log = createLogger('test', 'silent');
  const connection = await connectNats({ url: server.url, name: 'storage-test', log });
  const settings = {
    sessionsMaxBytes: 64 * 1024 * 1024,
    samplesMaxBytes: 400 * 1024 * 1024,
    taskConfigsMaxBytes: 64 * 1024 * 1024,
    samplesMaxAgeHours: 24,
    auditMaxBytes: 112 * 1024 * 1024,
    replicas: 1,
  };
  await ensureStreams(connection.nc, settings);
  await ensureStreams(connection.nc, settings);
  await connection.close();
});
