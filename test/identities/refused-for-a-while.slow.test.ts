import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { newNkeyPair, publicKeyOf } from '@holdfast/shared/jetstream/connection/nkey-pair.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { configureAndStart, configureDevice, countPoint } from '../support/over-rest.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import { restClient } from '../support/rest-client.ts';
import { type ServiceName, startService, testLease } from '../support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const services = ['api', 'supervisor', 'writer', 'collector', 'alarms'] as const;

let nats: Awaited<ReturnType<typeof natsForTest>>;
let log: SessionLogForTest;
let session: string;
const running = new Map<ServiceName, RunningProcess>();
const readyUrls = new Map<ServiceName, string>();
const seedFiles = new Map<ServiceName, string>();
/** The key by which the broker knows each of them. */
const keysByService = new Map<ServiceName, string>();

/** Tells the broker of other keys for the services; all else stays. */
async function brokerKnows(keys: ReadonlyMap<ServiceName, string>): Promise<void> {
  let config = await readFile(nats.configFile, 'utf8');
  for (const [service, key] of keys) {
    config = config.replace(keysByService.get(service) ?? '', key);
    keysByService.set(service, key);
  }
  await writeFile(nats.configFile, config);
  process.kill(nats.pid, 'SIGHUP');
}

const isReady = async (service: ServiceName) => {
  const answer = await fetch(readyUrls.get(service) ?? '').catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.ok === true;
};
const refusals = (key: string) =>
  nats.lastLines(500).filter((line) => /authentication error/.test(line) && line.includes(key)).length;

/** Waits until all work again by themselves: a reading from after this moment is on its way, and no process has ended. */
async function goOn(): Promise<void> {
  for (const service of services) {
    await eventually(() => isReady(service), { what: `the ${service} to be ready again` });
  }
  const since = Date.now();
  await eventually(
    async () => (await log.samples()).some((sample) => sample.session === session && sample.time > since),
    { what: 'the session to be read on' },
  );
  await eventually(async () => (await log.unwritten()) < 10, { what: 'samples to be stored on' });
  expect([...running].map(([service, { exit }]) => [service, exit])).toEqual(
    services.map((service) => [service, undefined]),
  );
}

beforeAll(async () => {
  const identities = identitiesForTest();
  nats = await natsForTest({ configLines: identities.configLines });
  const folder = await temporaryFolder('seeds');
  const DATABASE_URL = await freshDatabase();
  const apiPort = await freePort();
  for (const service of services) {
    const seed = identities.seed(service);
    const seedFile = join(folder, service);
    await writeFile(seedFile, seed);
    const port = service === 'api' ? apiPort : await freePort();
    keysByService.set(service, publicKeyOf(seed));
    seedFiles.set(service, seedFile);
    readyUrls.set(service, `http://127.0.0.1:${port}/health/ready`);
    const started = await startService(service, {
      ...{ NATS_URL: nats.url, NATS_NKEY_SEED_FILE: seedFile, DATABASE_URL, ...testLease },
      ...(service === 'api' ? { API_PORT: String(port) } : { HEALTH_PORT: String(port) }),
      ...(service === 'collector' && { COLLECTOR_ID: 'c1' }),
    });
    running.set(service, started);
  }
  for (const service of services) {
    await eventually(() => isReady(service), { what: `the ${service} to be ready` });
  }
  log = await sessionLogForTest(identities.ownUrl(nats));
  const { plant } = await plantForTest(['press-1']);
  const rest = restClient(`http://127.0.0.1:${apiPort}`);
  const [{ host, port, unitId: unit_id } = { host: '', port: 0, unitId: 0 }] = plant.endpoints;
  const device = await configureDevice(rest, { code: 'press-1', host, port, unit_id }, [countPoint]);
  const task = { code: 'keyed', period_ms: 200, device_ids: [device.id] };
  ({ sessionId: session } = await configureAndStart(rest, task));
  await goOn();
}, 240_000);

describe('services whose keys the broker does not know any more', () => {
  it('all go on by themselves when the keys are given back', async () => {
    const own = new Map(keysByService);
    await brokerKnows(new Map(services.map((service) => [service, newNkeyPair().publicKey])));
    for (const [service, key] of own) {
      await eventually(() => refusals(key) > 2, { what: `the ${service} to be refused again and again` });
      await eventually(async () => !(await isReady(service)), { what: `the ${service} to say so` });
    }
    await brokerKnows(own);
    await goOn();
  }, 300_000);

  it('all go on by themselves with renewed keys', async () => {
    const renewed = new Map(services.map((service) => [service, newNkeyPair()]));
    for (const [service, { seed }] of renewed) await writeFile(seedFiles.get(service) ?? '', seed);
    await brokerKnows(new Map([...renewed].map(([service, { publicKey }]) => [service, publicKey])));
    const isUsed = async (key: string) => {
      const answer = await fetch(`${nats.monitorUrl}/connz?auth=true`);
      const { connections } = (await answer.json()) as { connections: { authorized_user?: string }[] };
      return connections.some(({ authorized_user }) => authorized_user === key);
    };
    for (const [service, { publicKey }] of renewed) {
      await eventually(() => isUsed(publicKey), { what: `the ${service} to come with its new key` });
    }
    await goOn();
  }, 300_000);
});
