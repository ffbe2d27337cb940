import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { type Stretch, without } from '../strip/stretch.ts';

/**
 * Parts of a ribbon:
 * - `stored`: every due tick is there
 * - `gap`: ticks are missing, and this is over
 * - `now`, `now-some`: ticks of all devices, or of some, are missing and this continues
 * - `refused`: the database refused values
 * - `paused`, `over`: nothing was due
 */
export type RibbonKind = 'stored' | 'gap' | 'now' | 'now-some' | 'refused' | 'paused' | 'over';

export interface RibbonPart {
  readonly kind: RibbonKind;
  /** From 0, the beginning of the time shown, to 1, its end. */
  readonly from: number;
  readonly to: number;
}

export interface RibbonTime {
  readonly from: string;
  readonly to: string;
  /** When the server read it. */
  readonly as_of: string;
  readonly bucket_seconds: number;
}

type RibbonSession = Pick<SessionSummary, 'attention' | 'ribbon'>;

const ofAllDevices = new Set([
  'failed',
  'awaiting_recovery',
  'waiting',
  'not_read',
  'not_stored',
  'devices_failing',
]);

/** The parts of a session's ribbon, in order; adjacent parts of the same kind are joined. */
export function ribbonParts({ attention, ribbon }: RibbonSession, time: RibbonTime): RibbonPart[] {
  if (ribbon === null) return [];
  const begin = Date.parse(time.from);
  const length = Math.max(1, Date.parse(time.to) - begin);
  const step = (time.bucket_seconds * 1_000) / length;
  const place = (moment: string) => Math.min(1, Math.max(0, (Date.parse(moment) - begin) / length));

  const missing = new Map<number, number>();
  for (const { bucket, ticks } of ribbon.missing) missing.set(bucket, (missing.get(bucket) ?? 0) + ticks);
  const quarantinedTicks = new Map(ribbon.quarantined.map(({ bucket, ticks }) => [bucket, ticks]));
  const share = (bucket: number) => (missing.get(bucket) ?? 0) / Math.max(1, ribbon.expected[bucket] ?? 0);

  const parts: RibbonPart[] = [];
  for (const { bucket, end } of ticked(ribbon.expected)) {
    const [from, to] = [bucket * step, Math.min(1, end * step)];
    if (from >= to) continue;
    const lostShare = share(bucket);
    if (lostShare >= 1) {
      parts.push({ kind: 'gap', from, to });
      continue;
    }
    parts.push({ kind: (quarantinedTicks.get(bucket) ?? 0) > 0 ? 'refused' : 'stored', from, to });
    if (lostShare > 0)
      parts.push(...holeWithin({ from, to }, lostShare, share(bucket - 1), share(bucket + 1)));
  }
  // A bucket has ticks as soon as one was due in it; at its edges the session's own life decides.
  const life = ribbon.life
    .filter(({ state }) => state !== 'running')
    .map(
      ({ state, from, to }): RibbonPart => ({
        kind: state === 'paused' ? 'paused' : 'over',
        from: place(from),
        to: place(to),
      }),
    );
  const isLive = Date.parse(time.as_of) - Date.parse(time.to) < liveMs;
  const now = partOfNow(attention[0], place, isLive);
  return mergeParts(
    [...without(parts, [...life, ...now]), ...life, ...now].filter(({ from, to }) => to > from),
  );
}

/** Buckets with ticks. A tick stands for the time until the next one, even if the period is longer than a bucket. */
function ticked(expected: readonly number[]): { bucket: number; end: number }[] {
  const buckets = expected.flatMap((ticks, bucket) => (ticks === 0 ? [] : [bucket]));
  const ends = buckets.slice(1);
  const widest = Math.max(1, ...ends.map((end, index) => end - (buckets[index] ?? end)));
  return buckets.map((bucket, index) => ({ bucket, end: ends[index] ?? bucket + widest }));
}

/** The smallest share of the ribbon that can still be seen. */
const least = 0.01;
/** A ribbon that ends less than this ago ends now: its last seconds are on their way. */
const liveMs = 120_000;

/**
 * A loss that continues. It reaches to the end of the ribbon, and is visible there however recently it began, unless the
 * ribbon shows a past time.
 */
function partOfNow(
  worst: RibbonSession['attention'][number] | undefined,
  place: (moment: string) => number,
  isLive: boolean,
): RibbonPart[] {
  if (worst === undefined) return [];
  const from = Math.min(worst.since === null ? 1 : place(worst.since), isLive ? 1 - least : 1);
  if (ofAllDevices.has(worst.code)) return [{ kind: 'now', from, to: 1 }];
  return worst.code === 'some_devices_failing' ? [{ kind: 'now-some', from, to: 1 }] : [];
}

/** A hole as long as the missing time. Its place is unknown: next to a neighbour that misses all, else in the middle. */
function holeWithin({ from, to }: Stretch, lostShare: number, before: number, after: number): RibbonPart[] {
  const length = (to - from) * lostShare;
  const start = before >= 1 ? from : after >= 1 ? to - length : (from + to - length) / 2;
  return [{ kind: 'gap', from: start, to: start + length }];
}

function mergeParts(parts: readonly RibbonPart[]): RibbonPart[] {
  const all: RibbonPart[] = [];
  const inOrder = [...parts].sort((one, other) => one.from - other.from || order(one) - order(other));
  for (const part of inOrder) {
    const index = all.findLastIndex(({ kind }) => kind === part.kind);
    const last = all[index];
    if (last && part.from - last.to < 1e-6) all[index] = { ...last, to: Math.max(last.to, part.to) };
    else all.push(part);
  }
  // Holes come last, so that they are drawn over their surroundings.
  return all.sort((one, other) => order(one) - order(other) || one.from - other.from);
}

function order({ kind }: RibbonPart): number {
  return ['over', 'paused', 'stored', 'refused', 'gap', 'now-some', 'now'].indexOf(kind);
}
