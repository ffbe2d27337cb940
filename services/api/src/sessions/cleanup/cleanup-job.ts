import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { sql } from 'kysely';
import { advisoryLocks } from '../../database/advisory-locks.ts';
import { DatabaseUnavailable } from '../../database/database-unavailable.ts';
import type { Database } from '../../database/open-database.ts';
import type { LogGuard } from '../projection/log-guard.ts';
import { cleanUp, cleanUpLatecomers } from './clean-up.ts';
import type { EndedStatus } from './cleanable-sessions.ts';

export interface CleanupJobOptions {
  readonly database: Database;
  readonly logGuard: Pick<LogGuard, 'doubt' | 'isSound'>;
  /** Sessions that ended longer ago than this are removed; 0 removes none, only what arrived late for removed ones. */
  readonly olderThanMs: number;
  readonly statuses: readonly EndedStatus[];
  readonly everyMs: number;
  readonly log: Logger;
}

const sessionsAtOnce = 2_000;
const dayMs = 86_400_000;
/** Gives the database and the log a moment after the start. */
const firstAfterMs = 1_000;
const retryMs = 60_000;
const logLookMs = 1_000;

/**
 * Cleans up at regular times, and removes what arrived for sessions after they were cleaned up. Every API process has
 * this job; when several want to run it at the same moment, an advisory lock lets one. No process needs to remember whether it
 * ran before: what is gone is not found again.
 */
export function startCleanupJob(options: CleanupJobOptions): { readonly stop: Stop } {
  const { database, logGuard, olderThanMs, statuses, everyMs, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;

  /** Undefined when another process runs the cleanup, or none should. */
  const run = async (): Promise<{ removed: number; late: number } | undefined> => {
    // If the log is lost, the read model is all that is left of it.
    if (logGuard.doubt()) return undefined;
    return database.connection().execute(async (connection) => {
      const key = sql.lit(advisoryLocks.cleanup);
      const { rows } = await sql<{ held: boolean }>`select pg_try_advisory_lock(${key}) as held`.execute(
        connection,
      );
      if (!rows[0]?.held) {
        log.debug({}, 'another process cleans up at the moment');
        return undefined;
      }
      try {
        const endedBefore = new Date(Date.now() - olderThanMs);
        let removed = 0;
        let isMore = olderThanMs > 0;
        while (isMore && !signal.aborted) {
          const done = await cleanUp(database, { endedBefore, statuses }, { limit: sessionsAtOnce, signal });
          removed += done.removed;
          isMore = done.limitReached;
          // Fails if the connection, and with it the lock, is lost: another process may hold it by now.
          await sql`select 1`.execute(connection);
        }
        // In another log the same ids mean other sessions, whose accounts must stay.
        const late = logGuard.isSound() ? await cleanUpLatecomers(database, { signal }) : 0;
        return { removed, late };
      } finally {
        await sql`select pg_advisory_unlock(${key})`.execute(connection).catch(() => undefined);
      }
    });
  };

  const loop = async (): Promise<void> => {
    let waitMs = Math.min(firstAfterMs, everyMs);
    let isLogAwaited = false;
    while (!signal.aborted) {
      await pause(systemTimers, waitMs, signal);
      if (signal.aborted) return;
      if (isLogAwaited && !logGuard.isSound()) continue;
      isLogAwaited = false;
      waitMs = everyMs;
      try {
        const { removed = 0, late = 0 } = (await run()) ?? {};
        if (removed > 0) {
          log.info({ removed, older_than_days: olderThanMs / dayMs }, 'old sessions were cleaned away');
        }
        if (late > 0) {
          log.info({ sessions: late }, 'what came in of sessions after they were cleaned away is removed');
        }
        // Until the log has been checked, as at the start, only half of the work can be done; the rest follows soon.
        isLogAwaited = !logGuard.isSound();
        if (isLogAwaited) waitMs = Math.min(everyMs, logLookMs);
      } catch (error) {
        waitMs = Math.min(everyMs, retryMs);
        // The absence of the database is logged elsewhere.
        const level = error instanceof DatabaseUnavailable ? 'debug' : 'warn';
        log[level]({ err: error }, 'old sessions could not be cleaned away; trying again');
      }
    }
  };

  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
