import type { RestClient } from '../../support/rest-client.ts';

export interface LoadedTask {
  readonly taskId: string;
  readonly periodMs: number;
}

export interface Load {
  /** Started once and then left alone. */
  readonly steady: readonly LoadedTask[];
  /** The tasks that clients start, stop, pause and resume. */
  readonly busy: readonly LoadedTask[];
}

export const sessionsPath = '/api/acquisition/sessions';

/** Where a device is to be found. */
export interface LoadedDevice {
  readonly device: string;
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
}

/** Configures tasks over REST, two points a device. */
export async function makeLoad(options: {
  rest: RestClient;
  endpoints: readonly LoadedDevice[];
  /** By task. */
  deviceCodes: readonly (readonly string[])[];
  periodsMs: readonly number[];
  steadyTasks: number;
}): Promise<Load> {
  const { rest, endpoints, deviceCodes, periodsMs, steadyTasks } = options;
  const site = await rest.create('/api/config/sites/', { code: 'hall-1', name: 'Hall 1' });
  const tasks: LoadedTask[] = [];
  for (const [index, codes] of deviceCodes.entries()) {
    const deviceIds: number[] = [];
    for (const code of codes) {
      const endpoint = endpoints.find(({ device }) => device === code);
      if (!endpoint) throw new Error(`the plant has no device ${code}`);
      const { id } = await rest.create('/api/config/devices/', {
        code,
        site_id: site.id,
        host: endpoint.host,
        port: endpoint.port,
        unit_id: endpoint.unitId,
        timeout_ms: 500,
      });
      deviceIds.push(id);
      await rest.create('/api/config/points/', [
        { device_id: id, code: 'count', table: 'holding_register', address: 0, data_type: 'uint16' },
        { device_id: id, code: 'constant', table: 'holding_register', address: 1, data_type: 'uint16' },
      ]);
    }
    const periodMs = periodsMs[index % periodsMs.length] ?? 500;
    const task = await rest.create('/api/config/tasks/', {
      code: `task-${index + 1}`,
      name: `Task ${index + 1}`,
      period_ms: periodMs,
      device_ids: deviceIds,
    });
    tasks.push({ taskId: String(task.id), periodMs });
  }
  return { steady: tasks.slice(0, steadyTasks), busy: tasks.slice(steadyTasks) };
}
