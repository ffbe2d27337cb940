import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type PlantForTest, plantForTest } from '../support/plant-for-test.ts';
import { type RestClient, restClient } from '../support/rest-client.ts';
import { startService, testLease } from '../support/service-processes.ts';

/** All services, with two presses that are read twice a second: `count` rises, `constant` is out of its range. */
export interface LivePlant {
  readonly rest: RestClient;
  readonly nats: NatsServer;
  readonly plant: PlantForTest['plant'];
  readonly session: string;
  /** Where the API listens. */
  readonly port: number;
  /** The API, as it runs now. */
  api(): RunningProcess;
  restartApi(): Promise<void>;
  /** The only collector, as it runs now. */
  collector(): RunningProcess;
  /** Starts it again. */
  restartCollector(): Promise<void>;
}

export async function startLivePlant(): Promise<LivePlant> {
  const nats = await natsForTest();
  const port = await freePort();
  const settings = {
    NATS_URL: nats.url,
    DATABASE_URL: await freshDatabase(),
    ...testLease,
    API_PORT: String(port),
  };
  const { plant } = await plantForTest(['press-1', 'press-2']);
  let api = await startService('api', settings);
  for (const service of ['supervisor', 'writer'] as const) await startService(service, settings);
  const startCollector = () => startService('collector', { ...settings, COLLECTOR_ID: 'c1' });
  let collector = await startCollector();
  const rest = restClient(`http://127.0.0.1:${port}`);
  await eventually(async () => (await rest.get('/health/ready')).status === 200, {
    what: 'the API to be ready',
  });
  const device_ids: number[] = [];
  for (const { device: code, host, port, unitId: unit_id } of plant.endpoints) {
    const { id } = await rest.create('/api/config/devices/', { code, host, port, unit_id, timeout_ms: 400 });
    const holding = { device_id: id, table: 'holding_register', data_type: 'uint16' };
    await rest.create('/api/config/points/', [
      { ...holding, code: 'count', address: 0, unit: 'pcs', name: 'Parts made' },
      { ...holding, code: 'constant', address: 1, unit: '°C', valid_max: 100 },
    ]);
    device_ids.push(id);
  }
  const task = await rest.create('/api/config/tasks/', { code: 'presses', period_ms: 500, device_ids });
  const startedTask = await rest.create('/api/acquisition/sessions/start-task/', { task_id: task.id });
  return {
    ...{ rest, nats, plant, port, session: startedTask.session_id },
    api: () => api,
    restartApi: async () => {
      api = await startService('api', settings);
    },
    collector: () => collector,
    restartCollector: async () => {
      collector = await startCollector();
    },
  };
}
