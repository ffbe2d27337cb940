import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { eventually } from '../../support/eventually.ts';
import { sessionsPath } from '../../support/over-rest.ts';
import { withNats } from '../../world/own-connection.ts';
import { startWorld, type World } from '../world.ts';
import { type Scenario, type ScenarioResult, smallWorld } from './scenario.ts';
import { startAll } from './start-all.ts';

const noticedWithinMs = 40_000;
const watchedForMs = 10_000;

/** The broker comes back with an empty store under services that run. */
export const storeWiped: Scenario = {
  name: 'store-wiped',
  run: async (options) => {
    const world = await startWorld({ ...smallWorld, ...options });
    await startAll(world);
    options.say('nats-server is killed and comes back without its store');
    await world.nats.kill();
    await rm(join(world.nats.storeDir, 'jetstream'), { recursive: true });
    return mustBeNoticed(world, 'store-wiped');
  },
};

/** The broker comes back with the store of some time ago: stops that were confirmed are not in it. */
export const storeRolledBack: Scenario = {
  name: 'store-rolled-back',
  run: async (options) => {
    const world = await startWorld({ ...smallWorld, ...options });
    const sessions = await startAll(world);
    const store = join(world.nats.storeDir, 'jetstream');
    const older = join(options.folder, 'older-store');
    // A copy of a store in use would be of no use.
    await world.nats.stop();
    await cp(store, older, { recursive: true });
    await world.nats.restart();
    await eventually(
      async () => {
        for (const id of sessions) await world.rest.create(`${sessionsPath}/${id}/stop/`, {});
        return true;
      },
      { what: 'all sessions to be stopped', timeoutMs: 60_000, intervalMs: 500 },
    );
    options.say('nats-server is killed and comes back with the store from before the stops');
    await world.nats.kill();
    await rm(store, { recursive: true });
    await cp(older, store, { recursive: true });
    const requestCount = world.requests.length;
    const result = await mustBeNoticed(world, 'store-rolled-back');
    // I5: a process that saw the stop remembers it.
    const after = world.requests.length - requestCount;
    const failures = after === 0 ? [] : [`devices of stopped sessions were asked ${after} times`];
    return { ...result, failures: [...result.failures, ...failures] };
  },
};

/** Loudly: the supervisor says so and does nothing, the API takes no commands and still shows its sessions. */
async function mustBeNoticed(world: World, name: string): Promise<ScenarioResult> {
  const failures: string[] = [];
  const must = async (what: string, look: () => Promise<boolean>) => {
    try {
      await eventually(look, { what, timeoutMs: noticedWithinMs, intervalMs: 250 });
      world.say(`seen: ${what}`);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  };
  const leader = await world.leader();
  const supervisors = world.shape.supervisors.map((id) => world.service(id));
  const before = (await world.rest.get(`${sessionsPath}/?limit=100`)).body.results.length;
  await world.nats.restart();
  await must('a supervisor to say that the log is damaged', async () =>
    supervisors.some((supervisor) => supervisor.saidSince(0, /the session log is damaged/)),
  );
  await must('the API to be not ready', async () => (await world.rest.get('/health/ready')).status === 503);
  await must('a command to be refused', async () => {
    const [task] = world.load.steady;
    const { status, body } = await world.rest.post(`${sessionsPath}/start-task/`, {
      task_id: Number(task?.taskId),
    });
    return status === 503 && body.code === 'log_behind_read_model';
  });
  await sleep(watchedForMs);
  const after = (await world.rest.get(`${sessionsPath}/?limit=100`)).body.results.length;
  if (after !== before) failures.push(`the API shows ${after} sessions instead of ${before}`);
  const assigned = await assignedSince(world);
  if (assigned > 0) failures.push(`${assigned} sessions were assigned on the strength of a damaged log`);
  world.say(`${leader.id} led; ${after} sessions are still shown; nothing was assigned after the damage`);
  await world.stop();
  return { faults: { [name]: 1 }, failures, verdict: undefined };
}

/** Assignments of the last seconds. */
async function assignedSince(world: World): Promise<number> {
  let assigned = 0;
  await withNats(world.natsUrl, async (nc) => {
    for await (const { data, storedAtMs } of readStream(nc, streamNames.sessions)) {
      const decoded = decodeSessionEvent(JSON.parse(data));
      const isRecent = storedAtMs > Date.now() - watchedForMs;
      if (isRecent && decoded.kind === 'placement') assigned += 1;
    }
  });
  return assigned;
}
