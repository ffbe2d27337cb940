import type { PointValue, Sample } from '@holdfast/shared/contracts/sample.ts';

export interface SampleShape {
  readonly devices: number;
  readonly valuesPerSample: number;
}

/** Values as a device would give them, one set for each device; of those of a round only the tick differs. */
export function decodedValues({ devices, valuesPerSample }: SampleShape): Record<string, PointValue>[] {
  return Array.from({ length: devices }, (_, device) =>
    Object.fromEntries(
      Array.from({ length: valuesPerSample }, (_value, index): [string, PointValue] => [
        `temperature_zone_${index + 1}`,
        Math.round((180 + device + Math.sin(index) * 20) * 10) / 10,
      ]),
    ),
  );
}

/** What a collector makes of the values of one tick of one device. */
export function sampleOf(values: Record<string, PointValue>, device: number, tick: number): Sample {
  const periodMs = 1_000;
  return {
    v: 1,
    session: '12-01jd8gq6m7r3k5x9',
    epoch: 123_456,
    collector: 'collector-1',
    task: '12',
    device_id: String(device + 1),
    device: `press-${device + 1}`,
    site: 'hall-1',
    measurement: `press-${device + 1}`,
    tick,
    period_ms: periodMs,
    time: tick * periodMs,
    read_at: tick * periodMs + 12,
    values: { ...values },
  };
}
