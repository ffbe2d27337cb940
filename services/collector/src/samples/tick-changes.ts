import type { PointValue } from '@holdfast/driver/point.ts';
import type { Quality, ValueSink } from '@holdfast/driver/value-sink.ts';
import {
  type Change,
  type Changes,
  integerFlag,
  sourceTimeFlag,
  uncertainFlag,
} from '@holdfast/shared/contracts/sample/changes.ts';
import type { LackCause } from '@holdfast/shared/contracts/sample/lacking.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { decimalScales } from './json-bytes.ts';
import type { ReadValues } from './read-values.ts';
import type { ReportFilter } from './report-filter.ts';
import type { ValueKeys } from './value-keys.ts';

/** Most changes kept of one tick; beyond that, only the last one of each point. */
export const mostChanges = 10_000;
/** How far a source's clock may be ahead, and how old its values may be; else the time of arrival counts. */
const aheadAtMostMs = 60_000;
const behindAtMostMs = 86_400_000;
/** Values of one point that arrive together, or for one source time, are a millisecond apart, up to so far ahead. */
const spreadAtMostMs = 1_000;
/** JSON of a change apart from its text. */
const bytesOfChange = 24;

/** Keeps the changes that a subscribed device reports until they are sent, in parts of a tick or at its end. */
export class TickChanges implements ValueSink {
  /** Values reported in this tick, sent or not. */
  readCount = 0;
  /** Changes of this tick that were left out. */
  dropped = 0;
  /** Rough size of the changes that wait. */
  waitingBytes = 0;
  /** By code: why the last message about a value had none. */
  readonly #bad = new Map<string, Text>();
  #pending = new Map<number, Change[]>();
  #count = 0;
  #readKeys = new Set<string>();
  #sourceMs: number | undefined;
  readonly #keys: ValueKeys;
  readonly #filter: ReportFilter;
  readonly #nowMs: () => number;
  /** By value: the time of the last change, so that the next one is later. */
  readonly #lastMs: Float64Array;
  /** By value whose source gives times: the last such time, and the different values reported for it. */
  readonly #ofSource = new Map<number, { ms: number; values: PointValue[] }>();
  /** By value: whether it was ever reported. */
  readonly #hasReported: Uint8Array;

  /** @param nowMs ms since 1970 */
  constructor(keys: ValueKeys, filter: ReportFilter, nowMs: () => number) {
    this.#keys = keys;
    this.#filter = filter;
    this.#nowMs = nowMs;
    this.#lastMs = new Float64Array(keys.count);
    this.#hasReported = new Uint8Array(keys.count);
  }

