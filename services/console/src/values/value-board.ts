import type { PointValuesPage, PointValueView } from '@holdfast/shared/contracts/http/points-http.ts';
import type { Batch, DeviceNews, FollowedDevice, LiveValue } from './sample-gatherer.ts';

/**
 * - `missing`: the latest tick of the point's device gave nothing
 * - `stale`: nothing was heard from the device for longer than there should be
 * - `never`: nothing is known about the point
 */
export type ValueState = 'good' | 'uncertain' | 'missing' | 'stale' | 'never';

export interface BoardPoint {
  readonly device: string;
  readonly code: string;
  readonly name: string;
  readonly unit: string;
}

/** Values in a row's curve: two minutes for most points. */
export const drawnAtMost = 60;
const periodsLate = 3;
const leastLateMs = 5_000;

/** The last values of thousands of points, in columns: a batch changes some numbers, and no objects are made. */
export class ValueBoard {
  readonly points: readonly BoardPoint[];
  readonly devices: readonly FollowedDevice[];
  /** How far the server's clock is ahead of this one's. */
  readonly clockAheadMs: number;
  readonly #deviceOf: Int32Array;
  readonly #values: (LiveValue | null)[];
  readonly #timesMs: Float64Array;
  readonly #uncertain: Uint8Array;
  /** The coming period of each device whose session was given a new one, until the first reading with it. */
  readonly #nextPeriodsMs: (number | null)[];
  readonly #news: (Omit<DeviceNews, 'device' | 'periodMs'> & { readonly periodMs: number | null })[];
  /** Rings with the latest numbers of each point; `#counts` says how many each has had. */
  readonly #drawn: Float32Array;
  readonly #counts: Int32Array;

  constructor(
    results: readonly PointValueView[],
    { as_of }: Pick<PointValuesPage, 'as_of'>,
    nowMs: number,
    before?: ValueBoard,
  ) {
    this.points = results.map(({ device, point_code: code, name, unit }) => ({ device, code, name, unit }));
    this.clockAheadMs = Date.parse(as_of) - nowMs;
    const devices = new Map<string, { place: number; points: [string, number][] }>();
    this.#deviceOf = new Int32Array(results.length);
    for (const [place, { device, point_code }] of results.entries()) {
      const deviceEntry = devices.get(device) ?? { place: devices.size, points: [] };
      devices.set(device, deviceEntry);
      deviceEntry.points.push([point_code, place]);
      this.#deviceOf[place] = deviceEntry.place;
    }
    this.devices = [...devices].map(([code, { points }]) => ({ code, points }));
    this.#values = results.map(({ value }) => value);
    this.#timesMs = Float64Array.from(results, ({ time }) => (time === null ? 0 : Date.parse(time)));
    this.#uncertain = Uint8Array.from(results, ({ quality }) => Number(quality === 'uncertain'));
    this.#news = this.devices.map(({ points }) => {
      const [[, first]] = points as [[string, number]];
      const miss = results[first]?.miss;
      const newestMs = Math.max(...points.map(([, place]) => this.#timesMs[place] ?? 0));
      const periodMs = results[first]?.period_ms ?? null;
      return { timeMs: miss ? Date.parse(miss.time) : newestMs, periodMs, miss: miss ?? null };
    });
    this.#nextPeriodsMs = this.devices.map(({ points: [first] }) =>
      first === undefined ? null : (results[first[1]]?.next_period_ms ?? null),
    );
    this.#drawn = new Float32Array(results.length * drawnAtMost);
    this.#counts = new Int32Array(results.length);
    for (const [place, value] of this.#values.entries()) this.#draw(place, value);
    if (before) this.#takeOver(before);
  }

  take({ points, timesMs, uncertain, values, devices }: Batch): void {
    for (let index = 0; index < points.length; index += 1) {
      const place = points[index] as number;
      const timeMs = timesMs[index] as number;
      // Values of the first answer may come in the stream again.
      if (timeMs <= (this.#timesMs[place] as number)) continue;
      this.#timesMs[place] = timeMs;
      this.#uncertain[place] = uncertain[index] as number;
      const value = values[index] as LiveValue;
      this.#values[place] = value;
      this.#draw(place, value);
    }
    for (const { device, ...news } of devices) {
      if (news.timeMs < (this.#news[device]?.timeMs ?? 0)) continue;
      this.#news[device] = news;
      if (news.periodMs === this.#nextPeriodsMs[device]) this.#nextPeriodsMs[device] = null;
    }
  }

  value(place: number): LiveValue | null {
    return this.#values[place] ?? null;
  }

  /** When the value was read, in ms since 1970; 0: never. */
  timeMs(place: number): number {
    return this.#timesMs[place] ?? 0;
  }

  missOf(place: number): DeviceNews['miss'] {
    return this.#newsOf(place)?.miss ?? null;
  }

  /** @param nowMs on the server's clock */
  stateOf(place: number, nowMs: number): ValueState {
    const news = this.#newsOf(place);
    const isNever = this.#values[place] === null;
    if (news?.miss) return 'missing';
    if (isNever) return 'never';
    const nextMs = this.#nextPeriodsMs[this.#deviceOf[place] ?? 0] ?? 0;
    const lateMs = Math.max(leastLateMs, periodsLate * Math.max(news?.periodMs ?? 0, nextMs));
    if (!news?.periodMs || nowMs - news.timeMs > lateMs) return 'stale';
    return this.#uncertain[place] === 1 ? 'uncertain' : 'good';
  }

  /** The latest time of anything, in ms since 1970, or 0 if there is nothing. */
  newestMs(): number {
    return this.#news.reduce((newestMs, { timeMs }) => Math.max(newestMs, timeMs), 0);
  }

  /** The latest numbers of a point, oldest first. */
  recentNumbers(place: number): number[] {
    const count = this.#counts[place] ?? 0;
    const length = Math.min(count, drawnAtMost);
    const begin = place * drawnAtMost;
    return Array.from(
      { length },
      (_, index) => this.#drawn[begin + ((count - length + index) % drawnAtMost)] as number,
    );
  }

  #newsOf(place: number) {
    return this.#news[this.#deviceOf[place] ?? 0];
  }

  #draw(place: number, value: LiveValue | null): void {
    const number = typeof value === 'string' || value === null ? Number.NaN : Number(value);
    if (Number.isNaN(number)) return;
    const count = this.#counts[place] as number;
    this.#drawn[place * drawnAtMost + (count % drawnAtMost)] = number;
    this.#counts[place] = count + 1;
  }

  /** Keeps the small curves where the same points are read again. */
  #takeOver(before: ValueBoard): void {
    const keyOf = ({ device, code }: BoardPoint) => JSON.stringify([device, code]);
    const places = new Map(before.points.map((point, place) => [keyOf(point), place]));
    for (const [place, point] of this.points.entries()) {
      const placeBefore = places.get(keyOf(point));
      if (placeBefore === undefined) continue;
      const latestNumber = this.#counts[place] === 0 ? undefined : this.#drawn[place * drawnAtMost];
      const old = before.recentNumbers(placeBefore);
      const isNewer = this.timeMs(place) > before.timeMs(placeBefore);
      this.#counts[place] = 0;
      for (const value of old) this.#draw(place, value);
      if (latestNumber !== undefined && isNewer) this.#draw(place, latestNumber);
    }
  }
}
