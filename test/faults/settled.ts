import { setTimeout as sleep } from 'node:timers/promises';
import { durableNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import pg from 'pg';
import { eventually } from '../support/eventually.ts';
import { sessionsPath } from '../support/over-rest.ts';
import { withNats } from '../world/own-connection.ts';
import type { World } from './world.ts';

/** After the last fault everything must be in order again within this time. */
const withinMs = 90_000;
/** Then everything must go on undisturbed for so long that what is judged has a sound end. */
const undisturbedMs = 12_000;

/** Waits until the world is itself again. @returns what is not, in words */
export async function settled(world: World): Promise<string[]> {
  const problems: string[] = [];
  const must = async (what: string, look: () => Promise<boolean>) => {
    try {
      await eventually(look, { what, timeoutMs: withinMs, intervalMs: 250 });
    } catch (error) {
      problems.push(`after the faults: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await withNats(world.natsUrl, async (nc) => {
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    await must('the API to be ready', async () => (await world.rest.get('/health/ready')).status === 200);
    await must('every running session to have a holder', async () => {
      const { body } = await world.rest.get(`${sessionsPath}/?status=running&limit=100`);
      const sessions = body.results as { placement: { state: string } | null }[];
      return sessions.length > 0 && sessions.every(({ placement }) => placement?.state === 'placed');
    });
    await must('every steady device to be asked', async () => {
      const recent = world.requests.filter(({ atMs }) => atMs > Date.now() - 2_000);
      return world.shape.steadyDevices.every((code) => recent.some(({ device }) => device === code));
    });
    await sleep(undisturbedMs);
    await must('the writer to have stored what was read', async () => {
      const info = await jsm.consumers.info(streamNames.samples, durableNames.writer);
      return info.num_pending < 100 && info.num_redelivered === 0;
    });
    await must('the read model to have every event', async () => {
      const { state } = await jsm.streams.info(streamNames.sessions);
      return (await checkpointOf(world.databaseUrl)) === state.last_seq;
    });
  });
  return problems;
}

/** Sequence of the last event that the read model has. */
async function checkpointOf(databaseUrl: string): Promise<number | undefined> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // Unheard, the event of a connection that breaks would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ sequence: string }>(
      'select last_sequence as sequence from projection_checkpoint',
    );
    return rows[0] && Number(rows[0].sequence);
  } finally {
    await client.end();
  }
}
