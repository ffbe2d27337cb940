import { eventually } from '../../support/eventually.ts';
import { startSession } from '../../support/over-rest.ts';
import type { World } from '../world.ts';

/** Starts a session of each task, and returns their ids when every steady device is asked. */
export async function startAll({ rest, load, requests, shape }: World): Promise<string[]> {
  const sessions: string[] = [];
  for (const { taskId } of [...load.steady, ...load.busy]) {
    sessions.push(await startSession(rest, Number(taskId)));
  }
  await eventually(
    () => shape.steadyDevices.every((code) => requests.some(({ device }) => device === code)),
    { what: 'every steady device to be asked', timeoutMs: 30_000 },
  );
  return sessions;
}
