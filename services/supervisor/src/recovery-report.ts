import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import { sessionIdOf } from './perform-action.ts';
import type { Plan } from './reconcile/reconcile.ts';
import type { TaskBook } from './task-book.ts';

export interface RecoveryReportOptions {
  readonly book: TaskBook;
  readonly logger: Logger;
  readonly recoveryDisabled: boolean;
}

/** Logs what a new leader has found, and when all of it has a collector again. */
export class RecoveryReport {
  readonly #options: RecoveryReportOptions;
  #isTold = false;
  #assigned = 0;

  constructor(options: RecoveryReportOptions) {
    this.#options = options;
  }

  /** This process leads from now on. */
  began(lastSequence: number): void {
    const { logger, recoveryDisabled, book } = this.#options;
    const running = [...book.tasks().values()].filter(({ session }) => session.status === 'running');
    const placed = running.filter(({ session, placement }) => currentPlacement(session, placement));
    const sessions = (tasks: readonly TaskState[]) => tasks.slice(0, 100).map(sessionIdOf);
    logger.info(
      {
        running: running.length,
        placed: placed.length,
        sessions: sessions(running),
        last_sequence: lastSequence,
      },
      `Found ${running.length} running sessions to recover`,
    );
    if (recoveryDisabled && running.length > 0) {
      logger.warn(
        { sessions: sessions(running) },
        'session recovery is disabled: these sessions stay running but unplaced until they are recovered with POST /api/acquisition/sessions/{id}/recover/',
      );
    }
  }

  planned({ actions }: Plan): void {
    this.#assigned += actions.filter(({ type }) => type === 'assign').length;
  }

  /** All that the plan asked for has been done. */
  passed({ actions, waiting }: Plan): void {
    if (
      this.#isTold ||
      actions.some(({ type }) => type === 'release') ||
      waiting.some(({ why }) => why !== 'recovery_disabled')
    )
      return;
    this.#isTold = true;
    this.#options.logger.info(
      { assigned: this.#assigned, held_back: waiting.length },
      'Session recovery completed',
    );
  }

  /** Another process leads. */
  forget(): void {
    this.#isTold = false;
  }
}
