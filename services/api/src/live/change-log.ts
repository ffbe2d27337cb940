import type { ChangeSource } from '../ports.ts';

/** Up to where each stream was told. */
export type Position = Readonly<Record<ChangeSource, number>>;

/** A change as clients are told it. */
export interface Change {
  /** Undefined for what is in no stream: nobody who comes back is told it again. */
  readonly place: { readonly source: ChangeSource; readonly sequence: number } | undefined;
  readonly event: 'session' | 'device' | 'configuration' | 'sink';
  readonly data: object;
  /** The same for a caller whose role holds at some sites only; undefined when he may not know of it. */
  readonly at: (sites: readonly string[]) => Promise<object | undefined>;
}

/** A change that was logged, and the position that whoever was told it has come to. */
export interface LoggedChange extends Change {
  readonly number: number;
  readonly position: Position;
}

/** How many changes clients that come back can be told of: more than happens while a page is loaded anew. */
const keptAtMost = 5_000;

/** The latest changes, in the order in which this process came to know of them. */
export class ChangeLog {
  readonly #changes: LoggedChange[] = [];
  #next = 1;
  #position: Position;
  /** Before that, of each stream, nothing is kept. */
  #begin: Position;
  #news = Promise.withResolvers<void>();

  /** @param begin nothing up to there will come */
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

  /** Notes that a stream was read up to there without anything to tell. */
  passed(source: ChangeSource, sequence: number): void {
    this.#position = { ...this.#position, [source]: Math.max(sequence, this.#position[source]) };
  }

  /** Whether all that came after a position is still there. @returns `gone`, `unknown` for one that was not reached yet */
  judge(position: Position): 'kept' | 'gone' | 'unknown' {
    const sources = ['s', 'h', 'a'] as const;
    if (sources.some((source) => position[source] > this.#position[source])) return 'unknown';
    return sources.some((source) => position[source] < this.#begin[source]) ? 'gone' : 'kept';
  }

  /** Those that whoever is at this position has not seen, up to now. */
  since(position: Position): LoggedChange[] {
    return this.#changes.filter(({ place }) => place && place.sequence > position[place.source]);
  }

  /** Those from a number on; undefined when some of them are not kept any more. */
  from(number: number): LoggedChange[] | undefined {
    const [first] = this.#changes;
    if (number >= this.#next) return [];
    return first && first.number <= number ? this.#changes.slice(number - first.number) : undefined;
  }

  /** Resolves when there is another one. */
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
