import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { timeLimitReason } from '@holdfast/shared/domain/session/time-limits.ts';
import { isWords } from '@holdfast/texts/bounded-text.ts';
import type { Database } from '../../database/open-database.ts';
import { localize } from '../../problems/localize.ts';
import { sessionsText } from '../texts.ts';
import { isAbnormalEvent } from './abnormal-events.ts';

export interface SessionEventFilter {
  readonly sessionId: string;
  /** Beginnings of event types: `session.assigned`, or `session` for all of them. */
  readonly types?: readonly string[] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly isOnlyAbnormal?: boolean;
  readonly order: 'oldest' | 'newest';
  /** Sequence of the last event of the page before. */
  readonly behind: number | undefined;
  readonly limit: number;
}

/** @throws DatabaseUnavailable */
export async function listSessionEvents(
  database: Database,
  filter: SessionEventFilter,
): Promise<{ events: SessionEventView[]; next: number | undefined }> {
  const { types, from, to, order, behind } = filter;
  let query = database
    .selectFrom('session_events')
    .selectAll()
    .where('session_id', '=', filter.sessionId)
    .orderBy('sequence', order === 'newest' ? 'desc' : 'asc')
    .limit(filter.limit + 1);
  if (behind !== undefined) query = query.where('sequence', order === 'newest' ? '<' : '>', behind);
  if (types) query = query.where('type', 'in', types);
  if (from) query = query.where('time', '>=', from);
  if (to) query = query.where('time', '<', to);
  if (filter.isOnlyAbnormal) query = query.where(isAbnormalEvent);
  const rows = await query.execute();
  const more = rows.length > filter.limit;
  const page = more ? rows.slice(0, filter.limit) : rows;
  return {
    events: page.map(({ sequence, session_id, type, time, source, data, problem }) => ({
      sequence,
      session_id,
      type,
      time: time?.toISOString() ?? null,
      source,
      data,
      told: toldIn(type, data),
      problem,
    })),
    next: more ? page.at(-1)?.sequence : undefined,
  };
}

/** A reason given by a program; those of people stay as they are. */
export function toldIn(type: string, data: unknown): string | null {
  const { by, reason, detail } = (data ?? {}) as Readonly<Record<string, unknown>>;
  const why = type.endsWith('session.released') ? detail : by === 'supervisor' ? reason : undefined;
  if (why === timeLimitReason) return localize(sessionsText('time_limit_reached'));
  return isWords(why) && why !== '' ? localize(why) : null;
}
