import type { LiveSample } from '@holdfast/shared/contracts/http/live-http.ts';
import { type Change, uncertainFlag } from '@holdfast/shared/contracts/sample/changes.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { GrantedSites } from '../access/granted-sites.ts';
import { localize } from '../problems/localize.ts';
import type { FollowedSites } from './device-sites.ts';

export interface LiveFilter {
  /** Codes; empty for all. */
  readonly devices: ReadonlySet<string>;
  readonly points: ReadonlySet<string>;
  readonly sites: GrantedSites;
  readonly siteOf: FollowedSites['siteOf'];
}

/** The part of a sample for a client that asked for these devices and points; undefined for none. */
export function liveSample(
  sequence: number,
  sample: Sample,
  { devices, points, sites, siteOf }: LiveFilter,
): LiveSample | undefined {
  const site = siteOf(sample);
  if (sites !== 'everywhere' && (site === undefined || !sites.includes(site))) return undefined;
  if (devices.size > 0 && !devices.has(sample.device)) return undefined;
  const isWanted = (code: string): boolean => points.size === 0 || points.has(code);
  const changes = Object.entries(sample.changes ?? {}).filter(
    ([code, { length }]) => length > 0 && isWanted(code),
  );
  const values = [
    ...Object.entries({ ...sample.values, ...sample.integers }).filter(([code]) => isWanted(code)),
    ...changes.map(([code, list]) => [code, lastOf(list)[1]] as const),
  ];
  const bad = Object.entries(sample.bad ?? {}).filter(([code]) => isWanted(code));
  if (sample.part !== undefined && values.length + bad.length === 0 && !sample.miss) return undefined;
  // Without values, the device was read but nothing had changed enough to be sent: its answering is news to a client
  // that follows all points.
  if (values.length + bad.length === 0 && !sample.miss && points.size > 0) return undefined;
  return {
    sequence,
    session_id: sample.session,
    task_id: sample.task,
    device_id: sample.device_id,
    device: sample.device,
    site: site ?? sample.site,
    collector_id: sample.collector,
    epoch: sample.epoch,
    tick: sample.tick,
    through_tick: sample.through_tick ?? sample.tick,
    period_ms: sample.period_ms,
    time: rfc3339(timeOf(sample, changes)),
    read_at: rfc3339(sample.read_at),
    values: Object.fromEntries(values),
    uncertain: [
      ...(sample.uncertain ?? []).filter(isWanted),
      ...changes.flatMap(([code, list]) => (isUncertain(lastOf(list)) ? [code] : [])),
    ],
    ...(changes.length === 0 ? {} : { changes: changesOf(sample.time, changes) }),
    ...(bad.length === 0 ? {} : { bad: Object.fromEntries(bad.map(([code, why]) => [code, localize(why)])) }),
    miss: sample.miss ? { ...sample.miss, detail: localize(sample.miss.detail) } : null,
  };
}

type ChangesOfPoint = readonly [code: string, changes: readonly Change[]];

function lastOf(changes: readonly Change[]): Change {
  return changes.at(-1) as Change;
}

function isUncertain([, , flags = 0]: Change): boolean {
  return (flags & uncertainFlag) !== 0;
}

/** The time of a sample; a part of a tick comes before the tick's scheduled time. */
function timeOf({ time, part }: Sample, changes: readonly ChangesOfPoint[]): number {
  if (part === undefined || changes.length === 0) return time;
  return time + Math.max(...changes.map(([, list]) => lastOf(list)[0]));
}

function changesOf(timeMs: number, changes: readonly ChangesOfPoint[]): LiveSample['changes'] {
  return Object.fromEntries(
    changes.map(([code, list]) => [
      code,
      list.map((change) => {
        const [offset, value] = change;
        return { time: rfc3339(timeMs + offset), value, uncertain: isUncertain(change) };
      }),
    ]),
  );
}

/** Empty for a time that no calendar has, as a clock that was far off may have given it. */
function rfc3339(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
