import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { RecordBook, Stored } from '../ports.ts';

/** `record` is undefined for what was deleted here, until the watch reports the deletion, too. */
type Known<R> = Map<string, { readonly revision: number; readonly record: R | undefined }>;

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
  #known: Known<R> = new Map();
  /** Revision of the newest change that the watch has told. */
  #told = 0;
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
    const fresh: Known<R> = new Map();
    let told = 0;
    let isInUse = false;
    const onTold = (key: string, revision: number, record: R | undefined): void => {
      told = Math.max(told, revision);
      if (isInUse && fresh === this.#known) this.#told = told;
      const known = fresh.get(key);
      // A record that was deleted here waits for just this report.
      if (!record && known && (!known.record || known.revision < revision)) fresh.delete(key);
      else if (record && (!known || known.revision < revision)) fresh.set(key, { revision, record });
      else return;
      if (isInUse && fresh === this.#known) this.#options.onChange?.(key, record);
    };
    const onCurrent = (): void => {
      if (isInUse && fresh === this.#known) this.#currentAtMs = this.#steadyMs();
    };
    const stopWatch = await book.watch(onTold, onCurrent);
    const askedAtMs = this.#steadyMs();
    for (const { record, revision } of await book.readAll()) {
      const key = this.#options.keyOf(record);
      if (revision > told && (fresh.get(key)?.revision ?? 0) < revision) fresh.set(key, { revision, record });
    }
    const former = this.#known;
    this.#stopWatch = stopWatch;
    this.#known = fresh;
    this.#told = told;
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

  get(key: string): Stored<R> | undefined {
    const { revision = 0, record } = this.#known.get(key) ?? {};
    return record && { revision, record };
  }

  list(): readonly R[] {
    return [...this.#known.values()].flatMap(({ record }) => (record ? [record] : []));
  }

  /**
   * Takes a record that was written or read here, without waiting for the watch, so that a caller who was answered sees
   * it.
   */
  take({ record, revision }: Stored<R>): void {
    const key = this.#options.keyOf(record);
    // The watch has reported this already, and perhaps what came after it.
    if (revision <= this.#told || (this.#known.get(key)?.revision ?? 0) >= revision) return;
    this.#known.set(key, { revision, record });
    this.#options.onChange?.(key, record);
  }

  /** Takes away a record that was deleted here. */
  drop(key: string): void {
    if (!this.#known.get(key)?.record) return;
    this.#known.set(key, { revision: Number.POSITIVE_INFINITY, record: undefined });
    this.#options.onChange?.(key, undefined);
  }

  stop: Stop = async () => this.#stopWatch?.();
}
