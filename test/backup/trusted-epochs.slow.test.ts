import { join } from 'node:path';
import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import pg from 'pg';
import { expect, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { configureAndStart, configureDevice, countPoint, untilReady } from '../support/over-rest.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import { type RestClient, restClient } from '../support/rest-client.ts';
import { type ServiceName, startService, testLease } from '../support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { backupCommand } from './backup-command.ts';

const quarantinePath = '/api/system/quarantine';
const sizes = { SESSIONS_MAX_BYTES: String(64 * 1024 * 1024), SAMPLES_MAX_BYTES: String(64 * 1024 * 1024) };
const identities = identitiesForTest(['hall-1', 'hall-2']);

/** A broker and a database with the services on them. */
interface System {
  readonly nats: NatsServer;
  readonly databaseUrl: string;
  readonly rest: RestClient;
  readonly services: RunningProcess[];
}

async function empty(): Promise<Pick<System, 'nats' | 'databaseUrl'>> {
  const nats = await natsForTest({ configLines: identities.configLines });
  return { nats, databaseUrl: await freshDatabase() };
}

async function start(
  { nats, databaseUrl }: Pick<System, 'nats' | 'databaseUrl'>,
  ...more: readonly string[]
): Promise<System> {
  const apiPort = await freePort();
  const service = (name: ServiceName, settings: Record<string, string> = {}) =>
    startService(name, {
      ...{ NATS_URL: nats.url, NATS_NKEY_SEED: identities.seed(name), DATABASE_URL: databaseUrl },
      ...sizes,
      ...testLease,
      ...settings,
    });
  const rest = restClient(`http://127.0.0.1:${apiPort}`);
  const services = [
    await service('api', { API_PORT: String(apiPort) }),
    await service('writer'),
    await service('supervisor'),
  ];
  for (const id of more) {
    services.push(
      await service('collector', { COLLECTOR_ID: id, NATS_NKEY_SEED: identities.seed('collector', id) }),
    );
  }
  await untilReady(rest);
  return { nats, databaseUrl, rest, services };
}

async function samplesUnder(log: SessionLogForTest, epoch: number): Promise<Sample[]> {
  return (await log.samples()).filter((sample) => sample.epoch === epoch && sample.values);
}

/** Publishes as this collector may, with its key. */
async function publishAs(nats: NatsServer, collector: string, samples: readonly Sample[]): Promise<void> {
  const { nc, close } = await connectNats({
    ...{ url: nats.url, nkeySeed: identities.seed('collector', collector) },
    ...{ name: `collector-${collector}`, log: createLogger('test', 'silent') },
  });
  for (const sample of samples) {
    const subject = subjects.sample(collector, sample.task, sample.device_id);
    await nc.request(subject, JSON.stringify(sample), { timeout: 60_000 });
  }
  await close();
}

it('of samples that are newer than a restored log those enter that an operator has seen and vouches for, and no others', async () => {
  const plant = await plantForTest(['press-1']);
  const lost = await start(await empty(), 'hall-1');
  const log = await sessionLogForTest(identities.ownUrl(lost.nats));
  const { host, port, unitId: unit_id } = plant.plant.endpoints[0] ?? {};
  const device = await configureDevice(lost.rest, { code: 'press-1', host, port, unit_id }, [countPoint]);
  const about = { code: 'press', period_ms: 200, device_ids: [device.id] };
  const { taskId, path } = await configureAndStart(lost.rest, about);
  const epochAbove = (epoch: number) =>
    eventually(
      async () => {
        const { placement } = await log.task(String(taskId));
        return placement.situation === 'assigned' && placement.epoch > epoch && placement.epoch;
      },
      { what: 'the session to be placed' },
    );
  const saved = await epochAbove(0);
  await eventually(async () => (await samplesUnder(log, saved)).length > 0, { what: 'readings' });
  const folder = join(await temporaryFolder('backups'), 'live');
  expect(
    await backupCommand(
      { nats: identities.ownUrl(lost.nats), database: lost.databaseUrl },
      ...['backup', '--to', folder],
    ),
  ).toMatchObject({ code: 0 });

  await lost.rest.create(`${path}/pause/`, {});
  await lost.rest.create(`${path}/resume/`, {});
  const epoch = await epochAbove(saved);
  await eventually(async () => (await samplesUnder(log, epoch)).length >= 5, { what: 'newer readings' });
  const newer = (await samplesUnder(log, epoch)).slice(0, 5);
  for (const service of lost.services.toReversed()) await service.stop();

  const servers = await empty();
  expect(
    await backupCommand(
      { nats: identities.ownUrl(servers.nats), database: servers.databaseUrl },
      ...['restore', '--from', folder],
    ),
  ).toMatchObject({ code: 0 });
  const { rest } = await start(servers);
  const database = new pg.Client({ connectionString: servers.databaseUrl });
  await database.connect();
  cleanUpAfterFile(() => database.end());
  const storedTicks = async (): Promise<number[]> => {
    const { rows } = await database.query(
      `select (extract(epoch from time) * 1000)::bigint as ms from samples.sample_value
       where time >= $1 order by time`,
      [new Date((newer[0] as Sample).time)],
    );
    return rows.map(({ ms }) => Number(ms) / 200);
  };
  const inQuarantine = async (query: string): Promise<{ sequence: number; subject: string }[]> =>
    (await rest.get(`${quarantinePath}/?limit=500&lost_epoch=true&${query}`)).body.results;
  const waiting = (count: number) =>
    eventually(async () => (await inQuarantine('')).length === count, { what: `${count} in quarantine` });
  const forged = (collector: string, ahead: number): Sample => {
    const last = newer.at(-1) as Sample;
    const tick = last.tick + ahead;
    return { ...last, collector, tick, time: tick * 200, values: { count: 1 } };
  };

  await publishAs(servers.nats, 'hall-1', newer);
  await waiting(5);
  await publishAs(servers.nats, 'hall-2', [forged('hall-2', 100)]);
  await waiting(6);
  // The operator looks at these, and more comes while he does.
  const items = await inQuarantine('collector=hall-1');
  expect(items.map(({ subject }) => subject)).toEqual(
    newer.map(() => `samples.hall-1.${taskId}.${device.id}`),
  );
  const upTo = items.at(-1)?.sequence ?? 0;
  await publishAs(servers.nats, 'hall-1', [forged('hall-1', 200)]);
  await waiting(7);

  const body = { trust_epoch: true };
  const unbounded = await rest.post(`${quarantinePath}/send-again/?collector=hall-1`, body);
  expect(unbounded).toMatchObject({ status: 422, body: { errors: [{ path: 'up_to' }] } });
  const anybodys = await rest.post(`${quarantinePath}/send-again/?up_to=${upTo}`, body);
  expect(anybodys).toMatchObject({ status: 422, body: { errors: [{ path: 'collector' }] } });
  const cli = cliForTest({ HOLDFAST_URL: rest.url });
  const vouched = await cli.run(
    ...['quarantine', 'send-again', '--trust-epoch', '--collector', 'hall-1', '--up-to', String(upTo)],
  );
  expect(vouched.code).toBe(0);
  expect(JSON.parse(vouched.stdout)).toMatchObject({ sent: 5, kept: 0 });
  await eventually(async () => (await storedTicks()).length === 5, { what: 'those to be stored' });

  // Samples forged afterwards stay in quarantine, like those that were waiting already.
  await publishAs(servers.nats, 'hall-1', [forged('hall-1', 300)]);
  await publishAs(servers.nats, 'hall-2', [forged('hall-2', 300)]);
  await waiting(4);
  expect(await storedTicks()).toEqual(newer.map(({ tick }) => tick));

  // A single sample, named by its sequence, needs neither collector nor bound.
  const [later] = await inQuarantine('collector=hall-1');
  expect(await rest.post(`${quarantinePath}/${later?.sequence}/send-again/`, body)).toMatchObject({
    status: 200,
  });
  await eventually(async () => (await storedTicks()).length === 6, { what: 'that one to be stored' });
  await waiting(3);

  const done = async () =>
    (await rest.get('/api/system/audit/?action=quarantine.send_many_again&outcome=done')).body.results;
  await expect.poll(done).toMatchObject([{ data: { body, query: { collector: 'hall-1', up_to: upTo } } }]);
});
