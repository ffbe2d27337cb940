import { setTimeout as sleep } from 'node:timers/promises';
import type { PatientClient } from '@holdfast/api-client/patient-client.ts';
import { pointHistorySchema } from '@holdfast/shared/contracts/http/point-history-http.ts';
import {
  commandedSessionSchema,
  type SessionView,
  sessionViewSchema,
  startedTaskSchema,
} from '@holdfast/shared/contracts/http/session-http.ts';

const SESSIONS = '/api/acquisition/sessions';
const LOOK_AGAIN_MS = 200;

export function readSession(api: PatientClient, sessionId: string): Promise<SessionView> {
  return api.get(`${SESSIONS}/${sessionId}/`, sessionViewSchema);
}

/**
 * Ends a session and starts its task again. The stack does so in one case only: the simulator listens on other ports now,
 * but a session polls the addresses that it was started with for as long as it runs.
 */
export async function replaceSession(
  api: PatientClient,
  old: SessionView,
  reason: string,
): Promise<SessionView> {
  await api.post(`${SESSIONS}/${old.id}/stop/`, { reason }, commandedSessionSchema);
  const body = { task_id: old.task_id, metadata: old.metadata };
  const { session_id } = await api.post(`${SESSIONS}/start-task/`, body, startedTaskSchema);
  return readSession(api, session_id);
}

export interface WatchedPoint {
  readonly device: string;
  readonly pointCode: string;
}

/** The first value that is in the database and was read after `since`, or undefined if none came within `timeoutMs`. */
export async function firstSample(
  api: PatientClient,
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
