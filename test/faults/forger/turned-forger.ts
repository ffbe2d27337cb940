import { join } from 'node:path';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { jetstreamManager, type StreamAPI } from '@nats-io/jetstream';
import { cleanUpAfterFile } from '../../support/cleanup.ts';
import { eventually } from '../../support/eventually.ts';
import { sessionsPath } from '../../support/over-rest.ts';
import { withNats } from '../../world/own-connection.ts';
import { type ForgerInWorld, forgerId, type World } from '../world.ts';
import { forgeries } from './forgeries.ts';

/** Messages by kind that the broker has stored for it. */
export type Forged = Readonly<Record<string, number>>;

export interface TurnedForger {
  /** From this sequence of SAMPLES on nothing that it says is true. */
  readonly fromSequence: number;
  /** Ends it once it has forged each kind, which takes longer on a busy machine; after a minute without all of them too. */
  stop(): Promise<Forged>;
}

/**
 * The collector holds every session, ends in good order, and another program goes on with its key, while the others have what was its own.
 */
export async function turnForger(
  world: World,
  { seed, pauseMs, isLetThrough }: ForgerInWorld & { readonly seed: number },
): Promise<TurnedForger> {
  const steady = new Set(world.load.steady.map(({ taskId }) => taskId));
  const holders = async () => {
    const { body } = await world.rest.get(`${sessionsPath}/?status=running&limit=100`);
    const sessions = body.results as { task_id: number; placement: { collector_id: string | null } | null }[];
    return sessions
      .filter(({ task_id }) => steady.has(String(task_id)))
      .map(({ placement }) => placement?.collector_id ?? undefined);
  };
  const has = (isIt: (holder: string | undefined) => boolean) => async () => (await holders()).every(isIt);
  await eventually(
    has((holder) => holder === forgerId),
    { what: 'the collector that will forge to hold all steady sessions', timeoutMs: 60_000 },
  );
  await untilItHasRead(world);
  for (const id of world.shape.collectors) await world.service(id).start();
  await world.service(forgerId).terminate();
  await eventually(
    has((holder) => holder !== undefined && holder !== forgerId),
    { what: 'others to have what it held', timeoutMs: 60_000 },
  );
  const fromSequence = (await lastSample(world)) + 1;
  let forged: Forged = {};
  const forger: RunningProcess = await startProcess({
    name: forgerId,
    command: process.execPath,
    args: [join(import.meta.dirname, 'main.ts')],
    env: {
      FORGER_ID: forgerId,
      FORGER_SEED: String(seed),
      FORGER_PAUSE_MS: String(pauseMs),
      FORGER_KEEPS_STREAMS: String(isLetThrough === true),
      NATS_URL: world.nats.url,
      NATS_NKEY_SEED: world.identities.seed('collector', forgerId),
    },
    log: (line) => {
      if (line.startsWith('{')) forged = JSON.parse(line) as Forged;
      else world.say(`forger: ${line}`);
    },
  });
  cleanUpAfterFile(() => forger.stop());
  return {
    fromSequence,
    stop: async () => {
      const isComplete = () => Object.keys(forgeries).every((kind) => forged[kind]);
      await eventually(isComplete, { what: 'each kind to be forged', timeoutMs: 60_000 }).catch(
        () => undefined,
      );
      const { code } = await forger.stop();
      if (code !== 0) throw new Error(`the forger ended by itself: ${forger.lastLines(5).join('\n')}`);
      return forged;
    },
  };
}

async function lastSample(world: World): Promise<number> {
  return withStreams(world, async (streams) => (await streams.info(streamNames.samples)).state.last_seq);
}

/** It forges what looks like its own samples of before, so it needs one of each device. */
async function untilItHasRead(world: World): Promise<void> {
  const ofDevices = world.load.steady.flatMap(({ taskId, deviceIds }) =>
    deviceIds.map((deviceId) => subjects.sample(forgerId, taskId, String(deviceId))),
  );
  const hasRead = (streams: StreamAPI) => async () => {
    const samples = ofDevices.map((last_by_subj) =>
      streams.getMessage(streamNames.samples, { last_by_subj }).catch(() => null),
    );
    return (await Promise.all(samples)).every((sample) => sample !== null);
  };
  await withStreams(world, (streams) =>
    eventually(hasRead(streams), {
      what: 'the collector that will forge to read each device',
      timeoutMs: 60_000,
    }),
  );
}

function withStreams<T>(world: World, use: (streams: StreamAPI) => Promise<T>): Promise<T> {
  return withNats(world.natsUrl, async (nc) =>
    use((await jetstreamManager(nc, { checkAPI: false })).streams),
  );
}
