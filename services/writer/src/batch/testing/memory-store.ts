import {
  type EpochStart,
  type SampleStore,
  SampleStoreUnavailable,
  type StorableSample,
  type WriteOutcome,
} from '@holdfast/sample-store/sample-store.ts';
import type { TickCoverage, TickEntry } from '@holdfast/sample-store/tick-coverage.ts';

/** A database in memory that can go away. Some columns have a type. */
export class MemoryStore
  implements
    Pick<SampleStore, 'write' | 'epochStarts' | 'firstTicks' | 'forgetEpochs'>,
    Pick<TickCoverage, 'record'>
{
  /** The samples in the order in which the store took them. */
  readonly stored: StorableSample[] = [];
  readonly recorded: TickEntry[] = [];
  /** Codes of points for which the store takes no text. */
  readonly numbersOnly = new Set<string>();
  starts: EpochStart[] = [];
  hasRoom = true;
  /** Attempts to write, including failed ones. */
  attempts = 0;
  /** Undefined while the store is there; otherwise for how long it asks to be left alone. */
  #away: { readonly retryAfterMs: number | undefined } | undefined;
  readonly #gates = new Map<'write' | 'look', Promise<void>>();

  goAway(retryAfterMs?: number): void {
    this.#away = { retryAfterMs };
  }

  comeBack(): void {
    this.#away = undefined;
  }

  /** The next such question is answered only when the returned function is called. */
  hangOnce(what: 'write' | 'look'): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gates.set(what, promise);
    return resolve;
  }

  async write(samples: readonly StorableSample[]): Promise<WriteOutcome> {
    await this.#attempt('write');
    if (!this.hasRoom) return { kind: 'written', later: samples };
    const refused = samples.flatMap((sample) => {
      const codes = Object.entries(sample.values ?? {}).flatMap(([code, value]) =>
        typeof value === 'string' && this.numbersOnly.has(code) ? [code] : [],
      );
      return codes.length === 0 ? [] : [{ sample, codes, reason: 'the column is a number' }];
    });
    this.stored.push(...samples);
    return { kind: 'written', refused };
  }

  async epochStarts(newest: ReadonlyMap<string, number>): Promise<EpochStart[]> {
    await this.#attempt('look');
    return this.starts.filter(
      ({ session, epoch }) => epoch > (newest.get(session) ?? Number.POSITIVE_INFINITY),
    );
  }

  async forgetEpochs(epochs: readonly Pick<EpochStart, 'session' | 'epoch'>[]): Promise<void> {
    await this.#attempt('look');
    const isOne = (start: EpochStart) =>
      epochs.some(({ session, epoch }) => session === start.session && epoch === start.epoch);
    this.starts = this.starts.filter((start) => !isOne(start));
  }

  async firstTicks(): Promise<[]> {
    await this.#attempt('look');
    return [];
  }

  async record(entries: readonly TickEntry[]): Promise<void> {
    await this.#attempt('write');
    this.recorded.push(...entries);
  }

  async #attempt(what: 'write' | 'look'): Promise<void> {
    this.attempts += 1;
    const gate = this.#gates.get(what);
    this.#gates.delete(what);
    await gate;
    const away = this.#away;
    if (!away) return;
    throw new SampleStoreUnavailable('it is away', 'ECONNREFUSED', { retryAfterMs: away.retryAfterMs });
  }
}
