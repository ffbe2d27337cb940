import { decodeSample, type MissCause } from '@holdfast/shared/contracts/sample/sample.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { TickRange } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { InvalidMeasurement } from '../benchmark.ts';

/** Before, during and after an outage, by a tick's scheduled time. */
export interface OutageTimes {
  /** ms since 1970, as all times here. */
  readonly fromMs: number;
  readonly toMs: number;
}

export type Phase = 'before' | 'during' | 'after';
export const phases: readonly Phase[] = ['before', 'during', 'after'];

/** The samples of one device in SAMPLES, oldest first. */
export interface DeviceInStream {
  readonly session: string;
  readonly device: string;
  /** Ticks with values, rising. */
  readonly readTicks: number[];
  /** Ticks without values, by reported cause. */
  readonly missed: Map<MissCause, TickRange[]>;
}

export interface SamplesInStream {
  readonly devices: readonly DeviceInStream[];
  /** From the scheduled time of a tick to the end of its reading, ms. */
  readonly lateMs: Readonly<Record<Phase, number[]>>;
  readonly misses: Readonly<Record<Phase, Partial<Record<MissCause, number>>>>;
  /** Samples that were read during the outage and stored by the broker only afterwards. */
  readonly waited: number;
}

/**
 * Everything in SAMPLES, read once.
 * @throws InvalidMeasurement for a tick that is there twice, or behind a later one of its device
 */
export async function samplesInStream(nc: NatsConnection, outage: OutageTimes): Promise<SamplesInStream> {
  const devices = new Map<string, DeviceInStream & { last: number }>();
  const lateMs: Record<Phase, number[]> = { before: [], during: [], after: [] };
  const misses: Record<Phase, Partial<Record<MissCause, number>>> = { before: {}, during: {}, after: {} };
  let waited = 0;
  for await (const { data, storedAtMs } of readStream(nc, streamNames.samples)) {
    const decoded = decodeSample(data);
    if (!decoded.ok) throw new InvalidMeasurement(`SAMPLES: ${decoded.problem}`);
    const { session, device, tick, through_tick = tick, time, read_at, miss } = decoded.sample;
    let entry = devices.get(device);
    if (!entry) {
      entry = { session, device, readTicks: [], missed: new Map(), last: -1 };
      devices.set(device, entry);
    }
    if (tick <= entry.last) {
      throw new InvalidMeasurement(`SAMPLES has tick ${tick} of ${device} behind its tick ${entry.last}`);
    }
    entry.last = through_tick;
    const phase = time < outage.fromMs ? 'before' : time < outage.toMs ? 'during' : 'after';
    if (miss) {
      const ranges = entry.missed.get(miss.cause);
      if (ranges) ranges.push({ from: tick, to: through_tick });
      else entry.missed.set(miss.cause, [{ from: tick, to: through_tick }]);
      misses[phase][miss.cause] = (misses[phase][miss.cause] ?? 0) + through_tick - tick + 1;
      continue;
    }
    entry.readTicks.push(tick);
    lateMs[phase].push(read_at - time);
    if (read_at < outage.toMs && storedAtMs >= outage.toMs) waited += 1;
  }
  return { devices: [...devices.values()], lateMs, misses, waited };
}
