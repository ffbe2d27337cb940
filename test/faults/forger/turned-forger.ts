import { join } from 'node:path';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { cleanUpAfterFile } from '../../support/cleanup.ts';
import { eventually } from '../../support/eventually.ts';
import { sessionsPath } from '../world/load.ts';
import { type ForgerInWorld, forgerId, type World } from '../world/world.ts';

/** Messages by kind that the broker has stored for it. */
export type Forged = Readonly<Record<string, number>>;

export interface TurnedForger {
  /** From this sequence of SAMPLES on nothing that it says is true. */
  readonly fromSequence: number;
  /** Ends it. */
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
      const { code } = await forger.stop();
      if (code !== 0) throw new Error(`the forger ended by itself: ${forger.lastLines(5).join('\n')}`);
      return forged;
    },
  };
}

async function lastSample(world: World): Promise<number> {
  const log = createLogger('fault', 'silent');
  const connection = await connectNats({ url: world.ownUrl, name: 'fault', log });
  try {
    const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
    return (await jsm.streams.info(streamNames.samples)).state.last_seq;
  } finally {
    await connection.close();
  }
}
