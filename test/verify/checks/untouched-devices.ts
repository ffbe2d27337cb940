import { versionAt } from '@holdfast/shared/domain/session/config-legs.ts';
import type { SessionReconfigured } from '@holdfast/shared/domain/session/events.ts';
import type { History, Violation } from '../history.ts';
import { type ReadingSeries, readingSeries } from '../reading-series.ts';
import { legsOf, type SessionHistory, type Stored, sessionHistories } from '../session-histories.ts';
import type { Tolerances } from '../tolerances.ts';

/**
 * C2: a device that the versions before and after a change read alike is read on by the same reader, who leaves no tick
 * out. A restart, or a lease that is held again, starts it over under the same epoch too: these are recognised by the
 * other devices of the collector, all of which they start over, and by the version that the device is read by.
 */
export function untouchedDevices(
  history: History,
  tolerances: Pick<Tolerances, 'clockMs' | 'stopMs'>,
): Violation[] {
  const changed = new Map(
    [...sessionHistories(history)].filter(([, { lifecycle }]) => lifecycle.some(isChange)),
  );
  if (changed.size === 0) return [];
  const series = readingSeries(history.samples);
  const byCollector = Map.groupBy(series, ({ collector }) => collector);
  const ofChanged = series.filter(({ session }) => changed.has(session));
  const byDevice = Map.groupBy(ofChanged, ({ session, device, epoch }) => `${session}/${device}/${epoch}`);
  return [...byDevice.values()].flatMap((ofDevice) => {
    const inOrder = ofDevice.toSorted((one, other) => beginsMs(one) - beginsMs(other));
    return inOrder.slice(1).flatMap((next, index): Violation[] => {
      const former = inOrder[index];
      const session = changed.get(next.session);
      if (!former || !session) return [];
      const others = byCollector.get(next.collector) ?? [];
      const what = problem({ former, next }, { session, others, configs: history.configs, ...tolerances });
      return what ? [{ invariant: 'C2', subject: `${next.session}/${next.device}`, what }] : [];
    });
  });
}

/** Two readers of a device, one after the other, under the same epoch. */
interface Succession {
  readonly former: ReadingSeries;
  readonly next: ReadingSeries;
}

interface SessionEvidence extends Pick<Tolerances, 'clockMs' | 'stopMs'> {
  readonly session: SessionHistory;
  readonly configs: History['configs'];
  /** All series of the collector. */
  readonly others: readonly ReadingSeries[];
}

type Change = Stored<SessionReconfigured>;

function problem(pair: Succession, context: SessionEvidence): string | undefined {
  const { former, next } = pair;
  const { last } = former;
  // It was kept from an endpoint that others use in another way, and gets it when they have left.
  if (last.sample.miss?.cause === 'connection' && !last.sample.values) return undefined;
  const changes = changesAround(pair, context);
  const change = changes.findLast((each) => isFirstOf(each, next)) ?? changes.at(-1);
  if (!change || !isUnderWay(pair, changes, context)) return undefined;
  const { sinceTick, epoch, first } = next;
  const { from, configVersion, effectiveAt } = change.event;
  const lacking = Math.max(0, sinceTick - 1 - (last.sample.through_tick ?? last.sample.tick));
  return (
    `is read anew from tick ${sinceTick} on (SAMPLES ${first.sequence}) under the same epoch ${epoch}` +
    `${lacking > 0 ? `, ${lacking} ticks before it missing` : ''}: ` +
    `the change from version ${from.configVersion} to ${configVersion} at ${effectiveAt} (${change.sequence}) does not touch it`
  );
}

