import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { RecordBook, StoredRecord } from '../ports.ts';

/** `record` is undefined for what was deleted here, until the watch reports the deletion, too. */
type EntriesByKey<R> = Map<string, { readonly revision: number; readonly record: R | undefined }>;

export interface MirrorOptions<R> {
  readonly keyOf: (record: R) => string;
  /** Called when a record came, changed or went, after the mirror shows it. */
  readonly onChange?: (key: string, record: R | undefined) => void;
  /** ms, of a clock that never jumps. */
  readonly steadyMs?: () => number;
}

/**
 * All records of a bucket, held in memory so that requests are judged without asking the broker, even while it is down.
 * A change made elsewhere arrives here as soon as the broker reports it.
 */
export class RecordMirror<R> {
  readonly #options: MirrorOptions<R>;
  readonly #steadyMs: () => number;
  #entries: EntriesByKey<R> = new Map();
  /** Revision of the newest change that the watch has reported. */
  #newestRevision = 0;
  #currentAtMs: number | undefined;
  #stopWatch: (() => void) | undefined;

  constructor(options: MirrorOptions<R>) {
    this.#options = options;
    this.#steadyMs = options.steadyMs ?? (() => performance.now());
  }

  /** Reads everything and follows changes; called again after every reconnect, when some may have been missed. */
  async load(book: RecordBook<R>): Promise<void> {
    this.#stopWatch?.();
    this.#stopWatch = undefined;
    const fresh: EntriesByKey<R> = new Map();
    let newestRevision = 0;
    let isInUse = false;
    const onTold = (key: string, revision: number, record: R | undefined): void => {
      newestRevision = Math.max(newestRevision, revision);
      if (isInUse && fresh === this.#entries) this.#newestRevision = newestRevision;
      const entry = fresh.get(key);
      // A record that was deleted here waits for just this report.
      if (!record && entry && (!entry.record || entry.revision < revision)) fresh.delete(key);
      else if (record && (!entry || entry.revision < revision)) fresh.set(key, { revision, record });
      else return;
      if (isInUse && fresh === this.#entries) this.#options.onChange?.(key, record);
    };
    const onCurrent = (): void => {
      if (isInUse && fresh === this.#entries) this.#currentAtMs = this.#steadyMs();
    };
    const stopWatch = await book.watch(onTold, onCurrent);
    const askedAtMs = this.#steadyMs();
    for (const { record, revision } of await book.readAll()) {
      const key = this.#options.keyOf(record);
      if (revision > newestRevision && (fresh.get(key)?.revision ?? 0) < revision)
        fresh.set(key, { revision, record });
    }
    const former = this.#entries;
    this.#stopWatch = stopWatch;
    this.#entries = fresh;
    this.#newestRevision = newestRevision;
    this.#currentAtMs = askedAtMs;
    isInUse = true;
    for (const key of new Set([...former.keys(), ...fresh.keys()])) {
      const { revision, record } = fresh.get(key) ?? {};
      if (former.get(key)?.revision !== revision) this.#options.onChange?.(key, record);
    }
  }

  isLoaded(): boolean {
    return this.#currentAtMs !== undefined;
  }

  /** Time since the broker last showed that no change is missing, in ms. */
  ageMs(): number {
    return this.#currentAtMs === undefined ? Number.POSITIVE_INFINITY : this.#steadyMs() - this.#currentAtMs;
  }

  get(key: string): StoredRecord<R> | undefined {
    const { revision = 0, record } = this.#entries.get(key) ?? {};
    return record && { revision, record };
  }

  list(): readonly R[] {
    return [...this.#entries.values()].flatMap(({ record }) => (record ? [record] : []));
  }

  /**
   * Takes a record that was written or read here, without waiting for the watch, so that a caller who was answered sees
   * it.
   */
  take({ record, revision }: StoredRecord<R>): void {
    const key = this.#options.keyOf(record);
    // The watch has reported this already, and perhaps what came after it.
    if (revision <= this.#newestRevision || (this.#entries.get(key)?.revision ?? 0) >= revision) return;
    this.#entries.set(key, { revision, record });
    this.#options.onChange?.(key, record);
  }

  /** Takes away a record that was deleted here. */
  drop(key: string): void {
    if (!this.#entries.get(key)?.record) return;
    this.#entries.set(key, { revision: Number.POSITIVE_INFINITY, record: undefined });
    this.#options.onChange?.(key, undefined);
  }

  stop: Stop = async () => this.#stopWatch?.();
}
