import type { ChangeSource } from '../ports.ts';

/** Up to where each stream was sent to a client. */
export type Position = Readonly<Record<ChangeSource, number>>;

/** A change as it is sent to clients. */
export interface Change {
  /** Undefined for what is in no stream: a client that comes back does not get it again. */
  readonly place: { readonly source: ChangeSource; readonly sequence: number } | undefined;
  readonly event: 'session' | 'device' | 'configuration' | 'sink';
  readonly data: object;
  /** `data` for a caller whose role holds only at some sites, or undefined if he may not know of the change. */
  readonly at: (sites: readonly string[]) => Promise<object | undefined>;
}

/** A change that was logged, and the position of a client that got it. */
export interface LoggedChange extends Change {
  readonly number: number;
  readonly position: Position;
}

/** How many changes are kept for clients that come back: more than happen while a page is loaded again. */
const keptAtMost = 5_000;

/** The latest changes, in the order in which this process came to know of them. */
export class ChangeLog {
  readonly #changes: LoggedChange[] = [];
  #next = 1;
  #position: Position;
  /** No change of a stream up to its place here is kept. */
  #begin: Position;
  #news = Promise.withResolvers<void>();

  /** @param begin nothing up to here will come */
  constructor(begin: Position) {
    this.#position = begin;
    this.#begin = begin;
  }

  get position(): Position {
    return this.#position;
  }

  /** Number of the change that comes next. */
  get next(): number {
    return this.#next;
  }

  add(change: Change): void {
    const { place } = change;
    if (place) this.#position = { ...this.#position, [place.source]: place.sequence };
    this.#changes.push({ ...change, number: this.#next, position: this.#position });
    this.#next += 1;
    if (this.#changes.length > keptAtMost) {
      const dropped = this.#changes.shift();
      if (dropped) this.#begin = dropped.position;
    }
    this.#tell();
  }

  /** Notes that a stream was read up to there without anything to send. */
  passed(source: ChangeSource, sequence: number): void {
    this.#position = { ...this.#position, [source]: Math.max(sequence, this.#position[source]) };
  }

  /** Whether everything after a position is still there. @returns `gone` if not; `unknown` for a position not reached yet */
  judge(position: Position): 'kept' | 'gone' | 'unknown' {
    const sources = ['s', 'h', 'a'] as const;
    if (sources.some((source) => position[source] > this.#position[source])) return 'unknown';
    return sources.some((source) => position[source] < this.#begin[source]) ? 'gone' : 'kept';
  }

  /** The changes that a client at this position has not seen, up to now. */
  since(position: Position): LoggedChange[] {
    return this.#changes.filter(({ place }) => place && place.sequence > position[place.source]);
  }

  /** The changes from a number on, or undefined if some of them are not kept any more. */
  from(number: number): LoggedChange[] | undefined {
    const [first] = this.#changes;
    if (number >= this.#next) return [];
    return first && first.number <= number ? this.#changes.slice(number - first.number) : undefined;
  }

  /** Resolves when there is another change. */
  news(): Promise<void> {
    return this.#news.promise;
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

export function positionText({ s, h, a }: Position): string {
  return `s${s}.h${h}.a${a}`;
}
