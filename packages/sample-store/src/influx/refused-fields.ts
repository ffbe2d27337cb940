import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import type { RefusedValue, StorableSample } from '../sample-store.ts';

/** Why a value of a point must not be written, or undefined if it may be. */
export type KnownRefusal = (code: string, value: PointValue) => string | undefined;

const hourMs = 3_600_000;
/** How long a refusal is believed; then the field is tried again, as the database may have been repaired. */
const believedForMs = 5 * 60_000;
const keptAtMost = 10_000;

interface Refused {
  readonly reason: string;
  readonly untilMs: number;
}

/**
 * Fields that InfluxDB has refused for the kind of their values. It keeps one kind for each measurement and field in
 * each of its shards, which are whole hours long. Finding out which field of a sample is refused costs a dozen
 * requests, so it is not repeated for every sample.
 */
export class RefusedFields {
  /** By measurement and hour, then by field and kind. */
  #byMeasurement = new Map<string, Map<string, Refused>>();

  /** Refusals known for a sample, or undefined if there are none. */
  of(sample: StorableSample, nowMs: number): KnownRefusal | undefined {
    if (this.#byMeasurement.size === 0) return undefined;
    const place = placeOf(sample);
    const fields = this.#byMeasurement.get(place);
    if (!fields) return undefined;
    for (const [field, { untilMs }] of fields) if (untilMs <= nowMs) fields.delete(field);
    if (fields.size === 0) this.#byMeasurement.delete(place);
    return (code, value) => fields.get(fieldOf(code, value))?.reason;
  }

  /** Notes refusals of values whose type differs from that of their field. */
  note(sample: StorableSample, refused: readonly RefusedValue[], nowMs: number): void {
    if (refused.length === 0) return;
    const untilMs = nowMs + believedForMs;
    const place = placeOf(sample);
    if (this.#byMeasurement.size >= keptAtMost) this.#byMeasurement.clear();
    const fields = this.#byMeasurement.get(place) ?? new Map<string, Refused>();
    this.#byMeasurement.set(place, fields);
    for (const { code, reason } of refused) {
      const value = sample.values?.[code] ?? 0;
      fields.set(fieldOf(code, value), { reason, untilMs });
    }
  }
}

function placeOf({ measurement, time }: StorableSample): string {
  return `${Math.floor(time / hourMs)} ${measurement}`;
}

function fieldOf(code: string, value: PointValue): string {
  return `${typeof value} ${code}`;
}
