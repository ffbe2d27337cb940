import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { TickCoverage, TickEntry, TickOutcome } from '@holdfast/sample-store/tick-coverage.ts';
import { createLogger, type Logger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { CompiledQuery } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { apiDatabase } from '../../../testing/api-database.ts';
import { type Database, openDatabase } from '../../database/open-database.ts';
import { LogBehindReadModel } from '../projection/log-guard.ts';
import { startCleanupJob } from './cleanup-job.ts';

const silent = createLogger('test', 'silent');
let database: Database;
let coverage: TickCoverage;

beforeAll(async () => {
  const url = await apiDatabase();
  database = openDatabase({ url, maxConnections: 3, log: silent });
  cleanUpAfterFile(() => database.destroy());
  await migrateSampleTables({ databaseUrl: url });
  coverage = openPostgresTickCoverage({ databaseUrl: url });
  cleanUpAfterFile(() => coverage.close());
});

const run = async <Row>(text: string) => (await database.executeQuery<Row>(CompiledQuery.raw(text))).rows;
const sessionsIn = async (table: string) =>
  (await run<{ id: string }>(`select distinct session_id as id from ${table} order by 1`)).map(
    ({ id }) => id,
  );
const onRecord = () => sessionsIn('samples.tick_coverage');

const comesIn = async (sessionId: string, outcome: TickOutcome = 'stored') => {
  const day = 86_400_000;
  const entry = (at: number): TickEntry => ({
    ...{ sessionId, deviceCode: 'press-1', periodMs: 1_000, outcome },
    ...{ from: at / 1_000, to: at / 1_000 + 5 },
  });
  await run(`insert into samples.lacking_ticks values ('${sessionId}', 'press-1', current_date, 1000, 'a', 1, '{[1,2]}')
    on conflict do nothing`);
  await run(`insert into samples.lacking_points values ('${sessionId}', 'a', '[]') on conflict do nothing`);
  return coverage.record([entry(20_000 * day), entry(20_001 * day)]);
};
const counted = (sessionId: string) =>
  run(`insert into session_counters values ('${sessionId}', 1, 'i', 1, 0, null, '{}', now())`);

/** 1-1, 2-1 and so on were cleaned away completely; 1-2 and 2-2 have run since; 3-1 was cleaned away and is there again. */
beforeEach(async () => {
  await run('delete from samples.tick_coverage');
  await run('delete from samples.lacking_ticks');
  await run('delete from samples.lacking_points');
  await run('delete from session_counters');
  await run('delete from cleaned_sessions');
  await run('delete from sessions');
  await run(`insert into cleaned_sessions
    select n || '-1', n, now(), 3 * n, 3 * n + 2, 'e' || n, now(), true from generate_series(1, 2500) as n`);
  await run(`insert into sessions (session_id, task_id, task_code, status, started_at, config_version, metadata,
    placement_detail, first_sequence, last_sequence)
    select id, 1, 'line', 'running', now(), 1, '{}', '', 9000, 9001 from unnest(array['1-2', '2-2', '3-1']) as id`);
});

/** A job with a log guard that gives these answers, and how often the guard was asked. */
function job(guard: { doubt?: LogBehindReadModel; isSound: boolean }, everyMs = 20) {
  const questions = { times: 0 };
  const logged: unknown[] = [];
  const log = { ...silent, info: (about: unknown) => logged.push(about) } as unknown as Logger;
  const { stop } = startCleanupJob({
    database,
    logGuard: {
      doubt: () => {
        questions.times += 1;
        return guard.doubt;
      },
      isSound: () => {
        questions.times += 1;
        return guard.isSound;
      },
    },
    olderThanMs: 0,
    statuses: ['stopped', 'error'],
    everyMs,
    log,
  });
  onTestFinished(stop);
  return { questions, logged, stop };
}

describe('what comes in of a session after it was cleaned away', () => {
  it('is removed, and the account of every session that is there stays', async () => {
    for (const outcome of ['stored', 'confirmed', 'sent', 'timeout'] as const) await comesIn('1-1', outcome);
    await comesIn('2-1', 'confirmed');
    for (const there of ['1-2', '2-2', '3-1']) {
      await comesIn(there);
      await counted(there);
    }
    await counted('4-1');
    const { logged, stop } = job({ isSound: true });
    await eventually(() => logged.length > 0, { what: 'the job to have done something' });
    expect(await onRecord()).toEqual(['1-2', '2-2', '3-1']);
    expect(await sessionsIn('session_counters')).toEqual(['1-2', '2-2', '3-1']);
    expect(await sessionsIn('samples.lacking_ticks')).toEqual(['1-2', '2-2', '3-1']);
    expect(await sessionsIn('samples.lacking_points')).toEqual(['1-2', '2-2', '3-1']);
    // A latecomer is removed however often it comes.
    await comesIn('2-1', 'confirmed');
    await eventually(() => logged.length > 1, { what: 'the job to have done more' });
    expect(await onRecord()).toEqual(['1-2', '2-2', '3-1']);
    await stop();
    expect(logged).toEqual([{ sessions: 3 }, { sessions: 1 }]);
    expect(await run('select from cleaned_sessions where not ticks_removed')).toEqual([]);
  });

  it('is removed of ever so many sessions', async () => {
    await run(`insert into samples.tick_coverage
      select n || '-1', 'press-1', day, 1000, 'confirmed', 1, '{[1,2]}'
      from generate_series(1, 2500) as n, unnest(array[current_date, current_date - 1]) as day`);
    await comesIn('9999-1');
    const { logged, stop } = job({ isSound: true });
    await eventually(() => logged.length > 0, { what: 'the job to have done it' });
    await stop();
    // 3-1 is there again.
    expect([logged, await onRecord()]).toEqual([[{ sessions: 2_499 }], ['3-1', '9999-1']]);
  });

  it('is removed as soon as the log was looked at, not an hour after that', async () => {
    await comesIn('1-1');
    const guard = { isSound: false };
    const { questions, logged } = job(guard, 3_600_000);
    await eventually(() => questions.times > 3, { what: 'the job to have asked whether the log is sound' });
    guard.isSound = true;
    await eventually(() => logged.length > 0, { what: 'the job to go on' });
    expect(await onRecord()).toEqual([]);
  });

  it('stays as long as the log may be another one, where the same ids mean other sessions', async () => {
    await comesIn('1-1');
    await counted('1-1');
    const guard: Parameters<typeof job>[0] = { isSound: false };
    const { questions, logged, stop } = job(guard);
    await eventually(() => questions.times > 3, { what: 'the job to have asked whether the log is sound' });
    guard.doubt = new LogBehindReadModel(quoted('set back'));
    guard.isSound = true;
    const before = questions.times;
    await eventually(() => questions.times > before + 3, { what: 'the job to have asked what is wrong' });
    expect([logged, await onRecord(), await sessionsIn('session_counters')]).toEqual([[], ['1-1'], ['1-1']]);
    delete guard.doubt;
    await eventually(() => logged.length > 0, { what: 'the job to go on' });
    await stop();
    expect([await onRecord(), await sessionsIn('session_counters')]).toEqual([[], []]);
  });
});
