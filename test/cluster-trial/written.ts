import { setTimeout as sleep } from 'node:timers/promises';
import { decodeSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { leaderInfo } from '@holdfast/shared/jetstream/connection/leader-info.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { readSampleBacklog } from '@holdfast/shared/jetstream/samples/sample-backlog.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import pg from 'pg';
import { withNats } from '../world/own-connection.ts';

/** Outlasts a database that is only just back, and a sample that a writer had in hand when it was cut off. */
const patienceMs = 90_000;
const lookAgainMs = 250;

/**
 * Waits until the database has all that SAMPLES holds now, by the database itself: an acknowledgement that was lost on
 * its way leaves a stored sample unsettled until it is delivered again. A tick that is with a writer is neither stored
 * nor lost.
 * @returns how many samples are still missing at the end
 */
export async function untilWritten(natsUrl: string, databaseUrl: string): Promise<number> {
  const giveUpAtMs = Date.now() + patienceMs;
  /** Asks again while the broker, just healed, has no leader. */
  const answered = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (Date.now() > giveUpAtMs) throw error;
        await sleep(lookAgainMs);
      }
    }
  };
  return withNats(natsUrl, async (nc) => {
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    const { state } = await answered(() => leaderInfo(jsm, streamNames.samples));
    const { settledSequence } = await answered(() => readSampleBacklog(nc));
    if (settledSequence >= state.last_seq) return 0;
    let unsettled = (await answered(() => readSamples(nc, settledSequence + 1))).filter(
      ({ sequence }) => sequence <= state.last_seq,
    );
    for (;;) {
      const settled = (await answered(() => readSampleBacklog(nc))).settledSequence;
      const remaining = unsettled.filter(({ sequence }) => sequence > settled);
      unsettled = await withoutStored(databaseUrl, remaining);
      if (unsettled.length === 0 || Date.now() > giveUpAtMs) return unsettled.length;
      await sleep(lookAgainMs);
    }
  });
}

interface SampleInStream {
  readonly sequence: number;
  /** Undefined where it cannot be read. */
  readonly sample: Sample | undefined;
}

async function readSamples(nc: NatsConnection, fromSequence: number): Promise<SampleInStream[]> {
  const samples: SampleInStream[] = [];
  for await (const { sequence, data } of readStream(nc, streamNames.samples, undefined, fromSequence)) {
    const decoded = decodeSample(data);
    samples.push({ sequence, sample: decoded.ok ? decoded.sample : undefined });
  }
  return samples;
}

/** Leaves out samples whose tick has an outcome in the database. */
async function withoutStored(
  databaseUrl: string,
  samples: readonly SampleInStream[],
): Promise<SampleInStream[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const keys = samples.flatMap(({ sequence, sample }) =>
      sample ? [[sequence, sample.session, sample.device, sample.period_ms, sample.tick] as const] : [],
    );
    const column = (index: 0 | 1 | 2 | 3 | 4) => keys.map((key) => key[index]);
    const { rows } = await client.query<{ sequence: string }>(
      `select sequence from unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::bigint[])
         as sent (sequence, session_id, device_code, period_ms, tick)
       where exists (select 1 from samples.tick_coverage as stored
                     where stored.session_id = sent.session_id and stored.device_code = sent.device_code
                       and stored.period_ms = sent.period_ms and stored.ticks @> sent.tick)`,
      [column(0), column(1), column(2), column(3), column(4)],
    );
    const stored = new Set(rows.map(({ sequence }) => Number(sequence)));
    return samples.filter(({ sequence }) => !stored.has(sequence));
  } catch {
    // A database that has just been reached again may refuse for a moment.
    return [...samples];
  } finally {
    await client.end().catch(() => undefined);
  }
}
