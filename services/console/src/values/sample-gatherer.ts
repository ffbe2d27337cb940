import type { LiveSample } from '@holdfast/shared/contracts/http/live-http.ts';
import type { MissCause } from '@holdfast/shared/contracts/sample/sample.ts';

export type LiveValue = LiveSample['values'][string];

/** The state of a device in its last reading. */
export interface DeviceNews {
  /** Index among the followed devices. */
  readonly device: number;
  readonly timeMs: number;
  readonly periodMs: number;
  readonly miss: { readonly cause: MissCause; readonly detail: string } | null;
}

/** News since the last batch: the last value of each point. Kept in columns, which can be moved between threads. */
export interface Batch {
  /** Indices among the followed points. */
  readonly points: Int32Array;
  readonly timesMs: Float64Array;
  readonly uncertain: Uint8Array;
  readonly values: readonly LiveValue[];
  readonly devices: readonly DeviceNews[];
}

/** The followed points of a device: their codes, and the index of each among all. */
export interface FollowedDevice {
  readonly code: string;
  readonly points: readonly (readonly [code: string, place: number])[];
}

/** Collects samples until they are to be shown: the screen updates once a second, however many devices answer meanwhile. */
export class SampleGatherer {
  readonly #devices = new Map<
    string,
    { readonly device: number; readonly places: ReadonlyMap<string, number> }
  >();
  readonly #points = new Map<number, { timeMs: number; value: LiveValue; isUncertain: boolean }>();
  readonly #news = new Map<number, DeviceNews>();

  constructor(devices: readonly FollowedDevice[]) {
    for (const [device, { code, points }] of devices.entries()) {
      this.#devices.set(code, { device, places: new Map(points) });
    }
  }

  take({ device: code, time, period_ms: periodMs, values, uncertain, miss }: LiveSample): void {
    const entry = this.#devices.get(code);
    if (entry === undefined) return;
    const { device, places } = entry;
    const timeMs = Date.parse(time);
    // Readings of a former holder may come late.
    if (timeMs >= (this.#news.get(device)?.timeMs ?? 0))
      this.#news.set(device, { device, timeMs, periodMs, miss });
    for (const code in values) {
      const place = places.get(code);
      const value = values[code];
      if (place === undefined || value === undefined) continue;
      const before = this.#points.get(place);
      if (before !== undefined && before.timeMs > timeMs) continue;
      this.#points.set(place, { timeMs, value, isUncertain: uncertain.includes(code) });
    }
  }

  /** The news since the last call, or undefined if there are none. */
  batch(): Batch | undefined {
    if (this.#news.size === 0) return undefined;
    const entries = [...this.#points];
    const batch: Batch = {
      points: Int32Array.from(entries, ([place]) => place),
      timesMs: Float64Array.from(entries, ([, { timeMs }]) => timeMs),
      uncertain: Uint8Array.from(entries, ([, { isUncertain }]) => Number(isUncertain)),
      values: entries.map(([, { value }]) => value),
      devices: [...this.#news.values()],
    };
    this.#points.clear();
    this.#news.clear();
    return batch;
  }
}