  /** Begins a new tick; changes that wait still belong to the one before. */
  beginTick(): void {
    this.readCount = 0;
    this.dropped = 0;
    this.#count = 0;
    this.#readKeys.clear();
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** Hands over the changes that wait, with times relative to that of the tick. */
  take(tickTimeMs: number): Changes {
    // Codes are chosen by users: `__proto__` is one like any other.
    const changes = Object.create(null) as Record<string, readonly Change[]>;
    for (const [at, list] of this.#pending) {
      changes[this.#keys.codeAt(at)] = list
        .sort(([one], [other]) => one - other)
        .map(([timeMs, value, flags]) =>
          flags ? [timeMs - tickTimeMs, value, flags] : [timeMs - tickTimeMs, value],
        );
    }
    this.#pending = new Map();
    this.waitingBytes = 0;
    return changes;
  }

  number(at: number, value: number, quality: Quality): void {
    this.#add(at, value, quality);
  }

  decimal(at: number, digits: number, decimals: number, quality: Quality): void {
    this.#add(at, digits / (decimalScales[decimals] as number), quality);
  }

  integer(at: number, digits: string, quality: Quality): void {
    this.#add(at, digits, quality, integerFlag);
  }

  other(at: number, value: string | boolean, quality: Quality): void {
    this.#add(at, value, quality);
  }

  bad(at: number, status: Text): void {
    const code = this.#keys.codeAt(at);
    this.#filter.lost(code);
    this.#bad.set(code, status);
  }

  sourceTime(ms: number | undefined): void {
    this.#sourceMs = ms;
  }

  /** The values that failed, as device health reports them. */
  get lost(): { readonly code: string; readonly detail: Text }[] | undefined {
    if (this.#bad.size === 0) return undefined;
    return [...this.#bad].map(([code, detail]) => ({ code, detail }));
  }

  hasRead(code: string): boolean {
    return this.#readKeys.has(code) && !this.#bad.has(code);
  }

  /** Whether a value of this code was reported, even in an earlier tick. */
  hasTold(code: string): boolean {
    return this.#hasReported[this.#keys.indexOf(code)] === 1;
  }

  /** Takes over which values were reported to another instance: its source does not repeat them. */
  goOnFrom(hasTold: (code: string) => boolean): void {
    for (let at = 0; at < this.#hasReported.length; at += 1)
      if (hasTold(this.#keys.codeAt(at))) this.#hasReported[at] = 1;
  }

  /**
   * The values of the tick: those reported in it, and, where the source could have reported a change, those reported
   * before.
   */
  readOfTick(isOpen: boolean): ReadValues {
    const hasReported = this.#hasReported;
    const bad = new Set([...this.#bad.keys()].map((code) => this.#keys.indexOf(code)));
    const lost = [...bad].map((at): { at: number; cause: LackCause } => ({ at, cause: 'no_value' }));
    if (!isOpen) {
      const isRead = (at: number) => !bad.has(at) && this.#readKeys.has(this.#keys.codeAt(at));
      return { readCount: this.readCount, isRead, lost };
    }
    for (let at = hasReported.indexOf(0); at !== -1; at = hasReported.indexOf(0, at + 1)) {
      if (!bad.has(at)) lost.push({ at, cause: 'not_told' });
    }
    const isRead = (at: number) => hasReported[at] === 1 && !bad.has(at);
    return { readCount: hasReported.length, isRead, lost: lost.length === 0 ? undefined : lost };
  }

  #add(at: number, value: PointValue, quality: Quality, kind = 0): void {
    const code = this.#keys.codeAt(at);
    this.#hasReported[at] = 1;
    this.#bad.delete(code);
    this.#readKeys.add(code);
    this.readCount += 1;
    const nowMs = Math.floor(this.#nowMs());
    const sourceMs = this.#sourceMs;
    const isCredible =
      sourceMs !== undefined && sourceMs <= nowMs + aheadAtMostMs && sourceMs >= nowMs - behindAtMostMs;
    const timeMs = isCredible ? this.#sourceTimed(at, Math.floor(sourceMs), value) : this.#arrival(at, nowMs);
    const isUncertain = quality !== 0 || (sourceMs !== undefined && !isCredible);
    if (!this.#filter.takes(code, value, kind === integerFlag, isUncertain, timeMs)) return;
    const flags = kind | (isUncertain ? uncertainFlag : 0) | (isCredible ? sourceTimeFlag : 0);
    const list = this.#pending.get(at) ?? [];
    this.#pending.set(at, list);
    if (this.#count >= mostChanges && list.length > 0) {
      list.shift();
      this.dropped += 1;
    } else {
      this.#count += 1;
      this.waitingBytes += bytesOfChange + (typeof value === 'string' ? value.length : 0);
    }
    list.push([timeMs, value, flags]);
  }

  /**
   * Values of one point with the same source time are a millisecond apart, as many clocks count in seconds. A message that
   * comes again falls on the same place.
   */
  #sourceTimed(at: number, ms: number, value: PointValue): number {
    const last = this.#ofSource.get(at) ?? { ms, values: [] };
    const { values } = last;
    if (values.length === 0) this.#ofSource.set(at, last);
    if (last.ms !== ms) {
      last.ms = ms;
      values.length = 0;
    }
    const place = values.indexOf(value);
    if (place >= 0) return ms + place;
    if (values.length < spreadAtMostMs) values.push(value);
    return ms + values.length - 1;
  }

  #arrival(at: number, nowMs: number): number {
    const lastMs = this.#lastMs[at] as number;
    let timeMs = nowMs;
    if (lastMs >= nowMs) timeMs = lastMs - nowMs < spreadAtMostMs ? lastMs + 1 : lastMs;
    this.#lastMs[at] = timeMs;
    return timeMs;
  }
}
