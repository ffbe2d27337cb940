import { freePort } from '@holdfast/dev/free-port.ts';
import { describe, expect, it } from 'vitest';
import { startAlarms } from '../../services/alarms/src/composition/start.ts';
import { alarmsConfig } from '../../services/alarms/src/config.ts';
import { startApi } from '../../services/api/src/composition/start.ts';
import { apiConfig } from '../../services/api/src/config.ts';
import { startCollector } from '../../services/collector/src/composition/start.ts';
import { collectorConfig } from '../../services/collector/src/config.ts';
import { startSupervisor } from '../../services/supervisor/src/composition/start.ts';
import { supervisorConfig } from '../../services/supervisor/src/config.ts';
import { startWriter } from '../../services/writer/src/composition/start.ts';
import { writerConfig } from '../../services/writer/src/config.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import {
  configureAndStart,
  configureDevice,
  constantPoint,
  sessionsPath,
  untilReady,
} from '../support/over-rest.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import { restClient } from '../support/rest-client.ts';
import { type ServiceInProcess, startInProcess } from '../support/start-in-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('all services in one process', () => {
  it('store what a device says, and stop one by one without ending its session', async () => {
    const [nats, plant, databaseUrl, apiPort, folder] = await Promise.all([
      natsForTest(),
      plantForTest(['press-1']),
      freshDatabase(),
      freePort(),
      temporaryFolder('one-process'),
    ]);
    const settings = {
      NATS_URL: nats.url,
      DATABASE_URL: databaseUrl,
      API_PORT: String(apiPort),
      COLLECTOR_ID: 'c1',
      DEVICE_NETWORKS: '127.0.0.0/8',
      LOCK_DIR: folder,
      SPOOL_DIR: folder,
    };
    const services: ServiceInProcess[] = [
      await startInProcess('api', (context) => startApi(apiConfig(settings), context)),
      await startInProcess('supervisor', (context) => startSupervisor(supervisorConfig(settings), context)),
      await startInProcess('alarms', (context) => startAlarms(alarmsConfig(settings), context)),
      await startInProcess('collector', (context) => startCollector(collectorConfig(settings), context)),
      await startInProcess('writer', (context) => startWriter(writerConfig(settings), 'writer-1', context)),
    ];
    const rest = restClient(`http://127.0.0.1:${apiPort}`);
    await untilReady(rest);
    const { host, port, unitId: unit_id } = plant.plant.endpoints[0] ?? {};
    const place = { code: 'press-1', host, port, unit_id, timeout_ms: 10_000 };
    const device = await configureDevice(rest, place, [constantPoint]);
    const task = { code: 'one-process', period_ms: 200, device_ids: [device.id] };
    const { path } = await configureAndStart(rest, task);
    const history = `${sessionsPath}/point-history/?device=press-1&point_code=constant&start_time=-1m`;
    await eventually(async () => JSON.stringify((await rest.get(history)).body).includes('4711'), {
      what: 'the value of the device to be in its history',
    });
    const [api, ...others] = services;
    for (const service of others.reverse()) expect(await service.stop()).toBe(true);
    const requestCount = plant.requests.length;
    expect((await rest.get(`${path}/`)).body.status).toBe('running');
    expect(await api?.stop()).toBe(true);
    expect(plant.requests).toHaveLength(requestCount);
    expect(services.flatMap(({ failures }) => failures)).toEqual([]);
  });
});
