import type { SessionAssigned } from '../domain/placement/events.ts';
import { RecentlyUsed } from './recently-used.ts';

/** An entry of SESSIONS at a sequence, as its leader says. */
export type LoggedAt =
  | { readonly kind: 'placed'; readonly placement: SessionAssigned }
  /** Something that places no session. */
  | { readonly kind: 'other' }
  /** Nothing of any session: the log was moved on past there after a restore. */
  | { readonly kind: 'lost' }
  /** The log has not come so far. */
  | { readonly kind: 'ahead' };

/** SESSIONS was read, has events before and behind, and not this one. */
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

/** An epoch that the log has not come to is asked for again after so long. */
const aheadForMs = 1_000;
/** A leader that was just elected may lack an event for a moment; one that is missing for longer is lost. */
const missingForMs = 30_000;

/**
 * Who may speak under which epoch. An epoch is the sequence of its event, and the log is never changed: what was found is
 * found for good, and each is looked up once, however many ask.
 */
export class EpochBook {
  readonly #lookUp: EpochBookOptions['lookUp'];
  readonly #nowMs: () => number;
  readonly #found: RecentlyUsed<number, LoggedAt>;
  readonly #asked = new Map<number, Promise<LoggedAt>>();
  /** When the log had not come so far; monotonic. */
  readonly #aheadAtMs: RecentlyUsed<number, number>;
  /** Since when who answers has it not; monotonic. */
  readonly #missingSinceMs: RecentlyUsed<number, number>;

  constructor({ lookUp, kept = 100_000, nowMs = () => performance.now() }: EpochBookOptions) {
    this.#lookUp = lookUp;
    this.#nowMs = nowMs;
    this.#found = new RecentlyUsed(kept);
    this.#aheadAtMs = new RecentlyUsed(kept);
    this.#missingSinceMs = new RecentlyUsed(kept);
  }

  /** The answer that was found already. */
  known(epoch: number): LoggedAt | undefined {
    return this.#found.get(epoch);
  }

  /** @throws when SESSIONS cannot be read */
  async find(epoch: number): Promise<LoggedAt> {
    const known = this.known(epoch);
    if (known) return known;
    const aheadAtMs = this.#aheadAtMs.get(epoch) ?? Number.NEGATIVE_INFINITY;
    if (this.#nowMs() - aheadAtMs < aheadForMs) return { kind: 'ahead' };
    return this.#asked.get(epoch) ?? this.#ask(epoch);
  }

  /** The log may be another one: a broker that was away may have been restored meanwhile. */
  forget(): void {
    this.#found.clear();
    this.#aheadAtMs.clear();
    this.#missingSinceMs.clear();
  }

  #ask(epoch: number): Promise<LoggedAt> {
    const asked = this.#lookUp(epoch)
      .catch((error: unknown) => this.#lostIfMissing(epoch, error))
      .then((found) => {
        if (found.kind === 'ahead') this.#aheadAtMs.set(epoch, this.#nowMs());
        else this.#found.set(epoch, found);
        return found;
      })
      .finally(() => this.#asked.delete(epoch));
    this.#asked.set(epoch, asked);
    return asked;
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
  found: LoggedAt | undefined,
  {
    session,
    task,
    collector,
  }: { readonly session: string; readonly task: string; readonly collector: string },
): boolean {
  if (found?.kind !== 'placed') return false;
  const { sessionId, taskId, collectorId } = found.placement;
  return sessionId === session && taskId === task && collectorId === collector;
}
