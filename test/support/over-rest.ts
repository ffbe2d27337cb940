import { eventually } from './eventually.ts';
import type { RestClient } from './rest-client.ts';

export const sessionsPath = '/api/acquisition/sessions';

/** The points that every device of a test's plant has. */
export const countPoint = { code: 'count', table: 'holding_register', data_type: 'uint16', address: 0 };
export const constantPoint = { ...countPoint, code: 'constant', address: 1 };

/** Waits until the API says that it is ready; it need not listen yet. */
export async function untilReady(rest: Pick<RestClient, 'get'>): Promise<void> {
  await eventually(async () => (await rest.get('/health/ready')).status === 200, {
    what: 'the API to be ready',
    timeoutMs: 180_000,
    intervalMs: 100,
  });
}

export interface ConfiguredDevice {
  readonly id: number;
  /** In the order of the points. */
  readonly pointIds: readonly number[];
}

/** @param fields of the device: its code, its place and whatever else */
export async function configureDevice(
  rest: RestClient,
  fields: object,
  points: readonly object[],
): Promise<ConfiguredDevice> {
  const { id } = await rest.create('/api/config/devices/', fields);
  const created: { id: number }[] = await rest.create(
    '/api/config/points/',
    points.map((point) => ({ device_id: id, ...point })),
  );
  return { id, pointIds: created.map((point) => point.id) };
}

export interface StartedTask {
  readonly taskId: number;
  readonly sessionId: string;
  /** Of the session in the API. */
  readonly path: string;
}

/** Starts a session of the task. @returns its id */
export async function startSession(rest: RestClient, taskId: number, body: object = {}): Promise<string> {
  return (await rest.create(`${sessionsPath}/start-task/`, { task_id: taskId, ...body })).session_id;
}

export async function configureAndStart(rest: RestClient, task: object): Promise<StartedTask> {
  const { id: taskId } = await rest.create('/api/config/tasks/', task);
  const sessionId = await startSession(rest, taskId);
  return { taskId, sessionId, path: `${sessionsPath}/${sessionId}` };
}
