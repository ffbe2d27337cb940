import { setTimeout as sleep } from 'node:timers/promises';
import { pointHistorySchema } from '@holdfast/shared/contracts/http/point-history-http.ts';
import {
  commandedSessionSchema,
  type SessionView,
  sessionPageSchema,
  sessionViewSchema,
  startedTaskSchema,
} from '@holdfast/shared/contracts/http/session-http.ts';
import { type ApiClient, ApiRefusal } from './api-client.ts';
import type { LoadedDemo } from './demo.ts';

const SESSIONS = '/api/acquisition/sessions';
const LOOK_AGAIN_MS = 200;

export interface DemoSession {
  readonly session: SessionView;
  readonly how: 'started' | 'found' | 'replaced';
  /** Id of the session that this one took the place of. */
  readonly replaces?: string;
}

/**
 * The demo task's session. It is started once and never again: a session that was stopped stays stopped. The one
 * exception keeps the demo working: a running session polls the addresses that it was started with, so when the
 * simulator had to move, a new session takes its place.
 */
export async function demoSession(api: ApiClient, demo: LoadedDemo): Promise<DemoSession> {
  const last = await lastSession(api, demo.task.id);
  if (last === undefined) return { session: await start(api, demo.task.id), how: 'started' };
  if (last.status !== 'running' || demo.movedDevices.length === 0) return { session: last, how: 'found' };
  const reason = 'The simulated plant listens on other ports now';
  await api.post(`${SESSIONS}/${last.id}/stop/`, { reason }, commandedSessionSchema);
  return { session: await start(api, demo.task.id), how: 'replaced', replaces: last.id };
}

async function lastSession(api: ApiClient, taskId: number): Promise<SessionView | undefined> {
  const { results } = await api.get(`${SESSIONS}/?task=${taskId}&limit=1`, sessionPageSchema);
  return results[0];
}

async function start(api: ApiClient, taskId: number): Promise<SessionView> {
  const body = { task_id: taskId, metadata: { started_by: 'npm start' } };
  try {
    const { session_id } = await api.post(`${SESSIONS}/start-task/`, body, startedTaskSchema);
    return await api.get(`${SESSIONS}/${session_id}/`, sessionViewSchema);
  } catch (error) {
    // A request that was repeated after a lost answer finds its own session.
    const running = error instanceof ApiRefusal ? await lastSession(api, taskId) : undefined;
    if (running?.status !== 'running') throw error;
    return running;
  }
}

export interface WatchedPoint {
  readonly device: string;
  readonly pointCode: string;
}

/** The first value that is in the database and was read after `since`; undefined when none came within `timeoutMs`. */
export async function firstSample(
  api: ApiClient,
  options: {
    readonly sessionId: string;
    readonly point: WatchedPoint;
    readonly since: Date;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
): Promise<{ time: string; value: unknown } | undefined> {
  const query = new URLSearchParams({
    point_code: options.point.pointCode,
    device: options.point.device,
    session_id: options.sessionId,
    start_time: options.since.toISOString(),
    limit: '1',
  });
  const giveUpAt = performance.now() + options.timeoutMs;
  while (performance.now() < giveUpAt) {
    const { results } = await api.get(`${SESSIONS}/point-history/?${query}`, pointHistorySchema);
    const [sample] = results;
    if (sample !== undefined) return { time: sample.time, value: sample.value };
    await sleep(LOOK_AGAIN_MS, undefined, { signal: options.signal });
  }
  return undefined;
}

export async function readSession(api: ApiClient, sessionId: string): Promise<SessionView> {
  return api.get(`${SESSIONS}/${sessionId}/`, sessionViewSchema);
}
