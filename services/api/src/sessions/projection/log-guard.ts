import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import { LogJudge } from '@holdfast/shared/event-store/log-judge.ts';
import { type Clock, systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { Database } from '../../database/open-database.ts';
import type { SessionLog } from '../../ports.ts';
import { Problem } from '../../problems/problem.ts';
import { sessionsText } from '../texts.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';

/**
 * The read model knows events that SESSIONS does not have: the broker's store was wiped, rolled back or exchanged.
 * This must never pass for "there are no sessions".
 */
export class LogBehindReadModel extends Problem {
  constructor(detail: Text) {
    super('log_behind_read_model', detail, {}, { retryAfterSeconds: 30 });
  }
}

const wayOut = sessionsText('restore_sessions_from_the_backup');

/**
 * Compares the log with a checkpoint that was read earlier.
 * @throws LogBehindReadModel, and what the log throws when the broker is unavailable
 */
export async function verifyLog(log: SessionLog, checkpoint: Checkpoint): Promise<void> {
  const { lastSequence, lastEventId } = checkpoint;
  const end = await log.lastSequence();
  if (end < lastSequence) {
    throw new LogBehindReadModel(
      sessionsText('sessions_ends_at_sequence_but', { end, lastSequence, wayOut }),
    );
  }
  if (lastEventId === null) return;
  if (!isEventAt(checkpoint, await log.eventAt(lastSequence))) {
    throw new LogBehindReadModel(
      sessionsText('sessions_has_another_event_at_sequence', { lastSequence, lastEventId, wayOut }),
    );
  }
}

/** Whether this is the event that a checkpoint names. */
export function isEventAt(
  { lastSequence, lastEventId }: Checkpoint,
  event: StoredEvent | undefined,
): boolean {
  const id = (event?.message as { id?: unknown } | null | undefined)?.id;
  return event?.sequence === lastSequence && id === lastEventId;
}

const checkIntervalMs = 5_000;
/** Checks again soon after a finding against the log, which may come from a node that is behind. */
const doubtIntervalMs = 1_000;
const kind = 'read model';

/** Watches whether the log has what the read model knows. Every API process does, because each takes commands. */
export class LogGuard {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #judge: LogJudge<LogBehindReadModel>;
  #lastLogged: string | undefined;
  #isSound = false;

  constructor(database: Database, log: Logger, clock: Pick<Clock, 'monotonicMs'> = systemClock) {
    this.#database = database;
    this.#log = log;
    this.#judge = new LogJudge<LogBehindReadModel>({
      clock,
      onVerdict: (damage) => {
        if (!damage) log.info('SESSIONS and the read model agree again');
      },
    });
  }

  /** The damage to the log, as far as known. */
  damage(): LogBehindReadModel | undefined {
    return this.#judge.damage();
  }

  /** A doubt about the log, maybe from one outdated answer; while there is one, nothing is to be added to the log. */
  doubt(): LogBehindReadModel | undefined {
    return this.#judge.doubt();
  }

  /** Whether the log was found to match the read model; false before the first look and without a checkpoint. */
  isSound(): boolean {
    return this.#isSound;
  }

  /** Looks every few seconds, whenever there is a connection. */
  watch(sessionLog: () => SessionLog | undefined): { stop: Stop } {
    const stopping = new AbortController();
    const { signal } = stopping;
    const watching = (async () => {
      while (!signal.aborted) {
        await pause(systemTimers, this.doubt() ? doubtIntervalMs : checkIntervalMs, signal);
        const log = sessionLog();
        if (log && !signal.aborted) await this.check(log);
      }
    })();
    return {
      stop: async () => {
        stopping.abort();
        await watching;
      },
    };
  }

  /**
   * Looks again; without a database, or with a broker that does not answer, the last finding stands. Never throws.
   * @returns false when the broker could not be asked
   */
  async check(log: SessionLog): Promise<boolean> {
    let checkpoint: Checkpoint | undefined;
    try {
      checkpoint = await readCheckpoint(this.#database);
    } catch {
      return true;
    }
    try {
      if (checkpoint) await verifyLog(log, checkpoint);
      this.#judge.agrees(kind);
      this.#lastLogged = undefined;
      this.#isSound = checkpoint !== undefined;
    } catch (error) {
      if (!(error instanceof LogBehindReadModel)) return false;
      this.#isSound = false;
      this.#judge.doubts(kind, error);
      if (this.#judge.state() !== 'damaged') {
        this.#log.warn(
          { err: error },
          'an answer about SESSIONS does not fit the read model; it is looked at again',
        );
      } else if (this.#lastLogged !== error.message) {
        this.#lastLogged = error.message;
        this.#log.error({ err: error }, error.message);
      }
    }
    return true;
  }
}
