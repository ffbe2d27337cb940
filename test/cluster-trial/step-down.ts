import { setTimeout as sleep } from 'node:timers/promises';
import { bucketNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { withNats } from '../world/own-connection.ts';
import type { ClusterWorld } from './world.ts';

const everyMs = 2_000;
const deposed = [streamNames.sessions, `KV_${bucketNames.collectors}`, `KV_${bucketNames.leader}`];

/** @returns how to end it */
export async function stepDownAgainAndAgain({ natsUrl }: ClusterWorld): Promise<() => Promise<void>> {
  let isStopping = false;
  const running = withNats(natsUrl, async (nc) => {
    while (!isStopping) {
      // A stream that has no leader at the moment has none to depose.
      for (const stream of deposed)
        await nc
          .request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, '', { timeout: 1_000 })
          .catch(() => undefined);
      await sleep(everyMs);
    }
  });
  return async () => {
    isStopping = true;
    await running;
  };
}
