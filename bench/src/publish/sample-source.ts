import {
  encodeSample,
  type OutgoingSample,
  type PointValue,
  type Sample,
  sampleVersion,
} from '@holdfast/shared/contracts/sample/sample.ts';
import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { ReportFilter } from '../../../services/collector/src/samples/report-filter.ts';
import { sampleWriter } from '../../../services/collector/src/samples/sample-of-tick.ts';
import { TickReadings } from '../../../services/collector/src/samples/tick-readings.ts';
import { ValueKeys } from '../../../services/collector/src/samples/value-keys.ts';
import { InvalidMeasurement } from '../benchmark.ts';

export interface SampleShape {
  readonly devices: number;
  readonly valuesPerSample: number;
}

/** Values as a device would give them, one set for each device; from round to round only the tick differs. */
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

/** Tick of the first message. */
const firstTick = 1;

/** The sample that a collector makes of the values of one tick of one device. */
export function sampleOf(values: Record<string, PointValue>, device: number, tick: number): Sample {
  const periodMs = 1_000;
  return {
    v: sampleVersion,
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
    since_tick: firstTick,
    time: tick * periodMs,
    read_at: tick * periodMs + 12,
    values: { ...values },
  };
}

/**
 * The same samples by device, made as a collector makes them: by the parts that take decoded values one after the other.
 * @throws InvalidMeasurement when they are not the same
 */
export function sampleWriters(
  decoded: readonly Record<string, PointValue>[],
): ((tick: number) => OutgoingSample)[] {
  return decoded.map((values, index) => {
    const about = sampleOf({}, index, 0);
    const list = Object.values(values);
    const keys = new ValueKeys(Object.keys(values).map((code) => ({ code })) as PointConfig[]);
    const readings = new TickReadings(keys, new ReportFilter([]));
    const sampleFrom = sampleWriter({
      sessionId: about.session,
      epoch: about.epoch,
      collectorId: about.collector,
      taskId: about.task,
      device: { id: about.device_id, code: about.device, site_code: about.site } as DeviceConfig,
      periodMs: about.period_ms,
    });
    const write = (tick: number): OutgoingSample => {
      const timeMs = tick * about.period_ms;
      readings.begin(timeMs);
      // By position, as a driver does.
      for (let at = 0; at < list.length; at += 1) {
        const value = list[at] as PointValue;
        if (typeof value === 'number') readings.number(at, value, 0);
        else readings.other(at, value, 0);
      }
      const readAtMs = timeMs + 12;
      return sampleFrom({
        tick,
        readAtMs,
        readings,
        miss: undefined,
        lacking: undefined,
        wasAsked: true,
        latenessMs: 0,
      });
    };
    const text = new TextDecoder().decode(write(firstTick).message);
    if (text !== encodeSample(sampleOf(values, index, firstTick)))
      throw new InvalidMeasurement(`another message than expected: ${text}`);
    return write;
  });
}
