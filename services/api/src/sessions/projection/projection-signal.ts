import { DatabaseClient, welcomeAt } from '@holdfast/sample-store/postgres/leaving-pool.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type pg from 'pg';
import { isMissingTable } from '../../database/database-unavailable.ts';
import { connectionOptions, connectTimeoutMs } from '../../database/open-database.ts';
import { SequenceWaiters } from './sequence-waiters.ts';
import { projectionChannel } from './write-batch.ts';

export type WaitOutcome = 'reached' | 'too_late' | 'database_away';

/**
 * Reports how far the read model is, as PostgreSQL itself reports (LISTEN), whichever process projects. Its own connection
 * also shows whether the database is there: it breaks as soon as the server goes.
 */
export interface ProjectionSignal {
  databaseIsUp(): boolean;
  /** Sequence that the read model is known to have reached. */
  reached(): number;
  /** Notes the sequence that this process wrote itself, without waiting for PostgreSQL. Returns undefined if it does not write. */
  projectedHere(sequence: number | undefined): void;
  /** Resolves when the read model contains `sequence`, at the latest after `timeoutMs`. Never throws. */
  waitFor(sequence: number, timeoutMs: number): Promise<WaitOutcome>;
  stop: Stop;
}

const reconnectMs = 500;
/** First pause while the tables of a new database are missing, which is mostly brief; each vain look doubles it. */
const firstLookAgainMs = 25;
/** A notification can be missed while the connection is made again. */
const lookAgainMs = 250;
const heartbeatMs = 3_000;

export function followProjection(options: { url: string; log: Logger }): ProjectionSignal {
  const { url, log } = options;
  const stopping = new AbortController();
  let client: pg.Client | undefined;
  let up = false;
  /** The sequence that PostgreSQL last reported. */
  let lastReported = 0;
  let here: number | undefined;
  let saidAway = false;
  let wasSlow = false;
  let leave: () => void = () => undefined;
  const reached = () => Math.max(lastReported, here ?? 0);
  const outcomeOf = (sequence: number): WaitOutcome | undefined => {
    if (!up) return 'database_away';
    return reached() >= sequence ? 'reached' : undefined;
  };
  const waiters = new SequenceWaiters<WaitOutcome>({
    outcomeOf,
    tooLate: 'too_late',
    // Not awaited, so that deadlines hold even if the database hangs.
    lookAgain: () => client && lookOnce(client),
    lookAgainMs,
  });

  const look = async (from: pg.Client): Promise<void> => {
    const { rows } = await from.query<{ last_sequence: number }>(
      'select last_sequence from projection_checkpoint',
    );
    lastReported = rows[0]?.last_sequence ?? 0;
    waiters.news();
  };

  let looking = false;
  /** Asks once for all who wait: the more of them there are, the busier the database already is. */
  const lookOnce = (from: pg.Client): void => {
    if (looking) return;
    looking = true;
    look(from)
      .catch(() => undefined)
      .finally(() => {
        looking = false;
      });
  };

  const connectOnce = async (): Promise<void> => {
    const fresh = new DatabaseClient({ ...connectionOptions(url), query_timeout: 3_000 });
    const ended = new Promise<void>((resolve) => {
      // A stop during connecting finds no client to end, so it resolves this instead.
      leave = resolve;
      if (stopping.signal.aborted) resolve();
      fresh.once('end', resolve);
      fresh.on('error', (error) => {
        log.debug({ err: error }, 'the listening database connection broke');
        resolve();
      });
    });
    try {
      await connectInTime(fresh);
      fresh.on('notification', ({ payload }) => {
        lastReported = Number(payload);
        waiters.news();
      });
      await fresh.query(`listen ${projectionChannel}`);
      await look(fresh);
      client = fresh;
      up = true;
      saidAway = false;
      wasSlow = false;
      log.info('connected to PostgreSQL');
      // A server that silently vanished breaks no connection, and one that is shutting down keeps existing ones. Regular
      // questions on this connection and on a new one show both.
      while (!(await endsWithin(ended, heartbeatMs))) {
        await look(fresh);
        const welcome = await welcomeAt(connectionOptions(url));
        if (welcome === 'ending' || welcome === 'refused') break;
      }
      if (!stopping.signal.aborted) log.warn('lost the connection to PostgreSQL; trying to reconnect');
    } finally {
      client = undefined;
      up = false;
      waiters.news();
      // Ending waits for the server's goodbye, which may never come.
      await Promise.race([fresh.end().catch(() => undefined), pause(systemTimers, 1_000)]);
    }
  };

  const loop = async (): Promise<void> => {
    let lookForTablesMs = firstLookAgainMs;
    while (!stopping.signal.aborted) {
      let pauseMs = reconnectMs;
      try {
        await connectOnce();
      } catch (error) {
        // A new database has no tables until the migrations are through, which needs no action.
        if (isMissingTable(error)) {
          pauseMs = Math.min(lookForTablesMs, reconnectMs);
          lookForTablesMs *= 2;
          log.debug('PostgreSQL is there, its tables are not made yet');
        }
        // The first slow connection is not reported: the machine may just be busy starting this very process.
        else if (error instanceof SlowConnection && !wasSlow) wasSlow = true;
        else if (!saidAway) {
          log.warn({ err: error }, 'cannot reach PostgreSQL; trying again until it is there');
          saidAway = true;
        }
      }
      await pause(systemTimers, pauseMs, stopping.signal);
    }
  };

  const running = loop();
  return {
    databaseIsUp: () => up,
    reached,
    projectedHere: (sequence) => {
      here = sequence;
      // The projector sends its next batch first, so that PostgreSQL works while answers to this one are made.
      setImmediate(() => waiters.news());
    },
    waitFor: (sequence, timeoutMs) => waiters.waitFor(sequence, timeoutMs),
    stop: async () => {
      stopping.abort();
      leave();
      await running;
    },
  };
}

class SlowConnection extends Error {
  override readonly name = 'SlowConnection';
}

/** @throws SlowConnection when it was given up for the time that it took */
async function connectInTime(client: pg.Client): Promise<void> {
  const begun = performance.now();
  try {
    await client.connect();
  } catch (cause) {
    // pg's own timeout error differs from others only by its text. Timers may ring a moment early.
    if (performance.now() - begun < 0.9 * connectTimeoutMs) throw cause;
    throw new SlowConnection(`no connection within ${connectTimeoutMs} ms`, { cause });
  }
}

async function endsWithin(ended: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([ended.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
