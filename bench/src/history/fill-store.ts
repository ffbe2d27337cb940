import {
  type SampleStore,
  SampleStoreUnavailable,
  type StorableSample,
} from '@holdfast/sample-store/sample-store.ts';
import { InvalidMeasurement } from '../benchmark.ts';
import { SeededRandom } from '../seeded-random.ts';

/** 2026-01-01T00:00:00Z */
export const firstTimeMs = 1_767_225_600_000;
export const dayMs = 86_400_000;
export const secondsOfDay = 86_400;
export const sessionId = '1-1';

export interface StoredPlant {
  readonly devices: number;
  readonly points: number;
  readonly days: number;
}

export const deviceCode = (device: number): string => `press_${device}`;
export const pointCode = (point: number): string => `point_${point}`;

/** One batch, as the writer makes them. */
const samplesTogether = 1_000;
/** While the database works on one batch the next is made. */
const writesAtOnce = 2;

/**
 * Fills the store by its own write path, every device once a second, in the order of time: so values of one point lie as
 * far apart in the files as they do in a plant.
 * @throws InvalidMeasurement
 */
export async function fillStore(
  store: SampleStore,
  { devices, points, days }: StoredPlant,
  progress: (text: string) => void,
): Promise<void> {
  const random = new SeededRandom(1);
  const codes = Array.from({ length: points }, (_, point) => pointCode(point));
  const underWay = new Set<Promise<void>>();
  let failure: unknown;
  let batch: StorableSample[] = [];
  const send = async (): Promise<void> => {
    const samples = batch;
    batch = [];
    while (underWay.size >= writesAtOnce) await Promise.race(underWay);
    if (failure) throw failure;
    const writing: Promise<void> = writeAll(store, samples)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => underWay.delete(writing));
    underWay.add(writing);
  };
  for (let tick = 0; tick < days * secondsOfDay; tick++) {
    if (tick > 0 && tick % (secondsOfDay / 4) === 0) {
      progress(`${tick / secondsOfDay} of ${days} days stored`);
    }
    const time = firstTimeMs + tick * 1_000;
    for (let device = 0; device < devices; device++) {
      const values: Record<string, number> = {};
      for (const code of codes) values[code] = random.below(100_000) / 8;
      batch.push({
        session: sessionId,
        epoch: 7,
        task: '1',
        device: deviceCode(device),
        site: 'north',
        measurement: deviceCode(device),
        tick: time / 1_000,
        period_ms: 1_000,
        time,
        values,
      });
      if (batch.length === samplesTogether) await send();
    }
  }
  if (batch.length > 0) await send();
  await Promise.all(underWay);
  if (failure) throw failure;
}

async function writeAll(store: SampleStore, samples: readonly StorableSample[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const outcome = await store.write(samples);
      if (outcome.kind === 'rejected') throw new InvalidMeasurement(outcome.reason);
      return;
    } catch (error) {
      // Perhaps a deadlock of two writers on the record of ticks, or a machine that is busy elsewhere.
      if (!(error instanceof SampleStoreUnavailable) || attempt === 10) throw error;
    }
  }
}
