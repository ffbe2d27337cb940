import { freePort } from '@holdfast/dev/free-port.ts';
import { expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freeze } from '../support/freeze.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import { restClient } from '../support/rest-client.ts';
import { logOf, startService, testLease } from '../support/service-processes.ts';
import { nodesOfCluster } from './nodes-of-cluster.ts';

const sessionsPath = '/api/acquisition/sessions';
const periodMs = 250;
const patient = { intervalMs: 250 };

interface Gap {
  readonly cause: string;
  readonly start_time: string;
  readonly ticks: number;
}

it('a gap of a collector that lost its lease because the broker had no quorum says so', async () => {
  const [{ plant }, nodes, databaseUrl, apiPort] = await Promise.all([
    plantForTest(['press-1']),
    nodesOfCluster(3).then((starts) => Promise.all(starts.map((start) => start()))),
    freshDatabase(),
    freePort(),
  ]);
  const [survivor, ...removedNodes] = nodes;
  if (!survivor) throw new Error('three nodes');
  const common = { NATS_URL: survivor.url, STREAM_REPLICAS: '3', DATABASE_URL: databaseUrl };
  const bounds = {
    ...{ SESSIONS_MAX_BYTES: '2097152', SAMPLES_MAX_BYTES: '8388608' },
    ...{ TASK_CONFIGS_MAX_BYTES: '2097152', AUDIT_MAX_BYTES: '2097152' },
  };
  const rest = restClient(`http://127.0.0.1:${apiPort}`);
  await startService('api', { ...common, ...bounds, API_PORT: String(apiPort) });
  await eventually(async () => (await rest.get('/health/ready').catch(() => undefined))?.status === 200, {
    what: 'the API',
    ...patient,
  });
  const [collector] = await Promise.all([
    startService('collector', { ...common, ...testLease, COLLECTOR_ID: 'c1' }),
    startService('supervisor', { ...common, ...bounds, ...testLease }),
    startService('writer', { ...common, ...bounds }),
  ]);
  const [endpoint] = plant.endpoints;
  const device = await rest.create('/api/config/devices/', {
    ...{ code: 'press-1', host: endpoint?.host, port: endpoint?.port, unit_id: endpoint?.unitId },
    timeout_ms: 10_000,
  });
  await rest.create('/api/config/points/', {
    ...{ device_id: device.id, code: 'count', table: 'holding_register', data_type: 'uint16', address: 0 },
  });
  const task = await rest.create('/api/config/tasks/', {
    ...{ code: 'press', period_ms: periodMs, device_ids: [device.id] },
  });
  const { session_id } = await rest.create(`${sessionsPath}/start-task/`, { task_id: task.id });
  const path = `${sessionsPath}/${session_id}`;
  const countStored = async () => (await rest.get(`${path}/completeness/?to=now`)).body.stored as number;
  await eventually(async () => (await countStored()) >= 3, { what: 'values before', ...patient });

  const thaws: (() => void)[] = [];
  const thaw = () => {
    for (const one of thaws.splice(0)) one();
  };
  cleanUpAfterFile(async () => thaw());
  const frozenAtMs = Date.now();
  for (const { pid } of removedNodes) thaws.push(await freeze(pid));
  await eventually(() => logOf(collector).some((line) => line.startsWith('lease lost')), {
    what: 'the lease to be lost',
    ...patient,
  });
  const lostAtMs = Date.now();
  await eventually(() => Date.now() > lostAtMs + 4 * periodMs, { what: 'some periods to pass', ...patient });
  thaw();
  const gaps = await eventually(
    async () => {
      const { results } = (await rest.get(`${path}/gaps/?to=now&limit=500`)).body as { results: Gap[] };
      // Ticks may still be on their way, and a busy machine may make one late.
      const explained = results.filter(
        ({ cause, start_time }) =>
          Date.parse(start_time) >= frozenAtMs && cause !== 'not_arrived' && cause !== 'overrun',
      );
      return explained.length > 0 && explained;
    },
    { what: 'the gap to be explained', ...patient },
  );
  expect(gaps.map(({ cause }) => cause)).toEqual(['lease_lost']);
  expect(gaps[0]?.ticks).toBeGreaterThanOrEqual(3);
}, 300_000);
