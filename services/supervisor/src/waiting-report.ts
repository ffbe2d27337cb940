import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import type { WaitingBoard } from './ports.ts';
import type { UnplacedSession } from './reconcile/reconcile.ts';

/**
 * A wait shorter than this is no news: after a start, collectors need a renewal or two before they are known to be
 * alive.
 */
const worthSayingAfterMs = 3_000;

/** Reports which running sessions wait for a collector, and why: in the log when that changes, and on the board. */
export class WaitingReport {
  readonly #board: WaitingBoard;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** By task id: the text now on the board. */
  readonly #textByTask = new Map<string, string>();
  #logged = '';
  /** Since when a session has been waiting, on the monotonic clock. */
  #unmetSinceMs: number | undefined;

  constructor(board: WaitingBoard, clock: Clock, log: Logger) {
    this.#board = board;
    this.#clock = clock;
    this.#log = log;
  }

  /** The board may have lost everything: write it again. */
  forget(): void {
    this.#textByTask.clear();
  }

  async report(waiting: readonly UnplacedSession[]): Promise<void> {
    this.#logUnmet(waiting.filter(({ why }) => why === 'no_collector'));
    const now = new Date(this.#clock.wallMs()).toISOString();
    const present = new Set<string>();
    const writes: Promise<void>[] = [];
    for (const { taskId, sessionId, why, detail } of waiting) {
      // A wait for a former holder lasts for milliseconds.
      if (why === 'former_holder_not_done') continue;
      present.add(taskId);
      const text = `${sessionId} ${JSON.stringify(detail)}`;
      if (this.#textByTask.get(taskId) === text) continue;
      this.#textByTask.set(taskId, text);
      writes.push(this.#board.write(taskId, { v: 1, session: sessionId, why, detail, since: now }));
    }
    for (const taskId of this.#textByTask.keys()) {
      if (present.has(taskId)) continue;
      this.#textByTask.delete(taskId);
      writes.push(this.#board.clear(taskId));
    }
    const results = await Promise.allSettled(writes);
    if (results.some(({ status }) => status === 'rejected')) this.forget();
  }

  #logUnmet(unmet: readonly UnplacedSession[]): void {
    const nowMs = this.#clock.monotonicMs();
    this.#unmetSinceMs = unmet.length === 0 ? undefined : (this.#unmetSinceMs ?? nowMs);
    if (this.#unmetSinceMs !== undefined && nowMs - this.#unmetSinceMs < worthSayingAfterMs) return;
    const text = unmet.map(({ sessionId, detail }) => `${sessionId} ${inLanguage(detail, 'en')}`).join('\n');
    if (text === this.#logged) return;
    this.#logged = text;
    if (unmet.length === 0) return;
    const reasons = [...new Set(unmet.map(({ detail }) => inLanguage(detail, 'en')))].slice(0, 5).join('; ');
    this.#log.warn(
      { sessions: unmet.slice(0, 100).map(({ sessionId }) => sessionId), count: unmet.length },
      `running sessions wait: ${reasons}`,
    );
  }
}