/** The changes that its holder may have heard of between the two; none where any of them touches the device. */
function changesAround(
  { former, next }: Succession,
  { session, configs, clockMs, stopMs }: SessionEvidence,
): Change[] {
  const { device, epoch, periodMs } = next;
  const { tick, read_at: lastReadMs } = former.last.sample;
  const nextReadMs = next.first.sample.read_at;
  const heldMs = Math.min(tick * former.periodMs, lastReadMs, nextReadMs);
  const earliestMs = heldMs - periodMs - stopMs;
  const latestMs = nextReadMs + clockMs;
  const around = session.lifecycle.filter((event) => {
    const untilMs = isChange(event) ? Math.max(event.storedAtMs, effectiveMs(event)) : event.storedAtMs;
    return event.storedAtMs <= latestMs && untilMs >= earliestMs;
  });
  const changes = around.filter(isChange);
  const placed = session.placements.find(({ sequence }) => sequence === epoch)?.event;
  const placedVersion = placed?.type === 'session.assigned' ? placed.configVersion : undefined;
  const versions = [
    former.last.sample.config_version ?? placedVersion,
    next.first.sample.config_version ?? placedVersion,
    versionAt(legsOf(session), heldMs),
    ...around.map(({ event }) => event.configVersion),
    ...changes.map(({ event }) => event.from.configVersion),
  ];
  const readings = versions.map((version) => {
    const { devices = [] } = configs.get(`${session.taskId}/${version}`) ?? {};
    return devices.find(({ code }) => code === device)?.reading;
  });
  const [reading] = readings;
  return reading !== undefined && readings.every((each) => each === reading) ? changes : [];
}

/** Whether the session was read on, by a collector that neither was restarted nor had lost its lease. */
function isUnderWay(pair: Succession, changes: readonly Change[], context: SessionEvidence): boolean {
  const { former, next } = pair;
  const isAtChange = changes.some((change) => isFirstOf(change, next));
  const isReadOn = context.others.some((other) => {
    const isOfSession = other.session === next.session && other.epoch === next.epoch;
    return other !== next && (isOfSession || isAtChange) && goesOn(other, former, next);
  });
  return isReadOn || isPlannedAnew(pair, changes, context);
}

/** Whether a series was there when the former one ended, and after the next one had begun. */
function goesOn({ second, last }: ReadingSeries, former: ReadingSeries, next: ReadingSeries): boolean {
  const nextReadMs = next.first.sample.read_at;
  const formerReadMs = Math.min(former.last.sample.read_at, nextReadMs);
  return (
    second !== undefined &&
    second.sample.read_at <= formerReadMs &&
    last.sample.read_at >= nextReadMs &&
    last.sequence > next.first.sequence &&
    // A reading that was on its way when its reader ended may come after that.
    last.sample.tick * last.sample.period_ms >= next.first.sample.tick * next.first.sample.period_ms
  );
}

/**
 * Whether it is read by the new version from its very first tick on. A reader that begins a session then goes on from the
 * former version, and reads by the new one alone only when the longest tick that may be the former one's is over.
 */
function isPlannedAnew(
  { former, next }: Succession,
  changes: readonly Change[],
  { configs, session, clockMs }: SessionEvidence,
): boolean {
  const { config_version: readBy, read_at: readMs } = next.first.sample;
  const lastEvent = session.lifecycle.findLast(({ storedAtMs }) => storedAtMs <= readMs + clockMs);
  const change = changes.find(({ sequence }) => sequence === lastEvent?.sequence);
  if (!change || !isFirstOf(change, next)) return false;
  const { taskId, from, configVersion } = change.event;
  const periods = [from.configVersion, configVersion].flatMap(
    (version) => configs.get(`${taskId}/${version}`)?.devices.map(({ periodMs }) => periodMs) ?? [],
  );
  return (
    readBy === configVersion &&
    former.last.sample.config_version !== readBy &&
    readMs < effectiveMs(change) + Math.max(...periods)
  );
}

function isFirstOf(change: Change, { sinceTick, periodMs }: ReadingSeries): boolean {
  return sinceTick === Math.ceil(effectiveMs(change) / periodMs);
}

function isChange(event: SessionHistory['lifecycle'][number]): event is Change {
  return event.event.type === 'session.reconfigured';
}

function effectiveMs({ event }: Change): number {
  return Date.parse(event.effectiveAt);
}

function beginsMs({ sinceTick, periodMs }: ReadingSeries): number {
  return sinceTick * periodMs;
}
