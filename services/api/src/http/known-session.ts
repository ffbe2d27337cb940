import { isStorableText } from '@holdfast/shared/contracts/http/storable-text.ts';
import type { Database } from '../database/open-database.ts';
import { findSession } from '../read-model/session-queries.ts';
import type { NamedSessionRow } from '../read-model/session-view.ts';
import { refusalProblem } from './http-errors.ts';

/** @throws ApiProblem when there is no such session, DatabaseUnavailable */
export async function knownSession(database: Database, sessionId: string): Promise<NamedSessionRow> {
  const row = isStorableText(sessionId) ? await findSession(database, sessionId) : undefined;
  if (!row) throw refusalProblem({ code: 'session_not_found', sessionId });
  return row;
}
