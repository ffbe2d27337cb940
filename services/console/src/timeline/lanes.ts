import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import type { Stretch } from '../strip/stretch.ts';

/**
 * Parts of a lane:
 * - `solid`: as it should be; `strong`: the same, distinct from its neighbour
 * - `hollow`: paused, nothing was due
 * - `hole`: trouble that is over; `thin`: some of it, or slow
 * - `now`: trouble that continues
 * - `several`: more than can be distinguished here
 */
export type PartKind = 'solid' | 'strong' | 'hollow' | 'hole' | 'thin' | 'now' | 'several';

export interface LanePart extends Stretch {
  readonly kind: PartKind;
  /** Text in the part where there is room, or undefined if nothing needs to be said. */
  readonly text: PartText | undefined;
}

/** The words of a part, before they are put into a language. */
export type PartText =
  | { readonly of: 'life'; readonly part: Timeline['life'][number] }
  | { readonly of: 'holder'; readonly part: Timeline['holders'][number] }
  | { readonly of: 'health'; readonly part: Timeline['devices'][number]['health'][number] }
  | { readonly of: 'gap'; readonly ticks: number };

export interface Lane {
  readonly key: string;
  readonly kind: 'life' | 'holders' | 'device' | 'missing' | 'events';
  /** Name, such as a device's. */
  readonly name: string;
  readonly parts: readonly LanePart[];
}

/** Whether a part still continues: its end is the end of what is known. */
const goesOn = (to: number, { as_of, stopped_at }: Timeline) =>
  stopped_at === null && to >= Date.parse(as_of) - 20_000;

/** The lanes of the log: what the session did, and who held it. */
export function logLanes(line: Timeline): Lane[] {
  const life = line.life.map((part): LanePart => {
    const [from, to] = times(part);
    const failedKind = goesOn(to, line) ? 'now' : 'hole';
    const kind = { running: 'solid', paused: 'hollow', failed: failedKind, stopped: 'hollow' } as const;
    return { from, to, kind: part.joined > 1 ? 'several' : kind[part.state], text: { of: 'life', part } };
  });
  const holders = line.holders.map((part, index): LanePart => {
    const [from, to] = times(part);
    const kind = part.joined > 1 ? 'several' : index % 2 === 0 ? 'solid' : 'strong';
    return { from, to, kind, text: { of: 'holder', part } };
  });
  return [
    // A session that is over shows as a hole.
    {
      key: 'life',
      kind: 'life',
      name: '',
      parts: life.filter((_, index) => line.life[index]?.state !== 'stopped'),
    },
    { key: 'holders', kind: 'holders', name: '', parts: holders },
  ];
}

/** A lane for each device, those with trouble first. */
export function deviceLanes(line: Timeline): { readonly troubledLanes: Lane[]; readonly calmLanes: Lane[] } {
  const lanes = line.devices.map((device) => {
    const health = device.health.map((part): LanePart => {
      const [from, to] = times(part);
      const trouble = part.status === 'slow' ? 'thin' : goesOn(to, line) ? 'now' : 'hole';
      return { from, to, kind: part.status === 'healthy' ? 'solid' : trouble, text: { of: 'health', part } };
    });
    const gaps = device.gaps.map((gap): LanePart => {
      const [from, to] = times(gap);
      return { from, to, kind: goesOn(to, line) ? 'now' : 'hole', text: { of: 'gap', ticks: gap.ticks } };
    });
    // A gap that trouble already covers adds nothing.
    const troubleParts = health.filter(({ kind }) => kind === 'now' || kind === 'hole');
    const overlap = (one: Stretch, other: Stretch) =>
      Math.max(0, Math.min(one.to, other.to) - Math.max(one.from, other.from));
    const others = gaps.filter(
      (gap) => troubleParts.reduce((sum, one) => sum + overlap(one, gap), 0) < 0.8 * (gap.to - gap.from),
    );
    const parts = [...health, ...others];
    return { key: `device ${device.device}`, kind: 'device' as const, name: device.device, parts };
  });
  // Trouble that all devices share is the session's: the lane of missing ticks shows it.
  const isShared = ({ from, to }: LanePart) =>
    lanes.length > 3 &&
    lanes.every(({ parts }) =>
      parts.some((part) => part.text?.of === 'gap' && part.from === from && part.to === to),
    );
  const isTroubled = ({ parts }: Lane) => parts.some((part) => part.kind !== 'solid' && !isShared(part));
  const worst = ({ parts }: Lane) => (parts.some(({ kind }) => kind === 'now') ? 0 : 1);
  return {
    troubledLanes: lanes.filter(isTroubled).sort((one, other) => worst(one) - worst(other)),
    calmLanes: lanes.filter((lane) => !isTroubled(lane)),
  };
}

/** Missing ticks of each bucket, as a share of those that were due. */
export function missingBuckets(
  line: Timeline,
): (Stretch & { readonly share: number; readonly ticks: number })[] {
  const { ticks, bucket_seconds: seconds } = line;
  if (ticks === null) return [];
  const begin = Date.parse(line.from);
  const end = Date.parse(line.to);
  const missingByBucket = new Map<number, number>();
  for (const { bucket, ticks: each } of ticks.missing)
    missingByBucket.set(bucket, (missingByBucket.get(bucket) ?? 0) + each);
  return ticks.expected.flatMap((expected, bucket) => {
    if (expected === 0) return [];
    const from = begin + bucket * seconds * 1_000;
    const missing = missingByBucket.get(bucket) ?? 0;
    return [{ from, to: Math.min(end, from + seconds * 1_000), share: missing / expected, ticks: missing }];
  });
}

/** Moments at which something happened, as far as they can be distinguished. */
export function happeningsOf(line: Timeline): number[] {
  const begin = Date.parse(line.from);
  const step = line.bucket_seconds * 1_000;
  const edges = (parts: readonly { readonly from: string; readonly to: string }[]) => parts.flatMap(times);
  const moments = [
    ...line.events.flatMap(({ bucket }) => [begin + bucket * step, begin + (bucket + 1) * step]),
    ...edges(line.life),
    ...edges(line.holders),
    ...line.devices.flatMap(({ health, gaps }) => [...edges(health), ...edges(gaps)]),
  ];
  return [...new Set(moments)].sort((one, other) => one - other);
}

export function times({ from, to }: { readonly from: string; readonly to: string }): [number, number] {
  return [Date.parse(from), Date.parse(to)];
}
