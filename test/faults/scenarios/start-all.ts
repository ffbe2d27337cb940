import { eventually } from '../../support/eventually.ts';
import { sessionsPath } from '../world/load.ts';
import type { World } from '../world/world.ts';

/** Starts a session of each task, and returns their ids when every steady device is asked. */
export async function startAll({ rest, load, plant, shape }: World): Promise<string[]> {
  const sessions: string[] = [];
  for (const { taskId } of [...load.steady, ...load.busy]) {
    const { session_id } = await rest.create(`${sessionsPath}/start-task/`, { task_id: Number(taskId) });
    sessions.push(session_id);
  }
  await eventually(
    () => shape.steadyDevices.every((code) => plant.requests.some(({ device }) => device === code)),
    { what: 'every steady device to be asked', timeoutMs: 30_000 },
  );
  return sessions;
}
