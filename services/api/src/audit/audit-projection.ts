import { type AuditStream, auditEntrySchema, auditStreams } from '@holdfast/shared/contracts/audit-entry.ts';
import { parseTraceParent } from '@holdfast/shared/contracts/trace-parent.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { Insertable } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { AuditEntriesTable } from '../database/tables.ts';
import { type AuditStreams, BrokerUnavailable } from '../ports.ts';
import { folded } from './folded.ts';

export interface AuditProjectionOptions {
  readonly database: Database;
  readonly streams: AuditStreams;
  /** Whether this process is the one that projects, and can: two would only do the same twice. */
  readonly isActive: () => boolean;
  readonly log: Logger;
}

export interface AuditProjection {
  /** Resolves when everything that the streams have now can be found, at the latest after a second. */
  caughtUp(): Promise<void>;
  stop: Stop;
}

type Row = Insertable<AuditEntriesTable>;

const rowsAtOnce = 500;
const lookMs = 1_000;
/** A search right after a start waits for this, too. */
const standbyMs = 50;
const dropOldMs = 60_000;
const patienceMs = 1_000;
const pollMs = 20;

/** Brings AUDIT and AUDIT_REFUSED into PostgreSQL, where they are searched, and removes what the streams no longer have. */
export function startAuditProjection(options: AuditProjectionOptions): AuditProjection {
  const { database, streams, isActive, log } = options;
  const stopping = new AbortController();
  const outage = new OutageLog({
    log,
    level: 'warn',
    began: 'the audit log cannot be brought into PostgreSQL now; trying again',
    ended: 'the audit log is brought into PostgreSQL again',
  });
  const loops = auditStreams.map(async (stream) => {
    while (!stopping.signal.aborted) {
      try {
        if (isActive()) await followOnce(options, stream, { stopping: stopping.signal, outage });
        await pause(systemTimers, standbyMs, stopping.signal);
      } catch (error) {
        outage.failed(error);
        await pause(systemTimers, lookMs, stopping.signal);
      }
    }
  });
  return {
    caughtUp: async () => {
      try {
        for (const stream of auditStreams) {
          const { created, lastSequence } = await streams.bounds(stream);
          const untilMs = performance.now() + patienceMs;
          while ((await lastProjected(database, { stream, created })) < lastSequence) {
            if (performance.now() >= untilMs) return;
            await pause(systemTimers, pollMs);
          }
        }
      } catch (error) {
        if (!(error instanceof BrokerUnavailable)) throw error;
      }
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function followOnce(
  { database, streams, isActive }: AuditProjectionOptions,
  stream: AuditStream,
  { stopping, outage }: { readonly stopping: AbortSignal; readonly outage: OutageLog },
): Promise<void> {
  const { created, firstSequence } = await streams.bounds(stream);
  const after = Math.max(firstSequence - 1, await lastProjected(database, { stream, created }));
  const feed = await streams.open(stream, after);
  const stop = () => feed.stop();
  stopping.addEventListener('abort', stop);
  if (stopping.aborted) stop();
  const looking = setInterval(() => {
    if (!isActive()) stop();
  }, lookMs);
  const dropping = setInterval(() => {
    void dropOld({ database, streams }, { stream, created }).then(
      (isSame) => !isSame && stop(),
      () => undefined,
    );
  }, dropOldMs);
  try {
    let rows: Row[] = [];
    for await (const { sequence, pending, data } of feed) {
      rows.push(...rowOf(data, { stream, created, sequence }));
      if (pending > 0 && rows.length < rowsAtOnce) continue;
      if (rows.length > 0) {
        await database
          .insertInto('audit_entries')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
      rows = [];
      outage.worked();
    }
  } finally {
    clearInterval(looking);
    clearInterval(dropping);
    stopping.removeEventListener('abort', stop);
    stop();
  }
}

interface Place {
  readonly stream: AuditStream;
  readonly created: string;
}

async function lastProjected(database: Database, { stream, created }: Place): Promise<number> {
  const { last } = await database
    .selectFrom('audit_entries')
    .select(({ fn }) => fn.max('sequence').as('last'))
    .where('stream', '=', stream)
    .where('created', '=', created)
    .executeTakeFirstOrThrow();
  return Number(last ?? 0);
}

/** @returns false when the stream is another one by now */
async function dropOld(
  { database, streams }: Pick<AuditProjectionOptions, 'database' | 'streams'>,
  { stream, created }: Place,
): Promise<boolean> {
  const now = await streams.bounds(stream);
  if (now.created !== created) return false;
  await database
    .deleteFrom('audit_entries')
    .where('stream', '=', stream)
    .where('created', '=', created)
    .where('sequence', '<', now.firstSequence)
    .execute();
  return true;
}

/** No row for an entry of a form that this release does not know. */
function rowOf(text: string, place: Place & { readonly sequence: number }): Row[] {
  const { data } = auditEntrySchema.safeParse(parsed(text));
  const time = new Date(data?.time ?? Number.NaN);
  if (!data || Number.isNaN(time.getTime())) return [];
  const { who, actor, action, target, outcome, traceparent } = data;
  return [
    {
      ...{ ...place, time, action, outcome, entry: text },
      trace_id: parseTraceParent(traceparent)?.traceId ?? null,
      ...{ who: folded(who), actor_id: folded(actor.id), target: folded(target) },
    },
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
