import type { SessionAssigned } from '../domain/placement/events.ts';
import { RecentlyUsed } from '../runtime/recently-used.ts';

/** An entry of SESSIONS at a sequence, as its leader says. */
export type LoggedAt =
  /** `sinceMs`: when it was placed, in ms since 1970, by the earlier of the clocks of its sender and of the broker. */
  | { readonly kind: 'placed'; readonly placement: SessionAssigned; readonly sinceMs: number }
  /** An entry that places no session. */
  | { readonly kind: 'other' }
  /** Nothing of any session: the log was moved on past there after a restore, or the answering node has long lacked it. */
  | { readonly kind: 'lost' }
  /** The log has not come so far. */
  | { readonly kind: 'ahead' };

/** SESSIONS was read: it has events before and behind this one, but not this one. */
export class EpochMissing extends Error {
  override readonly name = 'EpochMissing';
}

export interface EpochBookOptions {
  /** @throws when SESSIONS cannot be read, {@link EpochMissing} when it can */
  readonly lookUp: (epoch: number) => Promise<LoggedAt>;
  /** Epochs remembered, those used lately; 100,000. */
  readonly kept?: number;
  readonly nowMs?: () => number;
}

/** An epoch that the log has not reached yet is asked for again after this time. */
const aheadForMs = 1_000;
/** A leader that was just elected may lack an event for a moment; no caller waits longer for one than this. */
const missingForMs = 30_000;
/** A missing epoch is asked for again after this time: the answering node may lag by more. */
const missingAgainMs = 5_000;

/** An answer that may change later. */
interface Passing {
  readonly found: LoggedAt;
  readonly untilMs: number;
}

/**
 * Knows who may speak under which epoch. An epoch is the sequence of its event, and the log is never changed: a found
 * epoch is found for good, and each is looked up once, however many ask. An epoch that was not found is requested again,
 * at intervals.
 */
export class EpochBook {
  readonly #lookUp: EpochBookOptions['lookUp'];
  readonly #nowMs: () => number;
  readonly #answers: RecentlyUsed<number, LoggedAt>;
  readonly #questions = new Map<number, Promise<LoggedAt>>();
  /** Epochs that are not there yet. */
  readonly #passing: RecentlyUsed<number, Passing>;
  /** Since when the answering node has lacked an epoch; monotonic. */
  readonly #missingSinceMs: RecentlyUsed<number, number>;
  /** Rises with each log that may be another one: an answer about a former one is worth nothing. */
  #generation = 0;

  constructor({ lookUp, kept: size = 100_000, nowMs = () => performance.now() }: EpochBookOptions) {
    this.#lookUp = lookUp;
    this.#nowMs = nowMs;
    this.#answers = new RecentlyUsed(size);
    this.#passing = new RecentlyUsed(size);
    this.#missingSinceMs = new RecentlyUsed(size);
  }

  /** The answer, if it was found already. */
  cached(epoch: number): LoggedAt | undefined {
    const answer = this.#answers.get(epoch) ?? this.#stillSo(epoch);
    return answer?.kind === 'ahead' ? undefined : answer;
  }

  /** @throws when SESSIONS cannot be read */
  async find(epoch: number): Promise<LoggedAt> {
    const answer = this.#answers.get(epoch) ?? this.#stillSo(epoch);
    return answer ?? this.#questions.get(epoch) ?? this.#ask(epoch);
  }

  /** The log may be another one: a broker that was unavailable may have been restored meanwhile. */
  forget(): void {
    this.#generation += 1;
    this.#answers.clear();
    this.#questions.clear();
    this.#passing.clear();
    this.#missingSinceMs.clear();
  }

  #stillSo(epoch: number): LoggedAt | undefined {
    const passing = this.#passing.get(epoch);
    return passing && this.#nowMs() < passing.untilMs ? passing.found : undefined;
  }

  #ask(epoch: number): Promise<LoggedAt> {
    const generation = this.#generation;
    const question: Promise<LoggedAt> = this.#lookUp(epoch)
      .then(
        (answer) => ({ found: answer, forMs: answer.kind === 'ahead' ? aheadForMs : undefined }),
        (error: unknown) => ({ found: this.#lostIfMissing(epoch, error), forMs: missingAgainMs }),
      )
      .then(({ found: answer, forMs }) => {
        if (generation !== this.#generation) return this.find(epoch);
        if (forMs === undefined) this.#answers.set(epoch, answer);
        else this.#passing.set(epoch, { found: answer, untilMs: this.#nowMs() + forMs });
        return answer;
      })
      .finally(() => {
        if (this.#questions.get(epoch) === question) this.#questions.delete(epoch);
      });
    this.#questions.set(epoch, question);
    return question;
  }

  #lostIfMissing(epoch: number, error: unknown): LoggedAt {
    if (!(error instanceof EpochMissing)) throw error;
    const nowMs = this.#nowMs();
    const sinceMs = this.#missingSinceMs.get(epoch);
    if (sinceMs === undefined) this.#missingSinceMs.set(epoch, nowMs);
    if (nowMs - (sinceMs ?? nowMs) < missingForMs) throw error;
    return { kind: 'lost' };
  }
}

/** Whether this epoch was given to this collector for this session of this task. */
export function isPlacedSo(
  loggedAt: LoggedAt | undefined,
  {
    session,
    task,
    collector,
  }: { readonly session: string; readonly task: string; readonly collector: string },
): boolean {
  if (loggedAt?.kind !== 'placed') return false;
  const { sessionId, taskId, collectorId } = loggedAt.placement;
  return sessionId === session && taskId === task && collectorId === collector;
}
