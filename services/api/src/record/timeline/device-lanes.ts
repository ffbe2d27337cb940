import type { DeviceHealthChange } from '@holdfast/shared/contracts/health-change.ts';
import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { type DeviceStatus, deviceStatuses } from '@holdfast/shared/contracts/session-status.ts';
import type { Words } from '@holdfast/texts/text.ts';
import type { SessionHealth } from '../../ports.ts';
import { localize } from '../../problems/localize.ts';
import type { DeviceAccount } from '../accounting/account-for-session.ts';
import type { Buckets } from '../accounting/ribbon.ts';
import { coarsened, type Span, within } from './coarsened.ts';

type Device = Timeline['devices'][number];
type Accounted = Pick<DeviceAccount, 'device' | 'periodMs' | 'gaps'>;

/** Gaps of all devices together that are shown one by one. */
const gapsAtMost = 20_000;

/**
 * Everything known about each device: how it was, and where it has no samples. Devices come in the order of the
 * configuration, followed by those of which only the health is known.
 */
export function deviceLanes(
  accounts: readonly Accounted[],
  health: Pick<SessionHealth, 'changes' | 'latest'>,
  buckets: Buckets,
  /** The end of the session, or now; nothing is said about a device beyond this. */
  endMs: number,
): Device[] {
  const changes = Map.groupBy(health.changes, ({ device }) => device);
  const latest = new Map(health.latest.map((change) => [change.device, change]));
  const configured = Map.groupBy(accounts, ({ device }) => device);
  const others = [...changes.keys()].filter((device) => !configured.has(device)).sort();
  const gapLength = Math.max(1, (2 * accounts.length * buckets.count) / gapsAtMost) * buckets.bucketMs;
  const healthOf = (device: string) =>
    healthLane(changes.get(device) ?? [], latest.get(device), buckets, endMs);
  return [
    ...[...configured].map(([device, ofLengths]) => ({
      device,
      health: healthOf(device),
      gaps: gapsOf(ofLengths, gapLength),
    })),
    ...others.map((device) => ({ device, health: healthOf(device), gaps: [] })),
  ];
}

/**
 * The states of a device by its changes; before the first one, it was in the state from which that change came.
 * @param latest the last change of all, which shows the state if there is no other
 */
function healthLane(
  changes: readonly DeviceHealthChange[],
  latest: DeviceHealthChange | undefined,
  { fromMs, toMs, bucketMs }: Buckets,
  endMs: number,
): Device['health'] {
  const [first] = changes;
  const isKnown = latest !== undefined && Date.parse(latest.time) < fromMs;
  const before = first ? first.from : isKnown && latest.to;
  const spans: (Span & { status: DeviceStatus; detail: Words; joined: number })[] = [];
  if (before) {
    const detail = first ? '' : (latest?.detail ?? '');
    spans.push({ status: before, detail, joined: 1, fromMs, toMs: endMs });
  }
  for (const { to: status, detail, time } of changes) {
    const last = spans.at(-1);
    const timeMs = Date.parse(time);
    if (last) spans[spans.length - 1] = { ...last, toMs: Math.max(last.fromMs, timeMs) };
    spans.push({ status, detail, joined: 1, fromMs: timeMs, toMs: endMs });
  }
  const worse = (one: DeviceStatus, other: DeviceStatus) =>
    deviceStatuses.indexOf(one) > deviceStatuses.indexOf(other) ? one : other;
  return coarsened(within(spans, { fromMs, toMs }), bucketMs, (one, next) => ({
    ...next,
    fromMs: one.fromMs,
    status: worse(one.status, next.status),
    detail: worse(one.status, next.status) === next.status ? next.detail : one.detail,
    joined: one.joined + next.joined,
  })).map(({ fromMs: from, toMs: to, detail, ...rest }) => ({
    ...{ ...rest, detail: localize(detail) },
    ...{ from: isoOf(from), to: isoOf(to) },
  }));
}

/** @param accounts the accounts of one device, by tick length */
function gapsOf(accounts: readonly Accounted[], leastMs: number): Device['gaps'] {
  const spans = accounts.flatMap(({ gaps, periodMs }) =>
    gaps.map(({ from, to }) => ({
      fromMs: from * periodMs,
      toMs: (to + 1) * periodMs,
      ticks: to - from + 1,
    })),
  );
  spans.sort((one, other) => one.fromMs - other.fromMs);
  const joined = coarsened(spans, leastMs, (one, next) => ({
    fromMs: one.fromMs,
    toMs: Math.max(one.toMs, next.toMs),
    ticks: one.ticks + next.ticks,
  }));
  return joined.map(({ fromMs, toMs, ticks }) => ({ from: isoOf(fromMs), to: isoOf(toMs), ticks }));
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
