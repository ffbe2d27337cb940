import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import type { Storing } from '@holdfast/shared/contracts/http/session-http.ts';
import type { RefusedValues } from '@holdfast/shared/contracts/sink-status.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { PollingPlan } from '../../configuration/polling-plans.ts';
import { BrokerUnavailable, type SettledSamples, type Sinks } from '../../ports.ts';
import { isAlive } from '../../system/sinks-view.ts';

export interface StoringSources {
  readonly coverage: Pick<TickCoverage, 'newest'>;
  readonly settled: SettledSamples;
  readonly sinks: Pick<Sinks, 'statuses'>;
}

/** A session that runs. */
export interface StoredSession {
  readonly sessionId: string;
  /** When its placement began; undefined while it has none. */
  readonly placedMs: number | undefined;
  /** Undefined when its configuration cannot be read. */
  readonly plan: PollingPlan | undefined;
  readonly freshWithinMs: number;
}

const dayMs = 86_400_000;
/** No tick of a period that is allowed is rarer. */
const daysLookedBack = 8;

/** A broker that works answers within milliseconds; one that hangs would keep whoever asks for seconds. */
const patienceMs = 1_000;

const unknown = (detail: string): Storing => ({ state: 'unknown', detail, last_stored: null, refused: [] });

/**
 * Judges by what is on record of each session, not by what it has published or what went to quarantine. Never throws for what
 * cannot be asked: that is unknown.
 */
export async function storingOfSessions(
  { coverage, settled, sinks }: StoringSources,
  sessions: readonly StoredSession[],
  now: Date,
): Promise<ReadonlyMap<string, Storing>> {
  const nowMs = now.getTime();
  const all = (each: (session: StoredSession) => Storing) =>
    new Map(sessions.map((session) => [session.sessionId, each(session)]));
  try {
    const writers = (await within(patienceMs, sinks.statuses())).filter((status) => isAlive(status, nowMs));
    if (writers.length === 0) return all(() => unknown(noWriter));
    if (!writers.every((writer) => writer.records_ticks)) {
      return all(() => unknown('not every writer records what becomes of ticks: give each DATABASE_URL'));
    }
    const refused = Map.groupBy(
      writers.flatMap((writer) => writer.refused),
      ({ session }) => session,
    );
    // Asked first: what is on record by then is in the record that is read afterwards.
    const { beforeMs } = await settled.now();
    const asked = sessions.flatMap(({ sessionId, plan }) =>
      (plan?.devices ?? []).map(({ code }) => ({ sessionId, deviceCode: code })),
    );
    const newest = Map.groupBy(
      await coverage.newest(asked, nowMs - daysLookedBack * dayMs),
      ({ sessionId }) => sessionId,
    );
    return all((session) => {
      const { plan, sessionId } = session;
      if (!plan) return unknown('its configuration cannot be read');
      const periods = new Map(plan.devices.map(({ code, periodMs }) => [code, periodMs]));
      const times = (newest.get(sessionId) ?? []).map(
        ({ deviceCode, tick }) => tick * (periods.get(deviceCode) ?? plan.periodMs),
      );
      const storedMs = times.length === 0 ? undefined : Math.max(...times);
      return judge(session, { storedMs, settledMs: beforeMs, nowMs, refused: refused.get(sessionId) ?? [] });
    });
  } catch (error) {
    if (error instanceof BrokerUnavailable)
      return all(() => unknown('the broker cannot be asked: see whether NATS answers'));
    if (error instanceof SampleStoreUnavailable)
      return all(() => unknown('the record cannot be read: see whether PostgreSQL answers'));
    throw error;
  }
}

async function within<T>(ms: number, asked: Promise<T>): Promise<T> {
  const answered = new AbortController();
  const late = pause(systemTimers, ms, answered.signal).then(() => {
    throw new BrokerUnavailable(`no answer within ${ms} ms`);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    late.catch(() => undefined);
    asked.catch(() => undefined);
    answered.abort();
  }
}

export function judge(
  { placedMs, freshWithinMs }: Pick<StoredSession, 'placedMs' | 'freshWithinMs'>,
  at: {
    /** Scheduled time of the youngest tick on record. */
    readonly storedMs: number | undefined;
    /** All that was sent for ticks before then is on record by now, or never. */
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
  const why = refused.length > 0 ? `: ${inWords(refused)}` : '';
  // A placement that has just begun has nothing on record yet.
  const sinceMs = Math.max(storedMs ?? Number.NEGATIVE_INFINITY, placedMs ?? nowMs);
  if (settledMs - sinceMs > freshWithinMs) {
    const since = about.last_stored === null ? '' : ` since ${about.last_stored}`;
    return {
      ...about,
      state: 'not_stored',
      detail: `it is read, but nothing of it is stored${since}${why || '. GET /api/system/quarantine/ may say why'}`,
    };
  }
  if (refused.length > 0) {
    return { ...about, state: 'refused_in_part', detail: `values of it go to quarantine${why}` };
  }
  if (storedMs === undefined || nowMs - storedMs > freshWithinMs) {
    return { ...about, state: 'unknown', detail: onItsWay(nowMs - settledMs) };
  }
  return { ...about, state: 'stored', detail: 'what it reads is stored' };
}

const noWriter =
  'no writer is alive: what is read waits in the stream. Start it, or see in its log why it does not report';

function onItsWay(behindMs: number): string {
  const lag = Number.isFinite(behindMs) ? `, and the writer is ${Math.round(behindMs / 1_000)} s behind` : '';
  return `what it has read lately may still be on its way${lag}: GET /api/system/sinks/ says what holds it up`;
}

const namedAtMost = 3;

function inWords(refused: readonly RefusedValues[]): string {
  const named = refused
    .slice(0, namedAtMost)
    .map(
      ({ device, reason, points }) => `${device}, ${points} ${points === 1 ? 'point' : 'points'} (${reason})`,
    );
  const more = refused.length - named.length;
  return named.join('; ') + (more > 0 ? ` and ${more} more devices` : '');
}
