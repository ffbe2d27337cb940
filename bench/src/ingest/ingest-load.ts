import { type Sample, sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import { SeededRandom } from '../seeded-random.ts';

/** 2026-01-01T00:00:00Z */
const firstTimeMs = 1_767_225_600_000;

export interface IngestLoad {
  readonly devices: number;
  readonly points: number;
  readonly ticks: number;
}

/** The samples of a plant of `devices` with `points` numbers each in `ticks` seconds, tick by tick. */
export function* samplesOf({ devices, points, ticks }: IngestLoad): Generator<Sample> {
  const random = new SeededRandom(1);
  for (let tick = 0; tick < ticks; tick++) {
    for (let device = 0; device < devices; device++) {
      const values: Record<string, number> = {};
      for (let point = 0; point < points; point++) values[`point_${point}`] = random.below(100_000) / 8;
      const time = firstTimeMs + tick * 1_000;
      yield {
        v: sampleVersion,
        session: '0f8d3c52-6a5e-4b0f-9f0e-2d5c1c9b7a11',
        epoch: 7,
        collector: 'collector-1',
        task: 'task-1',
        device_id: `device-${device}`,
        device: `press_${device}`,
        site: 'north',
        measurement: `press_${device}`,
        tick: time / 1_000,
        period_ms: 1_000,
        time,
        read_at: time + 12,
        values,
      };
    }
  }
}
