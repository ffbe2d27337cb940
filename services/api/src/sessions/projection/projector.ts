import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { sql } from 'kysely';
import { advisoryLocks } from '../../database/advisory-locks.ts';
import { DatabaseUnavailable } from '../../database/database-unavailable.ts';
import type { Database } from '../../database/open-database.ts';
import type { SessionLog } from '../../ports.ts';
import { applyBatch } from './apply-batch.ts';
import { beginCheckpoint, type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { forgetCleanedOfOtherLogs, lastCleaned } from './cleaned-sessions.ts';
import { isEventAt, LogBehindReadModel, verifyLog } from './log-guard.ts';
import type { ProjectedRows } from './projected-rows.ts';

export interface ProjectorOptions {
  readonly database: Database;
  /** The log while the broker and the tables can be used, undefined otherwise. */
  readonly sessionLog: () => SessionLog | undefined;
  /** The end of the log as it was seen last, or undefined while it cannot be asked. */
  readonly endOfLog: () => number | undefined;
  /** Rows that this process writes, or empty while it does not project. */
  readonly rows: ProjectedRows;
  /** Called with the sequence where this process begins and after each commit; with undefined when it stops projecting. */
  readonly onProjected: (sequence: number | undefined) => void;
  readonly log: Logger;
}

export interface Projector {
  /** Whether this process is the one that writes the read model. */
  projects(): boolean;
  stop: Stop;
}

const retryMs = 250;
const standbyMs = 1_000;
const maxBatch = 500;
/** How long to wait for events before checking that the database connection is still alive. */
const idleMs = 1_000;

/**
 * Brings SESSIONS into the read model. One API process does this; the others stand by. The right to project is
 * an advisory lock, held by the connection that writes: a process that loses the lock has also lost the means to write.
 */
export function startProjector({
  database,
  sessionLog,
  endOfLog,
  rows,
  onProjected,
  log,
}: ProjectorOptions): Projector {
  const stopping = new AbortController();
  const { signal } = stopping;
  let projecting = false;

  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await database.connection().execute(holdLock);
      } catch (error) {
        // Only trouble with the database connection ends up here; it is reported where it is first noticed.
        const level = error instanceof DatabaseUnavailable ? 'debug' : 'error';
        log[level]({ err: error }, 'the projector lost its database connection');
      }
      await pause(systemTimers, standbyMs, signal);
    }
  };

  const holdLock = async (database: Database): Promise<void> => {
    const key = sql.lit(advisoryLocks.projector);
    const { rows } = await sql<{ held: boolean }>`select pg_try_advisory_lock(${key}) as held`.execute(
      database,
    );
    if (!rows[0]?.held) return;
    log.info('this process brings SESSIONS into the read model');
    projecting = true;
    try {
      while (!signal.aborted) await projectOnce(database);
    } finally {
      projecting = false;
      await sql`select pg_advisory_unlock(${key})`.execute(database).catch(() => undefined);
    }
  };

  /** Projects until something goes wrong. Trouble with the database is thrown, because it costs the lock. */
  const projectOnce = async (database: Database): Promise<void> => {
    try {
      const source = sessionLog();
      if (source) await project(database, source);
      if (signal.aborted) return;
    } catch (error) {
      if (error instanceof DatabaseUnavailable || signal.aborted) throw error;
      // The log guard reports a log that is behind; here it only means to wait.
      if (!(error instanceof LogBehindReadModel)) {
        log.warn({ err: error }, 'the projector was interrupted; trying again');
      }
    }
    await pause(systemTimers, retryMs, signal);
    await sql`select 1`.execute(database);
  };

  const beginAnew = async (database: Database, source: SessionLog): Promise<Checkpoint> => {
    const forgotten = await forgetCleanedOfOtherLogs(database, source);
    if (forgotten > 0) log.warn({ sessions: forgotten }, 'what was cleaned away of another log is forgotten');
    return beginCheckpoint(database);
  };

  const project = async (database: Database, source: SessionLog): Promise<void> => {
    let checkpoint = (await readCheckpoint(database)) ?? (await beginAnew(database, source));
    await verifyLog(source, checkpoint);
    const lastSequence = await source.lastSequence();
    const cleanedUpTo = await lastCleaned(database);
    // The first event shows that what is delivered is of the log that was compared with the checkpoint.
    let isCompared = checkpoint.lastEventId === null;
    const events = source.openAfter(checkpoint.lastSequence - (isCompared ? 0 : 1), endOfLog);
    log.info(
      { checkpoint: checkpoint.lastSequence, last_sequence: lastSequence },
      'the projector reads SESSIONS from its checkpoint',
    );
    try {
      rows.clear();
      onProjected(checkpoint.lastSequence);
      while (!signal.aborted) {
        const batch = await unlessStopped(events.next(maxBatch, idleMs), signal);
        if (!batch) return;
        if (batch.length === 0) {
          await sql`select 1`.execute(database);
          // It may have become another log, which is seen when it is opened again.
          if ((endOfLog() ?? 0) > checkpoint.lastSequence) return;
          continue;
        }
        if (!isCompared && !isEventAt(checkpoint, batch[0])) return;
        isCompared = true;
        const fresh = batch.filter(({ sequence }) => sequence > checkpoint.lastSequence);
        if (fresh.length === 0) continue;
        checkpoint = await applyBatch(database, { checkpoint, rows, cleanedUpTo }, fresh, log);
        onProjected(checkpoint.lastSequence);
      }
    } finally {
      // Others may change this process's rows from here on.
      rows.clear();
      onProjected(undefined);
      events.close();
    }
  };

  const running = loop();
  return {
    projects: () => projecting,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** Awaits a promise, or returns undefined when the stop comes first; the promise's outcome is then ignored. */
async function unlessStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
  const onAbort = () => resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
