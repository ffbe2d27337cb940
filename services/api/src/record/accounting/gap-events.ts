import { type GapEvent, gapEventsAtMost } from '@holdfast/shared/contracts/http/gap-event-http.ts';
import { sql } from 'kysely';
import type { GrantedSites } from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';

interface Followed {
  readonly events: readonly number[];
}

/**
 * Reads the events from which gaps follow, in one statement. Callers limited to sites do not see the reasons of
 * failures, which may name devices at other sites. @throws DatabaseUnavailable
 */
export async function eventsBehind(
  database: Database,
  gaps: Iterable<Followed>,
  granted: GrantedSites,
): Promise<(gap: Followed) => GapEvent[]> {
  const firsts = ({ events }: Followed) => events.slice(0, gapEventsAtMost);
  const sequences = [...new Set([...gaps].flatMap(firsts))];
  if (sequences.length === 0) return () => [];
  const rows = await database
    .selectFrom('session_events')
    .select(['sequence', 'type', 'time', 'data'])
    .where('sequence', '=', sql<number>`any(${sequences}::bigint[])`)
    .execute();
  const bySequence = new Map(
    rows.map(({ sequence, type, time, data }): [number, GapEvent] => {
      const fields = data as Readonly<Record<string, unknown>> | null;
      const text = (name: string) => {
        const value = fields?.[name];
        return typeof value === 'string' && value !== '' ? value : null;
      };
      const isShown = granted === 'everywhere' || type !== 'session.failed';
      const cause = { reason: isShown ? text('reason') : null, by: text('by'), trace_id: text('trace_id') };
      const decided_by = decider(cause);
      const when = time?.toISOString() ?? '';
      return [
        sequence,
        { sequence, type, time: when, decided_by, ...cause, collector_id: text('collector_id') },
      ];
    }),
  );
  return (gap) => firsts(gap).flatMap((sequence) => bySequence.get(sequence) ?? []);
}

function decider({
  reason,
  by,
  trace_id,
}: Pick<GapEvent, 'reason' | 'by' | 'trace_id'>): GapEvent['decided_by'] {
  if (trace_id !== null || (by !== null && by !== 'supervisor')) return 'command';
  return reason === 'drain' ? 'shutdown' : 'system';
}

/** Sequences of the events that a command caused. @throws DatabaseUnavailable */
export async function eventsOfTrace(database: Database, trace: string): Promise<ReadonlySet<number>> {
  const rows = await database
    .selectFrom('session_events')
    .select('sequence')
    .where(sql<string>`data->>'trace_id'`, '=', trace)
    .execute();
  return new Set(rows.map(({ sequence }) => sequence));
}
