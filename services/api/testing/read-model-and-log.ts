import { parseSessionSubject } from '@holdfast/shared/contracts/subjects.ts';
import { currentPlacement, evolvePlacement, neverPlaced } from '@holdfast/shared/domain/placement/state.ts';
import { evolve } from '@holdfast/shared/domain/session/evolve.ts';
import { neverStarted, type SessionState } from '@holdfast/shared/domain/session/state.ts';
import type { SessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { inLanguage, type Words } from '@holdfast/texts/text.ts';
import { type ApiClient, sessionsPath } from './api-under-test.ts';

/** The fields on which log and read model must agree. */
export interface ComparableSession {
  readonly id: string;
  readonly status: string;
  readonly config_version: number;
  readonly started_at: string;
  readonly stopped_at: string | null;
  readonly error_message: string | null;
  readonly collector_id: string | null;
  readonly epoch: number | null;
}

/** All sessions, from the domain's own fold, which the read model does not use. */
export async function foldedSessions(log: SessionLogForTest): Promise<ComparableSession[]> {
  const sessions = new Map<string, ComparableSession>();
  const states = new Map<string, SessionState>();
  const placements = new Map<string, Parameters<typeof currentPlacement>[1]>();
  for (const { subject, sequence, decoded } of await log.events()) {
    const taskId = parseSessionSubject(subject)?.taskId;
    if (taskId === undefined || decoded.kind === 'unreadable') continue;
    const time = decoded.metadata.time;
    if (decoded.kind === 'lifecycle') {
      states.set(taskId, evolve(neverStarted, { event: decoded.event, sequence, time }));
    } else if (decoded.kind === 'placement') {
      placements.set(taskId, evolvePlacement(neverPlaced, { event: decoded.event, sequence, time }));
    }
    const state = states.get(taskId) ?? neverStarted;
    if (state.status === 'never_started') continue;
    const placement = currentPlacement(state, placements.get(taskId) ?? neverPlaced);
    sessions.set(state.session.sessionId, {
      id: state.session.sessionId,
      status: state.status,
      config_version: state.session.configVersion,
      started_at: state.session.startedAt,
      stopped_at: 'stoppedAt' in state ? state.stoppedAt : null,
      error_message: state.status === 'error' ? inLanguage(state.reason as Words, 'en') : null,
      collector_id: placement?.collectorId ?? null,
      epoch: placement?.epoch ?? null,
    });
  }
  return [...sessions.values()].sort(byId);
}

export async function sessionsOfReadModel(api: ApiClient): Promise<ComparableSession[]> {
  const { body } = await api.get(`${sessionsPath}/?limit=500`);
  return (body.results as ComparableSession[])
    .map(({ id, status, config_version, started_at, stopped_at, error_message, collector_id, epoch }) => ({
      id,
      status,
      config_version,
      started_at,
      stopped_at,
      error_message,
      collector_id,
      epoch,
    }))
    .sort(byId);
}

function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : 1;
}
