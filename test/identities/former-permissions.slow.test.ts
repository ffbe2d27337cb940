import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { SentStream } from '@holdfast/shared/jetstream/streams/sent-stream.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { identitiesForTest, violationsOf } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import { restClient } from '../support/rest-client.ts';
import { logOf, type ServiceName, startService, testLease } from '../support/service-processes.ts';

const sessionsPath = '/api/acquisition/sessions';
/** Permissions that releases before the stream SENT do not have. */
const ofSent = /"[^"]*(?:\bSENT\b|\bsent\.)[^"]*"/g;

async function makeSent(url: string): Promise<void> {
  const { nc, close } = await connectNats({ url, name: 'test', log: createLogger('test', 'silent') });
  const settings = { sessionsMaxBytes: 64 * 1024 * 1024, samplesMaxBytes: 64 * 1024 * 1024 };
  await ensureStreams(nc, { ...settings, samplesMaxAgeHours: 1, replicas: 1 });
  const about = { v: 1, session: '99-1', epoch: 1, collector: 'any-0', ended: true } as const;
  await new SentStream(nc).publish('99', 'any', { ...about, devices: [] });
  await close();
}

describe('keys with the permissions of a release before SENT', () => {
  it.each(['nobody may make', 'is there'])(
    'let sessions be read and stored where SENT %s, and the log says what to do',
    async (which) => {
      const identities = identitiesForTest();
      const configLines = identities.configLines.map((line) => line.replaceAll(ofSent, ''));
      const nats = await natsForTest({ configLines });
      if (which === 'is there') await makeSent(identities.ownUrl(nats));
      const rest = restClient(`http://127.0.0.1:${await freePort()}`);
      const settings = {
        NATS_URL: nats.url,
        DATABASE_URL: await freshDatabase(),
        API_PORT: new URL(rest.url).port,
        COLLECTOR_ID: 'any-1',
        ...testLease,
      };
      const running = new Map<ServiceName, RunningProcess>();
      for (const service of ['supervisor', 'api', 'collector', 'writer'] as const) {
        const seed = { NATS_NKEY_SEED: identities.seed(service) };
        running.set(service, await startService(service, { ...settings, ...seed }));
      }
      const logged = (service: ServiceName) => logOf(running.get(service) as RunningProcess).join('\n');
      await eventually(async () => (await rest.get('/health/ready')).status === 200, {
        what: 'the API',
      });
      if (which === 'nobody may make')
        await eventually(
          () => /without the stream SENT .* the permissions of this release/.test(logged('supervisor')),
          {
            what: 'the supervisor to say so',
          },
        );

      const { plant } = await plantForTest(['press-1']);
      const [endpoint] = plant.endpoints;
      if (!endpoint) throw new Error('the plant has no device');
      const { host, port, unitId: unit_id } = endpoint;
      const device = await rest.create('/api/config/devices/', { code: 'press-1', host, port, unit_id });
      const about = { device_id: device.id, code: 'count', table: 'holding_register', data_type: 'uint16' };
      await rest.create('/api/config/points/', { ...about, address: 0 });
      const task = { code: 'keyed', period_ms: 200, device_ids: [device.id] };
      const { id: task_id } = await rest.create('/api/config/tasks/', task);
      const { session_id: id } = await rest.create(`${sessionsPath}/start-task/`, { task_id });
      const stored = async () => (await rest.get(`${sessionsPath}/${id}/completeness/`)).body;
      await eventually(async () => JSON.stringify(await stored()).match(/"stored":[1-9]/) !== null, {
        what: 'readings in the database',
      });
      await rest.create(`${sessionsPath}/${id}/pause/`, {});
      await eventually(() => logged('collector').includes('does not take up to where samples were sent'), {
        what: 'the collector to say so',
      });
      if (which === 'is there')
        await eventually(
          () => /the writer may not read SENT.* permissions of this release/.test(logged('writer')),
          {
            what: 'the writer to say so',
          },
        );
      await rest.create(`${sessionsPath}/${id}/stop/`, { reason: 'test' });
      for (const service of [...running.values()].reverse()) expect((await service.stop()).code).toBe(0);
      expect(violationsOf(nats).filter((line) => !/SENT|"sent\./.test(line))).toEqual([]);
    },
    120_000,
  );
});
