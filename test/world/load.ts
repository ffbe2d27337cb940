import { configureDevice } from '../support/over-rest.ts';
import type { RestClient } from '../support/rest-client.ts';

export interface LoadedTask {
  readonly taskId: string;
  readonly periodMs: number;
  readonly deviceIds: readonly number[];
}

export interface Load {
  /** Started once and then left alone. */
  readonly steady: readonly LoadedTask[];
  /** The tasks that clients start, stop, pause and resume. */
  readonly busy: readonly LoadedTask[];
}

/** A device as the API gets it. */
export interface LoadedDevice {
  readonly code: string;
  /** Fields of its own, `protocol` among them. */
  readonly address: object;
  readonly points: readonly object[];
}

/** Codes of the devices of each task. */
export function deviceCodesOf(devicesByTask: readonly number[]): string[][] {
  return devicesByTask.map((count, task) =>
    Array.from({ length: count }, (_, device) => `press-${task + 1}-${device + 1}`),
  );
}

/** Configures tasks over REST. */
export async function makeLoad(options: {
  rest: RestClient;
  devices: readonly LoadedDevice[];
  /** Codes of devices, by task. */
  deviceCodes: readonly (readonly string[])[];
  periodsMs: readonly number[];
  steadyTasks: number;
}): Promise<Load> {
  const { rest, devices, deviceCodes, periodsMs, steadyTasks } = options;
  const site = await rest.create('/api/config/sites/', { code: 'hall-1', name: 'Hall 1' });
  const tasks: LoadedTask[] = [];
  for (const [index, codes] of deviceCodes.entries()) {
    const deviceIds: number[] = [];
    for (const code of codes) {
      const device = devices.find((each) => each.code === code);
      if (!device) throw new Error(`the plant has no device ${code}`);
      const fields = { code, site_id: site.id, ...device.address, timeout_ms: 500 };
      deviceIds.push((await configureDevice(rest, fields, device.points)).id);
    }
    const periodMs = periodsMs[index % periodsMs.length] ?? 500;
    const { id } = await rest.create('/api/config/tasks/', {
      ...{ code: `task-${index + 1}`, name: `Task ${index + 1}` },
      ...{ period_ms: periodMs, device_ids: deviceIds },
    });
    tasks.push({ taskId: String(id), periodMs, deviceIds });
  }
  return { steady: tasks.slice(0, steadyTasks), busy: tasks.slice(steadyTasks) };
}
