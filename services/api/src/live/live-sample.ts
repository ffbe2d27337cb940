import type { LiveSample } from '@holdfast/shared/contracts/http/live-http.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { GrantedSites } from '../access/granted-sites.ts';

export interface LiveFilter {
  /** Codes; empty for all. */
  readonly devices: ReadonlySet<string>;
  readonly points: ReadonlySet<string>;
  /** Sites of the devices, as they were when they were read. */
  readonly sites: GrantedSites;
}

/** The part of a sample for a client that asked for these devices and points; undefined for none. */
export function liveSample(
  sequence: number,
  sample: Sample,
  { devices, points, sites }: LiveFilter,
): LiveSample | undefined {
  if (sites !== 'everywhere' && !sites.includes(sample.site)) return undefined;
  if (devices.size > 0 && !devices.has(sample.device)) return undefined;
  const isWanted = (code: string): boolean => points.size === 0 || points.has(code);
  const values = Object.entries({ ...sample.values, ...sample.integers }).filter(([code]) => isWanted(code));
  // Without any a device was read, and nothing of it had changed enough to be sent: that it answers is news for who follows all of it.
  if (values.length === 0 && !sample.miss && points.size > 0) return undefined;
  return {
    sequence,
    session_id: sample.session,
    task_id: sample.task,
    device_id: sample.device_id,
    device: sample.device,
    site: sample.site,
    collector_id: sample.collector,
    epoch: sample.epoch,
    tick: sample.tick,
    through_tick: sample.through_tick ?? sample.tick,
    period_ms: sample.period_ms,
    time: rfc3339(sample.time),
    read_at: rfc3339(sample.read_at),
    values: Object.fromEntries(values),
    uncertain: (sample.uncertain ?? []).filter(isWanted),
    miss: sample.miss ?? null,
  };
}

/** A clock that was far off may have given a time that no calendar has. */
function rfc3339(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
