import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import type { Storing } from '@holdfast/shared/contracts/http/session-http.ts';
import type { RefusedValues } from '@holdfast/shared/contracts/sink-status.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { PollingPlan } from '../../configuration/polling-plans.ts';
import { BrokerUnavailable, type SettledSamples, type Sinks } from '../../ports.ts';
import { localize } from '../../problems/localize.ts';
import { isAlive } from '../../system/sinks-view.ts';
import { sessionsText } from '../texts.ts';

export interface StoringSources {
  readonly coverage: Pick<TickCoverage, 'newest'>;
  readonly settled: SettledSamples;
  readonly sinks: Pick<Sinks, 'statuses'>;
  /** By how much longer an answer of the broker takes than over a quick link. */
  readonly slownessMs: () => number;
}

/** A running session. */
export interface StoredSession {
  readonly sessionId: string;
  /** When its placement began, or undefined while it has none. */
  readonly placedMs: number | undefined;
  /** Undefined when its configuration cannot be read. */
  readonly plan: PollingPlan | undefined;
  readonly freshWithinMs: number;
}

const dayMs = 86_400_000;
/** No allowed period is longer than this. */
const daysLookedBack = 8;

/** Over a quick link a working broker answers within milliseconds; one that hangs would block callers for seconds. */
const patienceMs = 1_000;
/** Statuses are listed, then read. */
const roundTrips = 2;

const unknown = (detail: string): Storing => ({ state: 'unknown', detail, last_stored: null, refused: [] });

/**
 * Judges whether sessions are stored by their ticks on record, not by samples published or quarantined.
 * Never throws for a source that cannot be asked: the outcome is then unknown.
 */
export async function storingOfSessions(
  { coverage, settled, sinks, slownessMs }: StoringSources,
  sessions: readonly StoredSession[],
  now: Date,
): Promise<ReadonlyMap<string, Storing>> {
  const nowMs = now.getTime();
  const all = (each: (session: StoredSession) => Storing) =>
    new Map(sessions.map((session) => [session.sessionId, each(session)]));
  try {
    const withinMs = patienceMs + roundTrips * slownessMs();
    const writers = (await within(withinMs, sinks.statuses())).filter((status) => isAlive(status, nowMs));
    if (writers.length === 0) return all(() => unknown(noWriter()));
    if (!writers.every((writer) => writer.records_ticks)) {
      return all(() => unknown(localize(sessionsText('not_every_writer_records_what_becomes'))));
    }
    const refused = Map.groupBy(
      writers.flatMap((writer) => writer.refused),
      ({ session }) => session,
    );
    // Asked before the record is read, so that the record contains everything settled by then.
    const { beforeMs } = await settled.now();
    const devices = sessions.flatMap(({ sessionId, plan }) =>
      (plan?.devices ?? []).map(({ code }) => ({ sessionId, deviceCode: code })),
    );
    const newest = Map.groupBy(
      await coverage.newest(devices, nowMs - daysLookedBack * dayMs),
      ({ sessionId }) => sessionId,
    );
    return all((session) => {
      const { plan, sessionId } = session;
      if (!plan) return unknown(localize(sessionsText('its_configuration_cannot_be_read')));
      const times = (newest.get(sessionId) ?? []).map(({ timeMs }) => timeMs);
      const storedMs = times.length === 0 ? undefined : Math.max(...times);
      return judge(session, { storedMs, settledMs: beforeMs, nowMs, refused: refused.get(sessionId) ?? [] });
    });
  } catch (error) {
    if (error instanceof BrokerUnavailable)
      return all(() => unknown(localize(sessionsText('the_broker_cannot_be_asked_see'))));
    if (error instanceof SampleStoreUnavailable)
      return all(() => unknown(localize(sessionsText('the_record_cannot_be_read_see'))));
    throw error;
  }
}

/** The part of this that is about some of the session's devices. */
export function storingOf(storing: Storing, has: (deviceCode: string) => boolean): Storing {
  const refused = storing.refused.filter(({ device }) => has(device));
  if (refused.length === storing.refused.length) return storing;
  if (storing.state === 'not_stored')
    return { ...storing, refused, detail: notStored({ ...storing, refused }) };
  if (storing.state !== 'refused_in_part') return { ...storing, refused };
  return refused.length === 0
    ? stored(storing.last_stored)
    : { ...storing, refused, detail: refusedInPart(refused) };
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const answering = new AbortController();
  const late = pause(systemTimers, ms, answering.signal).then(() => {
    throw new BrokerUnavailable(`no answer within ${ms} ms`);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    late.catch(() => undefined);
    answer.catch(() => undefined);
    answering.abort();
  }
}

export function judge(
  { placedMs, freshWithinMs }: Pick<StoredSession, 'placedMs' | 'freshWithinMs'>,
  at: {
    /** Scheduled time of the youngest tick on record. */
    readonly storedMs: number | undefined;
    /** Whatever was sent for ticks before this time is on record by now, or never will be. */
    readonly settledMs: number;
    readonly nowMs: number;
    readonly refused: readonly RefusedValues[];
  },
): Storing {
  const { storedMs, settledMs, nowMs, refused } = at;
  const about = {
    last_stored: storedMs === undefined ? null : new Date(storedMs).toISOString(),
    refused: [...refused],
  };
  // A placement that has just begun has nothing on record yet.
  const sinceMs = Math.max(storedMs ?? Number.NEGATIVE_INFINITY, placedMs ?? nowMs);
  if (settledMs - sinceMs > freshWithinMs) {
    return { ...about, state: 'not_stored', detail: notStored(about) };
  }
  if (refused.length > 0) return { ...about, state: 'refused_in_part', detail: refusedInPart(refused) };
  if (storedMs === undefined || nowMs - storedMs > freshWithinMs) {
    return { ...about, state: 'unknown', detail: onItsWay(nowMs - settledMs) };
  }
  return stored(about.last_stored);
}

function stored(last: string | null): Storing {
  const detail = localize(sessionsText('what_it_reads_is_stored'));
  return { state: 'stored', detail, last_stored: last, refused: [] };
}

function notStored({ last_stored: last, refused }: Pick<Storing, 'last_stored' | 'refused'>): string {
  const why = refused.length > 0 ? refusedWhy(refused) : sessionsText('quarantine_may_say_why');
  return localize(
    last === null
      ? sessionsText('nothing_stored', { why })
      : sessionsText('nothing_stored_since', { last, why }),
  );
}

function refusedInPart(refused: readonly RefusedValues[]): string {
  return localize(sessionsText('values_of_it_go_to_quarantine', { why: refusedWhy(refused) }));
}

const refusedWhy = (refused: readonly RefusedValues[]) =>
  sessionsText('refused', { refused: inWords(refused) });

const noWriter = () => localize(sessionsText('no_writer_is_alive'));

function onItsWay(behindMs: number): string {
  if (!Number.isFinite(behindMs)) return localize(sessionsText('on_its_way'));
  return localize(sessionsText('on_its_way_behind', { lag: Math.round(behindMs / 1_000) }));
}

const namedAtMost = 3;

function inWords(refused: readonly RefusedValues[]): string {
  const firstRefused = refused
    .slice(0, namedAtMost)
    .map(({ device, reason, points }) =>
      localize(
        points === 1
          ? sessionsText('refused_point', { device, reason })
          : sessionsText('refused_points', { device, points, reason }),
      ),
    );
  const more = refused.length - firstRefused.length;
  const rest = more > 0 ? localize(sessionsText('and_more_devices', { more })) : '';
  return firstRefused.join(localize(sessionsText('semicolon'))) + rest;
}
