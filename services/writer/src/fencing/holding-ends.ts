import { RecentlyUsed } from '@holdfast/shared/runtime/recently-used.ts';

/** The next placement of a task after an epoch, or undefined while there is none. */
type LookUp = (taskId: string, epoch: number) => Promise<{ readonly storedAtMs: number } | undefined>;

const epochsKept = 20_000;

/**
 * Until when a holder's word on ticks counts: once its session is given to another, that holder reports what follows.
 */
export class HoldingEnds {
  readonly #lookUp: LookUp;
  readonly #untilByKey = new RecentlyUsed<string, number>(epochsKept);

  /** @param lookUp throws when SESSIONS cannot be read */
  constructor(lookUp: LookUp) {
    this.#lookUp = lookUp;
  }

  /**
   * In ms since 1970, on the broker's clock; infinity while the collector still holds the session. @throws when
   * SESSIONS cannot be read
   */
  async find(taskId: string, epoch: number): Promise<number> {
    const key = `${taskId}/${epoch}`;
    const cached = this.#untilByKey.get(key);
    if (cached !== undefined) return cached;
    const next = await this.#lookUp(taskId, epoch);
    if (!next) return Number.POSITIVE_INFINITY;
    this.#untilByKey.set(key, next.storedAtMs);
    return next.storedAtMs;
  }

  /** Call it when the log may be another one: a broker that was unavailable may have been restored meanwhile. */
  forget(): void {
    this.#untilByKey.clear();
  }
}
