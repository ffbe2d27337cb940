import { type Sample, sampleVersion } from '@holdfast/shared/contracts/sample.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { TickResult } from './device-poller.ts';
import { tickTimeMs } from './schedule.ts';

export interface SampleSource {
  readonly sessionId: string;
  readonly epoch: number;
  readonly collectorId: string;
  readonly taskId: string;
  readonly device: DeviceConfig;
  readonly periodMs: number;
}

/**
 * The message of one tick. Version 2 only where readers of version 1 would get it wrong: exact integers, uncertain
 * values, and ticks in which the device was read and nothing is worth sending. Of those, one that misses some points
 * has `values` without any: it was read, in part.
 */
export function sampleOfTick(source: SampleSource, result: TickResult): Sample {
  const { sessionId, epoch, collectorId, taskId, device, periodMs } = source;
  const { tick, readAtMs, values, integers, uncertain, readCount, sentCount, miss } = result;
  const isRead = readCount > 0;
  const hasIntegers = integers !== undefined;
  const integerCount = hasIntegers ? Object.keys(integers).length : 0;
  const isEmpty = isRead && sentCount === 0;
  const hasValues = sentCount > integerCount || (isRead && miss !== undefined);
  return {
    v: hasIntegers || uncertain !== undefined || isEmpty ? 2 : sampleVersion,
    session: sessionId,
    epoch,
    collector: collectorId,
    task: taskId,
    device_id: device.id,
    device: device.code,
    site: device.site_code,
    measurement: device.measurement ?? device.code,
    tick,
    period_ms: periodMs,
    time: tickTimeMs(tick, periodMs),
    read_at: readAtMs,
    ...(hasValues ? { values } : {}),
    ...(hasIntegers ? { integers } : {}),
    ...(uncertain ? { uncertain: [...uncertain] } : {}),
    ...(miss ? { miss } : {}),
  };
}
