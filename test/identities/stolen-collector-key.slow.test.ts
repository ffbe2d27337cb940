import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { authorizationFile, rightsFile, seedFile } from '@holdfast/shared/identities/identity-files.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { Service } from '@holdfast/shared/permissions/permissions.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../backup/backup-command.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { urlOfTestUser, withTestUser } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type PlantForTest, plantForTest } from '../support/plant-for-test.ts';
import { restClient } from '../support/rest-client.ts';
import { type ServiceName, startService, testLease } from '../support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const presses = ['press-1', 'press-2', 'press-3', 'press-4', 'press-5', 'press-6', 'press-7', 'press-8'];

let secrets: string;
let nats: NatsServer;
let log: SessionLogForTest;
let plant: PlantForTest;
let seedOfHall: string;
let healthPort: number;
let supervisor: RunningProcess;

const identity = (...args: string[]) =>
  runProgram(join(root, 'deploy', 'nats', 'identity.mjs'), args, { SECRETS_DIR: secrets });
const seedOf = async (service: Service) => (await readFile(seedFile(secrets, service), 'utf8')).trim();
const start = async (service: ServiceName, settings: Record<string, string> = {}) =>
  startService(service, {
    ...{ NATS_URL: nats.url, NATS_NKEY_SEED: await seedOf(service), ...testLease },
    ...settings,
  });

beforeAll(async () => {
  secrets = await temporaryFolder('secrets');
  await runProgram(join(root, 'deploy', 'secrets', 'generate.mjs'), [secrets]);
  const result = await identity('collector', 'hall-1', '--labels', 'hall=1', '--capacity', '2');
  seedOfHall = /SU[A-Z2-7]{56}/.exec(result.output)?.[0] ?? '';
  nats = await natsForTest({
    configLines: [withTestUser(await readFile(authorizationFile(secrets), 'utf8'))],
  });
  log = await sessionLogForTest(urlOfTestUser(nats));
  plant = await plantForTest(presses);
  healthPort = await freePort();
  supervisor = await start('supervisor', {
    COLLECTOR_IDENTITIES_FILE: rightsFile(secrets, 'supervisor'),
    HEALTH_PORT: String(healthPort),
  });
});

const collectorOf = async (taskId: string) => {
  const { placement } = await log.task(taskId);
  return placement.situation === 'assigned' ? placement.collectorId : undefined;
};
const run = (taskId: string, labels: Record<string, string> = {}) =>
  log.start({
    ...plant.config({ taskId, devices: [presses[Number(taskId) - 1] as string] }),
    required_labels: labels,
  });
const waits = (taskId: string) =>
  eventually(async () => (await log.waiting(taskId))?.why === 'no_collector', {
    what: `task ${taskId} to wait for a collector`,
  });

/** Renews the lease of hall-1 as a thief of its key would. @returns a function that ends that */
async function claimAsHall(fields: Record<string, unknown>): Promise<() => Promise<void>> {
  const { nc, close } = await connectNats({
    ...{ url: nats.url, nkeySeed: seedOfHall, name: 'collector-hall-1' },
    log: createLogger('test', 'silent'),
  });
  cleanUpAfterFile(close);
  const store = await KvLeaseStore.open(nc, bucketNames.collectors, { readsDirectly: true });
  let renewals = 0;
  const renew = async () => {
    renewals += 1;
    const about = { host: 'thief', started_at: new Date().toISOString(), capacity: 1, labels: {} };
    const value = { v: 1, instance: 'stolen', state: 'active', renewals, ...about, ...fields };
    const before = await store.read('hall-1');
    await store.write('hall-1', JSON.stringify(value), before?.revision ?? 0, 2_000).catch(() => undefined);
  };
  await renew();
  const timer = setInterval(() => void renew().catch(() => undefined), 500);
  const end = async () => {
    clearInterval(timer);
    await close();
  };
  cleanUpAfterFile(end);
  return end;
}

