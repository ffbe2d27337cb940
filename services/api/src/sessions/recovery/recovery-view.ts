import type { RecoveryView, SessionRecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import { sql } from 'kysely';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { atSites } from '../../configuration/at-sites.ts';
import {
  findPlan,
  type PollingPlan,
  type PollingPlans,
  shortestPeriodMs,
} from '../../configuration/polling-plans.ts';
import type { Database } from '../../database/open-database.ts';
import type { LastSample, LastSamples } from '../../ports.ts';
import { localize } from '../../problems/localize.ts';
import type { LiveStatus } from '../live-status/live-status.ts';
import type { WaitingNotices } from '../live-status/waiting-notices.ts';
import type { LogGuard } from '../projection/log-guard.ts';
import { shownWords } from '../projection/placement-words.ts';
import { listSessions } from '../queries/list-sessions.ts';
import type { SessionPasts } from '../queries/session-pasts.ts';
import { sessionView } from '../queries/session-view.ts';
import { presentShare } from '../session-share.ts';
import { type StoringSources, storingOf, storingOfSessions } from '../storing/storing-of-sessions.ts';
import { sessionsText } from '../texts.ts';
import { compareSession, freshWithin, isFresh } from './compare-session.ts';
import { periodsToShow } from './period-to-show.ts';

export interface RecoverySources extends StoringSources {
  readonly database: Database;
  readonly pasts: Pick<SessionPasts, 'of'>;
  readonly plans: PollingPlans;
  readonly liveStatus: Pick<LiveStatus, 'lastWord'>;
  readonly waiting: Pick<WaitingNotices, 'of' | 'logDamages'>;
  readonly logGuard: Pick<LogGuard, 'damage'>;
  readonly lastSamples: LastSamples;
}

export type ComparedSession = SessionRecoveryView & { readonly first_sequence: number };

export interface Recovery extends Pick<RecoveryView, 'as_of' | 'log_damage' | 'unexpected_sessions'> {
  /** Every session that should run, newest first. */
  readonly sessions: readonly ComparedSession[];
}

const rowsAtOnce = 1_000;

/**
 * How long after its end a session may still have been read: its last request was under way. Samples that waited in the
 * collector's buffer come later still, but their ticks show that they were read earlier.
 */
const endingMs = 5_000;
const unexpectedWithinMs = 15_000;

/**
 * Compares all sessions at these sites.
 * @param since time before which no sample counts
 * @throws DatabaseUnavailable, BrokerUnavailable
 */
export async function recoveryView(
  sources: RecoverySources,
  sites: GrantedSites,
  since?: Date,
): Promise<Recovery> {
  const { database, liveStatus, waiting } = sources;
  const bySession = newestOfEach(await sources.lastSamples());
  const sessions: ComparedSession[] = [];
  const now = new Date();
  for (let before: number | undefined; ; ) {
    const { rows, next } = await listSessions(database, {
      statuses: ['running'],
      sites,
      limit: rowsAtOnce,
      before,
    });
    await sources.plans.prepare(rows);
    const plans = new Map<string, PollingPlan | undefined>();
    for (const row of rows) plans.set(row.session_id, await findPlan(sources.plans, row));
    const periodOf = (plan: PollingPlan | undefined) => plan && shortestPeriodMs(plan);
    const periods = new Map([...plans].map(([id, plan]) => [id, periodOf(plan)]));
    const isSilent = ({ session_id: id }: { session_id: string }) =>
      !isFresh(bySession.get(id), periods.get(id), now.getTime());
    // A session that already shows itself often enough for its present period needs no look at its former one.
    const formerPeriods = await periodsToShow(sources, rows.filter(isSilent), now.getTime());
    for (const [id, periodMs] of formerPeriods) periods.set(id, periodMs);
    const shares = new Map(
      rows.map((row) => [row.session_id, presentShare(row, plans.get(row.session_id), sites)]),
    );
    const views = new Map(
      rows.map((row) => {
        const isWhole = shares.get(row.session_id)?.isWhole ?? false;
        return [row.session_id, sessionView(row, now, waiting.of(row), isWhole)];
      }),
    );
    const storing = await storingOfSessions(
      sources,
      rows.map(({ session_id: sessionId }) => ({
        sessionId,
        placedMs: placedSince(views.get(sessionId)),
        plan: plans.get(sessionId),
        freshWithinMs: freshWithin(periods.get(sessionId)),
      })),
      now,
    );
    const startedMs = await startsOf(database, rows.filter(isSilent));
    for (const row of rows) {
      const session = views.get(row.session_id);
      const storingOfSession = storing.get(row.session_id);
      const share = shares.get(row.session_id);
      if (!session || !storingOfSession || !share) continue;
      const word = liveStatus.lastWord(row.task_id);
      // Its last word may be of a former version.
      const isOfShare = share.isWhole && Object.keys(word?.device_health ?? {}).every(share.has);
      const compared = compareSession({
        session,
        storing: storingOf(storingOfSession, share.has),
        startedMs: startedMs.get(row.session_id),
        periodMs: periods.get(row.session_id),
        status: word && { ...word, detail: shownWords(word.detail, isOfShare) },
        lastSample: bySession.get(row.session_id),
        sinceMs: since?.getTime(),
        nowMs: now.getTime(),
      });
      sessions.push({ ...compared, first_sequence: row.first_sequence });
    }
    if (next === undefined) break;
    before = next;
  }
  const running = new Set(sessions.map(({ session_id }) => session_id));
  const others = [...bySession.values()].filter(({ sessionId, storedAtMs }) => {
    return !running.has(sessionId) && now.getTime() - storedAtMs <= unexpectedWithinMs;
  });
  return {
    as_of: now.toISOString(),
    log_damage: logDamageOf(sources),
    sessions,
    unexpected_sessions: await unexpected(sources, sites, others),
  };
}

/** The damage to the log that supervisors found in what they read, or the API by its read model. */
export function logDamageOf({
  waiting,
  logGuard,
}: Pick<RecoverySources, 'logGuard'> & {
  readonly waiting: Pick<WaitingNotices, 'logDamages'>;
}): RecoveryView['log_damage'] {
  const own = logGuard.damage();
  return [
    ...waiting.logDamages().map(({ host, detail }) => ({
      found_by: localize(sessionsText('supervisor_on', { host })),
      detail,
    })),
    ...(own ? [{ found_by: 'api', detail: own.message }] : []),
  ];
}

function newestOfEach(samples: readonly LastSample[]): Map<string, LastSample> {
  const bySession = new Map<string, LastSample>();
  for (const sample of samples) {
    const newest = bySession.get(sample.sessionId);
    // Late samples of a former holder say nothing about the present one.
    const isNewer =
      !newest ||
      (newest.epoch === sample.epoch ? newest.storedAtMs < sample.storedAtMs : newest.epoch < sample.epoch);
    if (isNewer) bySession.set(sample.sessionId, sample);
  }
  return bySession;
}

/** When each session was started or last resumed, also by the supervisor after a failure. */
async function startsOf(
  database: Database,
  sessions: readonly { readonly session_id: string }[],
): Promise<Map<string, number>> {
  if (sessions.length === 0) return new Map();
  const { rows } = await sql<{ session_id: string; started: Date | null }>`
    select session_id, max(time) as started from session_events
    where session_id = any(${sessions.map(({ session_id }) => session_id)}::text[])
      and type in ('session.started', 'session.resumed')
    group by session_id`.execute(database);
  return new Map(
    rows.flatMap(({ session_id, started }) => (started ? [[session_id, started.getTime()]] : [])),
  );
}

export function placedSince(session: SessionView | undefined): number | undefined {
  const { state, since } = session?.placement ?? {};
  return state === 'placed' && since ? Date.parse(since) : undefined;
}

/** Sessions that do not run but were read after their end. */
async function unexpected(
  { database }: Pick<RecoverySources, 'database'>,
  sites: GrantedSites,
  samples: readonly LastSample[],
): Promise<RecoveryView['unexpected_sessions']> {
  if (samples.length === 0) return [];
  const { rows } = await sql<{
    session_id: string;
    status: string;
    ended_at: Date;
  }>`
    select sessions.session_id, sessions.status,
      (select max(time) from session_events
        where session_events.session_id = sessions.session_id
          and type in ('session.paused', 'session.stopped', 'session.failed')) as ended_at
    from sessions
    left join task_config_versions as version
      on version.task_id = sessions.task_id and version.version = sessions.config_version
    where ${atSites.sessions(sites, sql.ref('version.site_codes')) ?? sql`true`} and status <> 'running' 
      and session_id = any(${samples.map(({ sessionId }) => sessionId)}::text[])`.execute(database);
  const unexpectedSessions: RecoveryView['unexpected_sessions'] = [];
  for (const row of rows) {
    const sample = samples.find(({ sessionId }) => sessionId === row.session_id);
    if (!sample || !row.ended_at) continue;
    const { timeMs: readMs } = sample;
    if (readMs <= row.ended_at.getTime() + endingMs) continue;
    const read = new Date(readMs).toISOString();
    const ended = row.ended_at.toISOString();
    unexpectedSessions.push({
      session_id: row.session_id,
      detail: localize(
        sessionsText('it_is_since_but_was_read', { status: row.status, ended, read, epoch: sample.epoch }),
      ),
    });
  }
  return unexpectedSessions;
}
