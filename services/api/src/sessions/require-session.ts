import { isStorableText } from '@holdfast/shared/contracts/http/storable-text.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import { refusalProblem } from '../problems/session-refusals.ts';
import { cleanedAt } from './projection/cleaned-sessions.ts';
import { findSession } from './queries/list-sessions.ts';
import type { NamedSessionRow } from './queries/session-view.ts';
import { sessionsText } from './texts.ts';

/** @throws Problem when there is no such session, DatabaseUnavailable */
export async function requireSession(
  database: Database,
  sessionId: string,
  find: (sessionId: string) => Promise<NamedSessionRow | undefined> = (id) => findSession(database, id),
): Promise<NamedSessionRow> {
  const row = isStorableText(sessionId) ? await find(sessionId) : undefined;
  if (row) return row;
  const cleaned = await cleanedAtIfEver(database, sessionId);
  if (!cleaned) throw refusalProblem({ code: 'session_not_found', sessionId });
  throw new Problem(
    'session_not_found',
    sessionsText('session_not_found', { sessionId, cleaned: cleaned.toISOString() }),
  );
}

/**
 * The session, or undefined when it was cleaned up.
 * @throws Problem when there never was such a session, DatabaseUnavailable
 */
export async function sessionThatWas(
  database: Database,
  sessionId: string,
): Promise<NamedSessionRow | undefined> {
  if (await cleanedAtIfEver(database, sessionId)) return undefined;
  return requireSession(database, sessionId);
}

export function deviceNotInSession(sessionId: string, device: string | undefined): Problem {
  return new Problem(
    'device_not_in_session',
    sessionsText('device_not_in_session', { sessionId, device: String(device) }),
  );
}

async function cleanedAtIfEver(database: Database, sessionId: string): Promise<Date | undefined> {
  return isStorableText(sessionId) ? cleanedAt(database, sessionId) : undefined;
}
