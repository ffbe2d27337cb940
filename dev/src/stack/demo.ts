import type { DemoConfiguration } from '@holdfast/modbus-simulator/demo-plant.ts';
import {
  devicePageSchema,
  deviceViewSchema,
  pointPageSchema,
  sitePageSchema,
  siteViewSchema,
  type TaskView,
  taskPageSchema,
  taskViewSchema,
} from '@holdfast/shared/contracts/http/configuration-http.ts';
import * as z from 'zod';
import type { ApiClient } from './api-client.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';

/** What the stack remembers of the demo: where it told the API that the simulated machines are. */
const demoFileSchema = z.object({
  devices: z.record(z.string(), z.object({ host: z.string(), port: z.int() })),
});

export interface LoadedDemo {
  readonly task: TaskView;
  /** Codes of devices whose address was changed, because the simulator could not have its former ports. */
  readonly movedDevices: readonly string[];
  readonly wasLoadedBefore: boolean;
}

/**
 * Brings the demo configuration into the API, once. What a user has changed or removed since stays so: only addresses
 * follow the simulator, and only where they still are what they were. Undefined when the user removed the demo task.
 */
export async function loadDemo(
  api: ApiClient,
  demo: DemoConfiguration,
  file: string,
): Promise<LoadedDemo | undefined> {
  const remembered = await readJsonFile(file, demoFileSchema);
  const [wanted] = demo.tasks;
  if (wanted === undefined) throw new Error('the demo configuration has no task');
  const task = await findTask(api, wanted.code);
  if (task === undefined && remembered !== undefined && (await hasDevices(api))) return undefined;
  const loaded =
    task === undefined
      ? { task: await createAll(api, demo, wanted), movedDevices: [], wasLoadedBefore: false }
      : { task, movedDevices: await moveDevices(api, demo, remembered), wasLoadedBefore: true };
  const devices = Object.fromEntries(demo.devices.map(({ code, host, port }) => [code, { host, port }]));
  await writeJsonFile(file, { devices } satisfies z.infer<typeof demoFileSchema>);
  return loaded;
}

async function findTask(api: ApiClient, code: string): Promise<TaskView | undefined> {
  const { results } = await api.get(`/api/config/tasks/?code=${encodeURIComponent(code)}`, taskPageSchema);
  return results[0];
}

async function hasDevices(api: ApiClient): Promise<boolean> {
  return (await api.get('/api/config/devices/?limit=1', devicePageSchema)).results.length > 0;
}

/** Each thing only where it is missing: a start that was interrupted goes on where it was. The task comes last. */
async function createAll(
  api: ApiClient,
  demo: DemoConfiguration,
  wanted: DemoConfiguration['tasks'][number],
): Promise<TaskView> {
  const siteIds = new Map<string, number>();
  for (const site of demo.sites) {
    const { results } = await api.get(
      `/api/config/sites/?code=${encodeURIComponent(site.code)}`,
      sitePageSchema,
    );
    const view = results[0] ?? (await api.post('/api/config/sites/', site, siteViewSchema));
    siteIds.set(site.code, view.id);
  }
  const deviceIds = new Map<string, number>();
  for (const { site_code, ...device } of demo.devices) {
    const view =
      (await findDevice(api, device.code)) ??
      (await api.post(
        '/api/config/devices/',
        { ...device, site_id: idOf(siteIds, site_code) },
        deviceViewSchema,
      ));
    deviceIds.set(device.code, view.id);
  }
  for (const [code, deviceId] of deviceIds) {
    const { results } = await api.get(`/api/config/points/?device_id=${deviceId}&limit=1`, pointPageSchema);
    if (results.length > 0) continue;
    const points = demo.points
      .filter((point) => point.device_code === code)
      .map(({ device_code: _, ...point }) => ({ ...point, device_id: deviceId }));
    await api.post('/api/config/points/', points, z.unknown());
  }
  const { device_codes, ...task } = wanted;
  const device_ids = device_codes.map((code) => idOf(deviceIds, code));
  return api.post('/api/config/tasks/', { ...task, device_ids }, taskViewSchema);
}

async function moveDevices(
  api: ApiClient,
  demo: DemoConfiguration,
  remembered: z.infer<typeof demoFileSchema> | undefined,
): Promise<string[]> {
  const moved: string[] = [];
  for (const { code, host, port } of demo.devices) {
    const former = remembered?.devices[code];
    if (former === undefined || (former.host === host && former.port === port)) continue;
    const device = await findDevice(api, code);
    if (device === undefined || device.host !== former.host || device.port !== former.port) continue;
    await api.patch(`/api/config/devices/${device.id}/`, { host, port }, deviceViewSchema);
    moved.push(code);
  }
  return moved;
}

async function findDevice(
  api: ApiClient,
  code: string,
): Promise<z.infer<typeof deviceViewSchema> | undefined> {
  const { results } = await api.get(
    `/api/config/devices/?code=${encodeURIComponent(code)}`,
    devicePageSchema,
  );
  return results[0];
}

function idOf(ids: ReadonlyMap<string, number>, code: string): number {
  const id = ids.get(code);
  if (id === undefined) throw new Error(`the demo configuration names ${code} without describing it`);
  return id;
}