describe('whoever has stolen the key of a collector with an account of its own', () => {
  it('keeps nobody from working by epochs that are void before they exist', async () => {
    await claimAsHall({ void_up_to: 1e15, state: 'given_up' }).then((end) => end());
    const sessionId = await run('8', { hall: '1' });
    const collector = await startService('collector', {
      ...{ NATS_URL: nats.url, NATS_NKEY_SEED: seedOfHall, ...testLease, COLLECTOR_ID: 'hall-1' },
    });
    const isRead = async () =>
      (await log.samples()).some(({ session, values }) => session === sessionId && values);
    await eventually(isRead, { what: 'its device to be read' });
    expect(await collectorOf('8')).toBe('hall-1');
    // Not placed again and again, as if each placement were void before it is taken.
    const placed = (await log.events()).filter(({ subject }) => subject === 'sessions.task.8.placement');
    expect(placed.length).toBeLessThan(5);
    await log.stop(sessionId);
    await collector.stop();
  });

  it('gets no more work than the identity says, which counts at once when it is changed or revoked', async () => {
    const apiPort = await freePort();
    const api = restClient(`http://127.0.0.1:${apiPort}`);
    await start('api', {
      COLLECTOR_IDENTITIES_FILE: rightsFile(secrets, 'api'),
      DATABASE_URL: await freshDatabase(),
      API_PORT: String(apiPort),
    });
    await start('collector', { COLLECTOR_ID: 'any-7', COLLECTOR_LABELS: 'hall=7' });
    const labels = { hall: '1', safe: 'yes', 'driver.modbus_tcp': 'yes' };
    const claimed = { capacity: 100_000, labels };
    const end = await claimAsHall(claimed);

    await run('1', { safe: 'yes' });
    for (const taskId of ['2', '3', '4', '5', '6', '7']) await run(taskId);
    await eventually(
      async () => {
        const holders = await Promise.all(['2', '3', '4', '5', '6', '7'].map(collectorOf));
        return holders.every((holder) => holder !== undefined);
      },
      { what: 'the others to be placed' },
    );
    await waits('1');
    const holders = await Promise.all(['2', '3', '4', '5', '6', '7'].map(collectorOf));
    expect(holders.filter((holder) => holder === 'hall-1').length).toBeLessThanOrEqual(2);

    const logLines = () =>
      supervisor.lastLines(500).filter((line) => line.includes('claims more than its identity'));
    await expect.poll(logLines).toEqual([expect.stringContaining('safe=yes, capacity 100000')]);
    const metrics = await (await fetch(`http://127.0.0.1:${healthPort}/metrics`)).text();
    expect(metrics).toMatch(/^holdfast_collectors_claiming_more(\{.*\})? 1$/m);
    const collectorInApi = async () => {
      const { body } = await api.get('/api/system/collectors/');
      return body.results?.find(({ id }: { id: string }) => id === 'hall-1');
    };
    await eventually(collectorInApi, { what: 'the API to know the collector' });
    expect(await collectorInApi()).toMatchObject({
      capacity: 2,
      labels: { hall: '1' },
      drivers: ['modbus_tcp'],
    });

    expect(
      await identity('change', 'hall-1', '--labels', 'hall=1,safe=yes', '--capacity', '100'),
    ).toMatchObject({
      code: 0,
    });
    await eventually(async () => (await collectorOf('1')) === 'hall-1', { what: 'the label to count' });
    await eventually(async () => (await collectorInApi())?.capacity === 100, {
      what: 'the API to know it too',
    });

    // The collector says which drivers it has, but not which of them count.
    expect(await identity('change', 'hall-1', '--labels', 'hall=1,safe=yes,driver.mqtt=yes')).toMatchObject({
      code: 0,
    });
    await eventually(async () => (await collectorInApi())?.drivers.length === 0, {
      what: 'the driver to count no more',
    });

    // The broker does not know of it yet, and the thief is still connected.
    expect(await identity('revoke', 'hall-1')).toMatchObject({ code: 0 });
    await eventually(async () => (await collectorInApi())?.capacity === 0, {
      what: 'the key to be worth nothing',
    });
    let sessionId = await run('8', { safe: 'yes' });
    const isRefused = async () => {
      if ((await log.waiting('8'))?.why === 'no_collector') return true;
      // The supervisor reads of it by itself, up to a second after the API: a session placed before that says nothing.
      if ((await collectorOf('8')) !== undefined) {
        await log.stop(sessionId);
        sessionId = await run('8', { safe: 'yes' });
      }
      return false;
    };
    await eventually(isRefused, { what: 'task 8 to wait for a collector' });
    await end();
  });
});
