import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { backupCommand } from '../backup/backup-command.ts';
import { type DatabaseRolesForTest, databaseRolesForTest } from '../support/database-roles-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { type IdentitiesForTest, identitiesForTest, violationsOf } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import {
  configureAndStart,
  configureDevice,
  countPoint,
  sessionsPath,
  untilReady,
} from '../support/over-rest.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import { type RestClient, restClient } from '../support/rest-client.ts';
import { type ServiceName, startService, testLease } from '../support/service-processes.ts';
import { sessionLogForTest } from '../support/session-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let identities: IdentitiesForTest;
let nats: Awaited<ReturnType<typeof natsForTest>>;
let rest: RestClient;
let database: DatabaseRolesForTest;

beforeAll(async () => {
  identities = identitiesForTest(['hall-1']);
  nats = await natsForTest({ configLines: identities.configLines });
  database = await databaseRolesForTest();
  rest = restClient(`http://127.0.0.1:${await freePort()}`);
});

const running: RunningProcess[] = [];

const start = async (service: ServiceName, settings: Record<string, string> = {}) => {
  const started = await startService(service, {
    NATS_URL: nats.url,
    NATS_NKEY_SEED: identities.seed(service),
    DATABASE_URL: database.roleUrls[service === 'api' ? 'api' : 'writer'],
    API_PORT: new URL(rest.url).port,
    ...testLease,
    ...settings,
  });
  running.push(started);
};

describe('services that each have an identity of their own', () => {
  it('run a session from its start to a backup, and the broker has nothing to refuse', async () => {
    const plant = await plantForTest(['press-1']);
    // Starts those that may not make streams first: they wait for the others.
    const own = { COLLECTOR_ID: 'hall-1', NATS_NKEY_SEED: identities.seed('collector', 'hall-1') };
    await Promise.all([start('collector', own), start('writer'), start('alarms')]);
    await Promise.all([start('supervisor'), start('api')]);
    // Nor may any make tables: API and writer wait for their owner, and for their roles.
    await database.prepare();
    await untilReady(rest);
    const log = await sessionLogForTest(identities.ownUrl(nats));

    const { host, port, unitId: unit_id } = plant.plant.endpoints[0] ?? {};
    const device = await configureDevice(rest, { code: 'press-1', host, port, unit_id }, [countPoint]);
    const keyed = { code: 'keyed', period_ms: 200, device_ids: [device.id] };
    const { taskId, sessionId: id } = await configureAndStart(rest, keyed);

    const sampled = async () =>
      (await log.samples()).filter(({ session, values }) => session === id && values);
    await eventually(async () => (await sampled()).length > 2, { what: 'readings' });

    // A collector of compose, which shares its identity, comes and takes the work over.
    await start('collector', { COLLECTOR_ID: 'any-7' });
    const recovery = async () => (await rest.get('/api/acquisition/recovery/')).body;
    await eventually(async () => (await recovery()).actual === 1, { what: 'the recovery view' });
    await rest.create(`${sessionsPath}/${id}/pause/`, {});
    await rest.create(`${sessionsPath}/${id}/resume/`, {});
    const before = (await sampled()).length;
    await eventually(async () => (await sampled()).length > before + 2, {
      what: 'readings after the resumption',
    });
    const health = '/api/acquisition/devices/health/';
    for (const path of ['/api/system/sinks', '/api/system/collectors/', health, `${health}changes/`]) {
      const { status } = await rest.get(path);
      expect(`${path} ${status}`).toBe(`${path} 200`);
    }
    expect(await rest.post(`/api/config/devices/${device.id}/test/`)).toMatchObject({ status: 200 });
    await seesLiveReadings(`${rest.url}/api/acquisition/live?task=${taskId}`);

    // A message that cannot be written goes to QUARANTINE, is sent again and deleted.
    log.nc.publish(`samples.hall-1.${taskId}.${device.id}`, 'no sample');
    const quarantined = async () => (await rest.get('/api/system/quarantine')).body.results;
    await eventually(async () => (await quarantined()).length === 1, { what: 'the quarantine' });
    const [{ sequence }] = await quarantined();
    const place = `/api/system/quarantine/${sequence}`;
    expect([200, 202, 204]).toContain((await rest.post(`${place}/send-again`)).status);

    const folder = `${await temporaryFolder('backup')}/saved`;
    const saver = {
      nats: nats.url,
      database: database.roleUrls.backup,
      NATS_NKEY_SEED: identities.seed('backup'),
    };
    expect(await backupCommand(saver, 'backup', '--to', folder)).toMatchObject({ code: 0 });
    const empty = await natsForTest({ configLines: identities.configLines });
    const restored = await databaseRolesForTest();
    const elsewhere = { nats: empty.url, database: restored.ownerUrl };
    const restorer = { ...elsewhere, NATS_NKEY_SEED: identities.seed('restore') };
    expect(await backupCommand(restorer, 'restore', '--from', folder)).toMatchObject({ code: 0 });
    expect(violationsOf(empty)).toEqual([]);
    await restored.prepare();

    await rest.create(`${sessionsPath}/${id}/stop/`, { reason: 'test' });
    await eventually(async () => (await log.assignments()) === 0, { what: 'the work to be given back' });
    for (const service of running.reverse()) expect((await service.stop({ graceMs: 20_000 })).code).toBe(0);
    expect(violationsOf(nats)).toEqual([]);
  });
});

/** Waits until the first piece of the stream is there. */
async function seesLiveReadings(url: string): Promise<void> {
  const leaving = new AbortController();
  const response = await fetch(url, { signal: leaving.signal });
  expect(`${url} ${response.status}`).toBe(`${url} 200`);
  await response.body?.getReader().read();
  leaving.abort();
}
