import { expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freeze } from '../support/freeze.ts';
import { configureAndStart, configureDevice, countPoint } from '../support/over-rest.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import { logOf } from '../support/service-processes.ts';
import { servicesForTest } from '../support/system-for-test.ts';
import { nodesOfCluster } from './nodes-of-cluster.ts';

const periodMs = 250;
const patient = { intervalMs: 250 };

interface Gap {
  readonly cause: string;
  readonly start_time: string;
  readonly ticks: number;
}

it('a gap of a collector that lost its lease because the broker had no quorum says so', async () => {
  const [{ plant }, nodes] = await Promise.all([
    plantForTest(['press-1']),
    nodesOfCluster(3).then((starts) => Promise.all(starts.map((start) => start()))),
  ]);
  const [survivor, ...removedNodes] = nodes;
  if (!survivor) throw new Error('three nodes');
  const common = {
    ...{ STREAM_REPLICAS: '3', SESSIONS_MAX_BYTES: '2097152', SAMPLES_MAX_BYTES: '8388608' },
    ...{ TASK_CONFIGS_MAX_BYTES: '2097152', AUDIT_MAX_BYTES: '2097152' },
  };
  const { rest, process } = await servicesForTest({ natsUrl: survivor.url, common });
  const [endpoint] = plant.endpoints;
  const place = { host: endpoint?.host, port: endpoint?.port, unit_id: endpoint?.unitId };
  const fields = { code: 'press-1', ...place, timeout_ms: 10_000 };
  const device = await configureDevice(rest, fields, [countPoint]);
  const task = { code: 'press', period_ms: periodMs, device_ids: [device.id] };
  const { path } = await configureAndStart(rest, task);
  const countStored = async () => (await rest.get(`${path}/completeness/?to=now`)).body.stored as number;
  await eventually(async () => (await countStored()) >= 3, { what: 'values before', ...patient });

  const thaws: (() => void)[] = [];
  const thaw = () => {
    for (const one of thaws.splice(0)) one();
  };
  cleanUpAfterFile(async () => thaw());
  const frozenAtMs = Date.now();
  for (const { pid } of removedNodes) thaws.push(await freeze(pid));
  await eventually(() => logOf(process('collector')).some((line) => line.startsWith('lease lost')), {
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
      if (explained.length === 0) throw new Error(`gaps: ${JSON.stringify(results)}`);
      return explained;
    },
    { what: 'the gap to be explained', ...patient },
  );
  expect(gaps.map(({ cause }) => cause)).toEqual(['lease_lost']);
  expect(gaps[0]?.ticks).toBeGreaterThanOrEqual(3);
}, 300_000);
