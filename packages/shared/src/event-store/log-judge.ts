import type { LogDamaged } from './event-store.ts';

/**
 * - `sound`: nothing speaks against the log
 * - `doubtful`: something does, but it may be the answer of a node that is behind. Nothing is done on the strength of
 *   the log
 * - `damaged`: findings have spoken against the log for seconds
 */
export type LogState = 'sound' | 'doubtful' | 'damaged';

export interface LogJudgeOptions<Damage> {
  readonly clock: { monotonicMs(): number };
  /** Called with the damage when the log is damaged, and with undefined when that is taken back. */
  readonly onVerdict: (damage: Damage | undefined) => void;
  /** How long the same must be found again and again. */
  readonly confirmMs?: number;
}

interface Doubt<Damage> {
  readonly error: Damage;
  readonly sinceMs: number;
  readonly looks: number;
}

/**
 * Right after a cut each node of a cluster has its own log for a moment, and a node that was cut off takes itself for
 * the leader for seconds. Both were measured, and both are over sooner than this.
 */
const confirmedAfterMs = 5_000;
const looksAtLeast = 3;

/**
 * Distinguishes a log that has lost events from an answer that was out of date. A finding that agrees ends the
 * doubt about its kind, and takes damage back.
 */
export class LogJudge<Damage extends Error = LogDamaged> {
  readonly #options: LogJudgeOptions<Damage>;
  readonly #doubts = new Map<string, Doubt<Damage>>();
  #damage: { readonly kind: string; readonly error: Damage } | undefined;

  constructor(options: LogJudgeOptions<Damage>) {
    this.#options = options;
  }

  state(): LogState {
    if (this.#damage) return 'damaged';
    return this.#doubts.size > 0 ? 'doubtful' : 'sound';
  }

  damage(): Damage | undefined {
    return this.#damage?.error;
  }

  /** A finding against the log, seen for seconds or only once; of one kind when that is given. */
  doubt(kind?: string): Damage | undefined {
    if (kind !== undefined) return this.#doubts.get(kind)?.error;
    const [first] = this.#doubts.values();
    return this.#damage?.error ?? first?.error;
  }

  /** A finding of this kind speaks against the log. */
  doubts(kind: string, error: Damage): void {
    const nowMs = this.#options.clock.monotonicMs();
    const { sinceMs, looks } = this.#doubts.get(kind) ?? { sinceMs: nowMs, looks: 0 };
    this.#doubts.set(kind, { error, sinceMs, looks: looks + 1 });
    // A later message about it may differ.
    if (this.#damage?.kind === kind) this.#damage = { kind, error };
    if (this.#damage || looks + 1 < looksAtLeast) return;
    if (nowMs - sinceMs < (this.#options.confirmMs ?? confirmedAfterMs)) return;
    this.#damage = { kind, error };
    this.#options.onVerdict(error);
  }

  /** A finding of this kind speaks for the log. */
  agrees(kind: string): void {
    this.#doubts.delete(kind);
    if (this.#damage?.kind !== kind) return;
    this.#damage = undefined;
    this.#options.onVerdict(undefined);
  }
}
