import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Database } from '../../database/open-database.ts';
import type { SessionLog } from '../../ports.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';

/**
 * The read model knows events that SESSIONS does not have: the broker's store was wiped, rolled back, or is
 * another one. It must never pass for "there are no sessions".
 */
export class LogBehindReadModel extends Error {
  override readonly name = 'LogBehindReadModel';
}

const wayOut =
  'Restore SESSIONS from the backup that belongs to this database. If the log is right and the database is not, ' +
  'delete the row of projection_checkpoint: the read model is then made anew from the log.';

/**
 * Compares the log with a checkpoint that was read before.
 * @throws LogBehindReadModel, and what the log throws when the broker is away
 */
export async function verifyLog(log: SessionLog, checkpoint: Checkpoint): Promise<void> {
  const { lastSequence, lastEventId } = checkpoint;
  const end = await log.end();
  if (end.lastSequence < lastSequence) {
    throw new LogBehindReadModel(
      `SESSIONS ends at sequence ${end.lastSequence}, but the read model has events up to ${lastSequence}. ${wayOut}`,
    );
  }
  if (lastEventId === null) return;
  const found = await log.eventAt(lastSequence);
  const id = (found?.message as { id?: unknown } | null | undefined)?.id;
  if (id !== lastEventId) {
    throw new LogBehindReadModel(
      `SESSIONS has another event at sequence ${lastSequence} than the read model (${lastEventId}). ${wayOut}`,
    );
  }
}

const checkIntervalMs = 5_000;

/** Every API process looks for itself, because every one of them takes commands. */
export class LogGuard {
  readonly #database: Database;
  readonly #log: Logger;
  #damage: LogBehindReadModel | undefined;
  #isSound = false;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  /** What is wrong with the log, as far as it could be found out. */
  damage(): LogBehindReadModel | undefined {
    return this.#damage;
  }

  /** Whether the log was found to be that of the read model: not so before it was looked at, nor without a checkpoint. */
  isSound(): boolean {
    return this.#isSound;
  }

  /** Looks every few seconds, whenever there is a connection. */
  watch(sessionLog: () => SessionLog | undefined): { stop: Stop } {
    let checking: Promise<void> | undefined;
    const timer = setInterval(() => {
      const log = sessionLog();
      if (!log || checking) return;
      checking = this.check(log).finally(() => {
        checking = undefined;
      });
    }, checkIntervalMs);
    return {
      stop: async () => {
        clearInterval(timer);
        await checking;
      },
    };
  }

  /** Looks again; without a database, or with a broker that does not answer, the last finding stands. Never throws. */
  async check(log: SessionLog): Promise<void> {
    try {
      const checkpoint = await readCheckpoint(this.#database);
      if (checkpoint) await verifyLog(log, checkpoint);
      if (this.#damage) this.#log.info('SESSIONS and the read model agree again');
      this.#damage = undefined;
      this.#isSound = checkpoint !== undefined;
    } catch (error) {
      if (!(error instanceof LogBehindReadModel)) return;
      this.#isSound = false;
      if (this.#damage?.message !== error.message) this.#log.error({ err: error }, error.message);
      this.#damage = error;
    }
  }
}
