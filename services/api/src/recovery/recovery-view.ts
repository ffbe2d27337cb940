import type { RecoveryView, SessionRecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import { sql } from 'kysely';
import type { PollingPlans } from '../accounting/polling-plans.ts';
import type { Database } from '../database/open-database.ts';
import { ApiProblem } from '../http/api-problem.ts';
import type { LiveStatus } from '../live-status/live-status.ts';
import type { WaitingNotices } from '../live-status/waiting-notices.ts';
import { BrokerUnavailable, type LastSample, type LastSamples } from '../ports.ts';
import { listSessions } from '../read-model/session-queries.ts';
import { sessionView } from '../read-model/session-view.ts';
import { compareSession } from './compare-session.ts';

export interface RecoverySources {
  readonly database: Database;
  readonly plans: PollingPlans;
  readonly liveStatus: Pick<LiveStatus, 'lastWord'>;
  readonly waiting: Pick<WaitingNotices, 'of'>;
  readonly lastSamples: LastSamples;
}

export type ComparedSession = SessionRecoveryView & { readonly first_sequence: number };

export interface Recovery extends Pick<RecoveryView, 'as_of' | 'unexpected_sessions'> {
  /** Every session that should run, newest first. */
  readonly sessions: readonly ComparedSession[];
}

const rowsAtOnce = 1_000;

/**
 * So long after its end samples of a session may still arrive: the last request was under way, and what waited in
 * the collector's buffer comes late. Those were read earlier, though, which their ticks tell.
 */
const endingMs = 5_000;
const unexpectedWithinMs = 15_000;

/** Compares all sessions. @throws DatabaseUnavailable, BrokerUnavailable */
export async function recoveryView(sources: RecoverySources): Promise<Recovery> {
  const { database, liveStatus, waiting } = sources;
  const bySession = newestOfEach(await sources.lastSamples());
  const sessions: ComparedSession[] = [];
  const now = new Date();
  for (let before: number | undefined; ; ) {
    const { rows, next } = await listSessions(database, { statuses: ['running'], limit: rowsAtOnce, before });
    for (const row of rows) {
      const compared = compareSession({
        session: sessionView(row, now, waiting.of(row.task_id)),
        periodMs: row.period_ms ?? (await periodOf(sources.plans, row.task_id, row.config_version)),
        status: liveStatus.lastWord(row.task_id),
        lastSample: bySession.get(row.session_id),
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
  return { as_of: now.toISOString(), sessions, unexpected_sessions: await unexpected(sources, others) };
}

function newestOfEach(samples: readonly LastSample[]): Map<string, LastSample> {
  const bySession = new Map<string, LastSample>();
  for (const sample of samples) {
    const known = bySession.get(sample.sessionId);
    if (!known || known.storedAtMs < sample.storedAtMs) bySession.set(sample.sessionId, sample);
  }
  return bySession;
}

/** A lost snapshot is told elsewhere; here it only leaves the shortest time in which a sample must come. */
async function periodOf(plans: PollingPlans, taskId: number, version: number): Promise<number | undefined> {
  try {
    return (await plans.of(taskId, version)).periodMs;
  } catch (error) {
    if (error instanceof ApiProblem || error instanceof BrokerUnavailable) return undefined;
    throw error;
  }
}

/** Those that do not run and were read all the same after they ended. */
async function unexpected(
  { database, plans }: RecoverySources,
  samples: readonly LastSample[],
): Promise<RecoveryView['unexpected_sessions']> {
  if (samples.length === 0) return [];
  const { rows } = await sql<{
    session_id: string;
    task_id: number;
    config_version: number;
    status: string;
    ended_at: Date;
  }>`
    select sessions.session_id, sessions.task_id, sessions.config_version, sessions.status,
      (select max(time) from session_events
        where session_events.session_id = sessions.session_id
          and type in ('session.paused', 'session.stopped', 'session.failed')) as ended_at
    from sessions
    where status <> 'running' and session_id = any(${samples.map(({ sessionId }) => sessionId)}::text[])`.execute(
    database,
  );
  const found: RecoveryView['unexpected_sessions'] = [];
  for (const row of rows) {
    const sample = samples.find(({ sessionId }) => sessionId === row.session_id);
    const periodMs = await periodOf(plans, row.task_id, row.config_version);
    if (!sample || !row.ended_at || periodMs === undefined) continue;
    const readMs = sample.tick * periodMs;
    if (readMs <= row.ended_at.getTime() + endingMs) continue;
    const read = new Date(readMs).toISOString();
    found.push({
      session_id: row.session_id,
      detail: `it is ${row.status} since ${row.ended_at.toISOString()}, but was read for the tick of ${read} under epoch ${sample.epoch}`,
    });
  }
  return found;
}
