import type { LiveSample } from '@holdfast/shared/contracts/http/live-http.ts';
import type { MissCause } from '@holdfast/shared/contracts/sample/sample.ts';

export type LiveValue = LiveSample['values'][string];

/** A device as its last reading has it. */
export interface DeviceNews {
  /** Place among the devices that are followed. */
  readonly device: number;
  readonly timeMs: number;
  readonly periodMs: number;
  readonly miss: { readonly cause: MissCause; readonly detail: string } | null;
}

/** News since the batch before: the last value of each point. Columns, so that they go from thread to thread as they are. */
export interface Batch {
  /** Places among the points that are followed. */
  readonly points: Int32Array;
  readonly timesMs: Float64Array;
  readonly uncertain: Uint8Array;
  readonly values: readonly LiveValue[];
  readonly devices: readonly DeviceNews[];
}

/** The points that are followed, device by device: codes, and the place of each among all. */
export interface FollowedDevice {
  readonly code: string;
  readonly points: readonly (readonly [code: string, place: number])[];
}

/** Puts samples together until somebody wants to see them: a screen shows a second at once, however many devices answer in it. */
export class SampleGatherer {
  readonly #devices = new Map<
    string,
    { readonly device: number; readonly places: ReadonlyMap<string, number> }
  >();
  readonly #points = new Map<number, { timeMs: number; value: LiveValue; isUncertain: boolean }>();
  readonly #news = new Map<number, DeviceNews>();

  constructor(followed: readonly FollowedDevice[]) {
    for (const [device, { code, points }] of followed.entries()) {
      this.#devices.set(code, { device, places: new Map(points) });
    }
  }

  take({ device: code, time, period_ms: periodMs, values, uncertain, miss }: LiveSample): void {
    const followed = this.#devices.get(code);
    if (followed === undefined) return;
    const { device, places } = followed;
    const timeMs = Date.parse(time);
    // Readings of a former holder come late.
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

  /** The news since the last call; undefined when there are none. */
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
