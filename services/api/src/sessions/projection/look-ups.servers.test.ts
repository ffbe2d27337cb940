import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { CompiledQuery } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from '../../../testing/api-database.ts';
import { type Database, openDatabase } from '../../database/open-database.ts';
import { listSessionEvents } from '../queries/list-session-events.ts';
import { findSession } from '../queries/list-sessions.ts';
import { recordedEvents } from '../queries/recorded-events.ts';
import { applyBatch } from './apply-batch.ts';
import { beginCheckpoint, readCheckpoint } from './checkpoint.ts';
import { cleanedAt, lastCleaned } from './cleaned-sessions.ts';
import { ProjectedRows } from './projected-rows.ts';

const log = createLogger('test', 'silent');
let database: Database;
let sequence = 0;

const rowsOfEach = 20_000;
/** Rows that a look-up may touch: far more than it needs, far less than a table has. */
const someRows = 100;

beforeAll(async () => {
  // A single connection, because it reports the counts of its own session.
  database = openDatabase({ url: await apiDatabase(), maxConnections: 1, log });
  cleanUpAfterFile(() => database.destroy());
  await beginCheckpoint(database);
  const many = `from generate_series(1000, ${1_000 + rowsOfEach}) as n`;
  const session = `n || '-1', n, 'line-' || n, 'stopped', now(), 1, '{}', '', 3 * n, 3 * n + 2`;
  await run(`insert into sessions (session_id, task_id, task_code, status, started_at, config_version, metadata,
    placement_detail, first_sequence, last_sequence) select ${session} ${many}`);
  await run(`insert into session_events (sequence, session_id, task_id, type, data)
    select 1000000 + n, n || '-1', n, 'session.stopped', '{}' ${many}`);
  await run(`insert into cleaned_sessions (session_id, task_id, started_at, first_sequence, last_sequence, last_event_id)
    select n || '-2', n, now(), 3 * n, 3 * n + 2, 'e' || n ${many}`);
  await run('analyze');
});

const run = <Row>(text: string) => database.executeQuery<Row>(CompiledQuery.raw(text));

function stopped(task: number): StoredEvent {
  sequence += 1;
  const taskId = String(task);
  const event = {
    ...{ type: 'session.stopped' as const, sessionId: `${task}-1`, taskId, taskCode: `line-${task}` },
    ...{ configVersion: 1, startedAt: '2026-01-01T08:00:00.000Z', by: 'api', reason: 'done' },
  };
  const about = { id: `e${sequence}`, time: '2026-01-01T09:00:00.000Z', source: '/t' };
  return {
    sequence,
    subject: subjects.lifecycle(taskId),
    message: encodeSessionEvent(event, about),
  } as StoredEvent;
}

/** Projects as a process that knows nothing yet, so sessions and cleaned-away ones are looked up. */
async function project(): Promise<void> {
  const checkpoint = await readCheckpoint(database);
  if (!checkpoint) throw new Error('there is no checkpoint');
  const model = { checkpoint, rows: new ProjectedRows(), cleanedUpTo: Number.MAX_SAFE_INTEGER };
  await applyBatch(database, model, [stopped(1500), stopped(1501)], log);
}

const newest = { sessionId: '1500-1', order: 'newest', behind: undefined, limit: 9 } as const;

const lookUps: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['a batch that is projected', project],
  ['the checkpoint', () => readCheckpoint(database)],
  ['how far was cleaned away', () => lastCleaned(database)],
  ['whether a session was cleaned away', () => cleanedAt(database, '1500-1')],
  ['a session', () => findSession(database, '1500-1')],
  ['events of a session', () => listSessionEvents(database, { ...newest, order: 'oldest' })],
  ['events of a session, newest first', () => listSessionEvents(database, newest)],
  ['all events of a session', () => recordedEvents(database, '1500-1')],
];

/** Tables of which a look touched many rows, whether in sequence or along an unsuitable index. */
async function readWidely(look: () => Promise<unknown>): Promise<string[]> {
  const touched = async () => {
    await run('select pg_stat_force_next_flush()');
    await run('select pg_stat_clear_snapshot()');
    const { rows } = await run<{ relname: string; rows: number }>(
      `select relname, seq_tup_read + coalesce((
        select sum(idx_tup_read) from pg_stat_user_indexes as of where of.relid = tables.relid
      ), 0)::bigint as rows from pg_stat_user_tables as tables`,
    );
    return new Map(rows.map(({ relname, rows }) => [relname, rows]));
  };
  const before = await touched();
  await look();
  const after = await touched();
  return [...after]
    .filter(([table, rows]) => rows - (before.get(table) ?? 0) > someRows)
    .map(([table]) => table);
}

describe('what the projector and commands look for', () => {
  it.each(lookUps)('%s is found by an index', async (_what, look) => {
    expect(await readWidely(look)).toEqual([]);
  });

  // Shows that the test above can be trusted.
  it.each<[string, string, string, () => Promise<unknown>]>([
    ['sessions', 'sessions_pkey', 'a session', () => findSession(database, '1500-1')],
    ['sessions', 'sessions_task_id_index', 'a session', () => findSession(database, '1500-1')],
    [
      'cleaned_sessions',
      'cleaned_sessions_task_id_index',
      'a session',
      () => findSession(database, '1500-1'),
    ],
    ['cleaned_sessions', 'cleaned_sessions_pkey', 'a cleaned one', () => cleanedAt(database, '1500-1')],
    ['cleaned_sessions', 'cleaned_sessions_pkey', 'a batch', project],
    ['sessions', 'sessions_pkey', 'a batch', project],
    ['cleaned_sessions', 'cleaned_sessions_last_sequence_index', 'how far', () => lastCleaned(database)],
    ['session_events', 'session_events_session_id_index', 'events', () => recordedEvents(database, '1500-1')],
  ])('reads %s as a whole where %s is of no use: %s', async (table, index, _what, look) => {
    const valid = (is: boolean) =>
      run(`update pg_index set indisvalid = ${is} where indexrelid = '${index}'::regclass`);
    await project();
    await valid(false);
    try {
      expect(await readWidely(look)).toEqual([table]);
    } finally {
      await valid(true);
    }
  });
});
