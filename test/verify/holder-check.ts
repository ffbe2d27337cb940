import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { sourceOfSample } from '@holdfast/shared/contracts/sample/source-of-sample.ts';
import { type TaskConfig, taskConfigKey, valueCodes } from '@holdfast/shared/contracts/task-config.ts';
import type { RecordedEvent } from './history.ts';

/** Words of a sample about itself; of one that cannot be read whole there may be no more. */
export type SampleWords = Pick<Sample, 'session' | 'epoch' | 'collector' | 'task' | 'device_id'> &
  Partial<
    Pick<Sample, 'config_version' | 'device' | 'site' | 'measurement' | 'values' | 'integers' | 'uncertain'>
  >;

/**
 * Whether the log bears out what a message says of itself: SESSIONS gave that session to that collector under that epoch, the broker lets no client
 * else publish on that subject, and the snapshot has such a device with such points. Worked out from the record alone, apart from the writer's own look.
 */
export function holderCheck(
  events: readonly RecordedEvent[],
  snapshots: ReadonlyMap<string, TaskConfig>,
): (subject: string, words: SampleWords) => boolean {
  const placements = new Map(
    events.flatMap(({ sequence, decoded }) =>
      decoded.kind === 'placement' && decoded.event.type === 'session.assigned'
        ? [[sequence, decoded.event] as const]
        : [],
    ),
  );
  const had = new Set(
    events.flatMap(({ decoded }) =>
      decoded.kind === 'lifecycle' ? [`${decoded.event.sessionId}/${decoded.event.configVersion}`] : [],
    ),
  );
  return (subject, words) => {
    const source = sourceOfSample(subject, words);
    const placement = placements.get(words.epoch);
    if ((source !== 'holder' && source !== 'dropped') || !placement) return false;
    const { sessionId, taskId, collectorId } = placement;
    const { config_version: configVersion = placement.configVersion } = words;
    if (sessionId !== words.session || taskId !== words.task || collectorId !== words.collector) return false;
    if (configVersion !== placement.configVersion && !had.has(`${sessionId}/${configVersion}`)) return false;
    const snapshot = snapshots.get(taskConfigKey(taskId, configVersion));
    // A missing snapshot is reported elsewhere.
    return snapshot === undefined || fits(snapshot, words);
  };
}

function fits({ devices }: TaskConfig, words: SampleWords): boolean {
  const device = devices.find(({ id }) => id === words.device_id);
  if (!device) return false;
  const { device: code = device.code, site = device.site_code } = words;
  const { measurement = device.measurement ?? device.code } = words;
  if (code !== device.code || site !== device.site_code) return false;
  if (measurement !== (device.measurement ?? device.code)) return false;
  const codes = new Set(device.points.flatMap(valueCodes));
  const { values = {}, integers = {}, uncertain = [] } = words;
  return [...Object.keys(values), ...Object.keys(integers), ...uncertain].every((each) => codes.has(each));
}
