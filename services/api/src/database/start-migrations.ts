import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { DatabaseUnavailable } from './database-unavailable.ts';
import { migrate } from './migrate.ts';
import type { Database } from './open-database.ts';

const retryMs = 1_000;

/** Brings the schema up to date as soon as the database is there; until then reads answer that it is not. */
export function startMigrations(options: {
  database: Database;
  log: Logger;
  /** Called when the database is there but the schema cannot be made: waiting does not help. */
  onFatal: (error: unknown) => void;
}): { isDone(): boolean; stop: Stop } {
  const { database, log, onFatal } = options;
  const stopping = new AbortController();
  let isDone = false;
  let lastLogged = '';
  let before = '';
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await migrate(database, log);
        isDone = true;
        return;
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) return onFatal(error);
        // A single connection that took too long is not logged: this process is busy with its own start.
        if (error.message === before && error.message !== lastLogged) {
          log.warn({ err: error }, 'the tables are not ready yet');
          lastLogged = error.message;
        }
        before = error.message;
        await pause(systemTimers, retryMs, stopping.signal);
      }
    }
  })();
  return {
    isDone: () => isDone,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
