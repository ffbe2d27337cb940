import { SampleStoreUnavailable, type StorableSample } from '../sample-store.ts';
import type { TypedField } from './field-types.ts';

/** Most measurements in one question: its address must not get too long. */
export const measurementsTogether = 50;
/** How soon to ask again after asking was forbidden. */
const askAgainMs = 60_000;

/**
 * Fields that have only integers, as the Django system wrote the words of registers. InfluxDB refuses a value of
 * another type in the same shard; in later shards, queries over both types fail. Whole numbers therefore go on as
 * integers there.
 */
export class IntegerFields {
  readonly #typesOf: (measurements: readonly string[]) => Promise<readonly TypedField[]>;
  /** By measurement, for those that were asked about. */
  readonly #byMeasurement = new Map<string, ReadonlySet<string>>();
  #mayAskFromMs = Number.NEGATIVE_INFINITY;

  constructor(typesOf: (measurements: readonly string[]) => Promise<readonly TypedField[]>) {
    this.#typesOf = typesOf;
  }

  has(measurement: string, field: string): boolean {
    return this.#byMeasurement.get(measurement)?.has(field) ?? false;
  }

  /** Asks about the measurements that are new. @throws SampleStoreUnavailable */
  async learn(samples: readonly StorableSample[]): Promise<void> {
    const newMeasurements = new Set<string>();
    for (const { measurement } of samples)
      if (!this.#byMeasurement.has(measurement)) newMeasurements.add(measurement);
    if (newMeasurements.size === 0 || performance.now() < this.#mayAskFromMs) return;
    const measurements = [...newMeasurements];
    for (let from = 0; from < measurements.length; from += measurementsTogether) {
      const some = measurements.slice(from, from + measurementsTogether);
      const fields = await this.#typesOf(some).catch((error: unknown) => {
        if (!isForbidden(error)) throw error;
        this.#mayAskFromMs = performance.now() + askAgainMs;
        return undefined;
      });
      if (fields === undefined) return;
      for (const measurement of some) this.#byMeasurement.set(measurement, integersOf(measurement, fields));
    }
  }
}

function integersOf(measurement: string, fields: readonly TypedField[]): Set<string> {
  const integers = new Set<string>();
  const others = new Set<string>();
  for (const { measurement: of, field, type } of fields) {
    if (of === measurement) (type === 'integer' ? integers : others).add(field);
  }
  for (const field of others) integers.delete(field);
  return integers;
}

/** Whether the server forbids asking: a token that may only write is good enough for everything else. */
function isForbidden(error: unknown): boolean {
  return error instanceof SampleStoreUnavailable && (error.code === '401' || error.code === '403');
}
