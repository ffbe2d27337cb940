import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { configureAndStart, configureDevice, constantPoint, countPoint } from '../support/over-rest.ts';
import { type PlantForTest, plantForTest } from '../support/plant-for-test.ts';
import type { RestClient } from '../support/rest-client.ts';
import { servicesForTest } from '../support/system-for-test.ts';

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
  const { plant } = await plantForTest(['press-1', 'press-2']);
  const { rest, apiPort, process, restart } = await servicesForTest({ natsUrl: nats.url });
  const device_ids: number[] = [];
  for (const { device: code, host, port, unitId: unit_id } of plant.endpoints) {
    const { id } = await configureDevice(rest, { code, host, port, unit_id, timeout_ms: 400 }, [
      { ...countPoint, unit: 'pcs', name: 'Parts made' },
      { ...constantPoint, unit: '°C', scale: 2_600.5, valid_max: 100 },
    ]);
    device_ids.push(id);
  }
  const task = await configureAndStart(rest, { code: 'presses', period_ms: 500, device_ids });
  return {
    ...{ rest, nats, plant, port: apiPort, session: task.sessionId },
    api: () => process('api'),
    restartApi: async () => void (await restart('api')),
    collector: () => process('collector'),
    restartCollector: async () => void (await restart('collector')),
  };
}
