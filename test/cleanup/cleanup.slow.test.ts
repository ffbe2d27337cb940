import { spawnSync } from 'node:child_process';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import { createLogger, type Logger } from '@holdfast/shared/runtime/logger.ts';
import { quoted } from '@holdfast/texts/text.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { advisoryLocks } from '../../services/api/src/database/advisory-locks.ts';
import { openDatabase } from '../../services/api/src/database/open-database.ts';
import { startCleanupJob } from '../../services/api/src/sessions/cleanup/cleanup-job.ts';
import { LogBehindReadModel } from '../../services/api/src/sessions/projection/log-guard.ts';
import {
  type ApiUnderTest,
  configureTask,
  sessionsPath,
  startApi,
  startTask,
} from '../../services/api/testing/api-under-test.ts';
import { configOf, writeStory } from '../../services/api/testing/write-story.ts';
import { commands } from '../../tools/cli/src/commands.ts';
import { findCommand, parseCommandLine } from '../../tools/cli/src/parse-command-line.ts';
import { cliForTest } from '../cli/cli-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';
import { readModel } from '../verify/checks/read-model.ts';
import { readHistory } from '../verify/read-history.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let database: string;
let api: ApiUnderTest;
let log: SessionLogForTest;
let client: pg.Client;

const hasScript = spawnSync('script', ['--version'], { stdio: 'ignore' }).status === 0;
const path = '/api/system/cleanup/';
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const tellStory = (taskId: string, ...story: Parameters<typeof writeStory>[2]) =>
  writeStory(log, configOf(taskId, ['press-1'], 60_000), story);
const idsIn = (results: { id: string }[]) => results.map(({ id }) => id);
const projected = async (sessionId: string, status: string) =>
  eventually(async () => (await api.get(`${sessionsPath}/${sessionId}/`)).body.status === status, {
    what: `${sessionId} to be ${status}`,
  });
const count = async (sql: string, values: unknown[] = []) =>
  Number((await client.query(`select count(*) from ${sql}`, values)).rows[0]?.count);

beforeAll(async () => {
  nats = await natsForTest();
  database = await freshDatabase();
  api = await startApi({ nats: nats.url, database });
  await api.ready();
  await migrateSampleTables({ databaseUrl: database });
  log = await sessionLogForTest(nats.url);
  client = new pg.Client({ connectionString: database });
  await client.connect();
  cleanUpAfterFile(() => client.end());
});

/** The verifier's violations of log and read model. */
async function violations() {
  const history = await readHistory({ natsUrl: nats.url, databaseUrl: database });
  return readModel(history, { settleMs: 0 });
}

let next: number;

describe('cleaning up', () => {
  beforeAll(async () => {
    next = await configureTask(api, 'next');
    await tellStory(
      String(next),
      { at: daysAgo(50), what: 'started' },
      { at: daysAgo(50), what: 'assigned', to: 'c1', reason: 'start' },
      { at: daysAgo(40), what: 'stopped' },
    );
    await tellStory('701', { at: daysAgo(90), what: 'started' }, { at: daysAgo(20), what: 'stopped' });
    await tellStory('702', { at: daysAgo(90), what: 'started' });
    await tellStory('703', { at: daysAgo(90), what: 'started' }, { at: daysAgo(89), what: 'paused' });
    await tellStory('704', { at: daysAgo(90), what: 'started' }, { at: daysAgo(80), what: 'failed' });
    const failed = await configureTask(api, 'failed');
    await tellStory(
      String(failed),
      { at: daysAgo(90), what: 'started' },
      { at: daysAgo(80), what: 'failed' },
    );
    await startTask(api, failed);
    await projected(`${failed}-2`, 'running');
    const coverage = openPostgresTickCoverage({ databaseUrl: database });
    const ticks = { deviceCode: 'press-1', periodMs: 60_000, outcome: 'stored', from: 1, to: 9 } as const;
    await coverage.record(['701-1', `${next}-1`].map((sessionId) => ({ ...ticks, sessionId })));
    await coverage.close();
    for (const id of ['701-1', `${next}-1`]) {
      await client.query(
        `insert into session_counters values ($1, 1, 'i', 1, 0, null, '{}', now()) on conflict do nothing`,
        [id],
      );
    }
    expect(failed).toBe(next + 1);
  });

  it.each([
    ['no age', {}],
    ['an age below the bound', { older_than: '59m' }],
    ['an age above the bound', { older_than: '3651d' }],
    ['an age that is none', { older_than: '30' }],
    ['a status that is not over', { older_than: '30d', status: ['running'] }],
    ['no status at all', { older_than: '30d', status: [] }],
    ['a limit that is too high', { older_than: '30d', limit: 10_001 }],
    ['a field that is not known', { older_than: '30d', dry_run: true }],
  ])('is refused with %s', async (_why, body) => {
    expect(await api.post(path, body)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
  });

  it('tells beforehand which sessions would go, page by page, and which could still be recovered', async () => {
    const first = await api.get(`${path}?older_than=30d&limit=1`);
    expect(first.body).toMatchObject({ count: 2, recoverable: 1, results: [{ id: `${next}-1` }] });
    const second = await api.get(`${path}?older_than=30d&limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({
      results: [{ id: `${next + 1}-1`, status: 'error', stopped_at: expect.any(String) }],
      next_cursor: null,
    });
    expect((await api.get(`${path}?older_than=30d&status=stopped`)).body).toMatchObject({ count: 1 });
    expect((await api.get(`${path}?older_than=60d&status=stopped`)).body).toMatchObject({ count: 0 });
    expect(idsIn((await api.get(`${path}?older_than=10d&status=stopped`)).body.results)).toEqual([
      `${next}-1`,
      '701-1',
    ]);
    expect((await api.get(`${sessionsPath}/${next}-1/`)).status).toBe(200);
  });

  it('removes ended sessions as far as it was asked to, and nothing else', async () => {
    const before = await log.events();
    expect((await api.post(path, { older_than: '30d', limit: 1 })).body).toMatchObject({
      removed: 1,
      limit_reached: true,
    });
    expect((await api.post(path, { older_than: '30d' })).body).toMatchObject({
      removed: 1,
      limit_reached: false,
    });
    const sessionIds = idsIn((await api.get(`${sessionsPath}/?limit=500`)).body.results);
    expect(sessionIds.sort()).toEqual(['701-1', '702-1', '703-1', '704-1', `${next + 1}-2`].sort());
    for (const table of ['sessions', 'session_events', 'session_counters', 'samples.tick_coverage']) {
      expect(await count(`${table} where session_id = $1`, [`${next}-1`]), table).toBe(0);
    }
    expect(await count(`samples.tick_coverage where session_id = '701-1'`)).toBe(1);
    expect(await log.events()).toEqual(before);
    expect(await violations()).toEqual([]);
    expect(await api.get(`${sessionsPath}/${next}-1/`)).toMatchObject({
      status: 404,
      body: { code: 'session_not_found', detail: expect.stringContaining('was cleaned away') },
    });
  });

  it('leaves what a session read under its id, where values are kept under one, and says so where they are not', async () => {
    const store = openPostgresSampleStore({ databaseUrl: database });
    const time = Math.floor(Date.now() / 60_000 - 60) * 60_000;
    const sample = {
      session: `${next}-1`,
      epoch: 1,
      task: String(next),
      device: 'press-1',
      measurement: 'press-1',
    };
    const result = await store.write([
      { ...sample, site: '', tick: time / 60_000, period_ms: 60_000, time, values: { pressure: 5 } },
    ]);
    await store.close();
    expect(result).toEqual({ kind: 'written' });
    const history = `${sessionsPath}/point-history/?point_code=pressure&session_id=${next}-1`;
    const storedValues = await api.get(`${history}&start_time=-2h`);
    expect(storedValues).toMatchObject({ status: 200, body: { results: [{ device: 'press-1', value: 5 }] } });
    expect(await api.get(`${history}&start_time=-9h&end_time=-8h`)).toMatchObject({
      ...{ status: 200, body: { results: [] } },
    });
    const overInflux = await startApi({
      ...{ nats: nats.url, database },
      env: { SAMPLE_STORE: 'influx', INFLUX_URL: 'http://127.0.0.1:9' },
    });
    await overInflux.ready();
    const answer = await overInflux.get(history);
    await overInflux.process.stop();
    expect(answer).toMatchObject({
      status: 404,
      body: { code: 'session_not_found', detail: expect.stringMatching(/cleaned away .* found by device/) },
    });
  });

  it('leaves the next run of a task the next number, and an earlier one over', async () => {
    expect(await startTask(api, next)).toBe(`${next}-2`);
    expect(await api.post(`${sessionsPath}/${next}-1/resume/`)).toMatchObject({
      status: 409,
      body: { code: 'session_ended' },
    });
  });

  it('is not undone when the read model is rebuilt from the log', async () => {
    await makeAnew('702-1');
    const ids = idsIn((await api.get(`${sessionsPath}/?limit=500`)).body.results);
    expect(ids).toContain(`${next}-2`);
    expect(ids).toContain('701-1');
    expect(ids).not.toContain(`${next}-1`);
    expect(ids).not.toContain(`${next + 1}-1`);
    expect(await violations()).toEqual([]);
  });

  it('counts no more when the log is another one, as far as it is', async () => {
    await client.query(`update cleaned_sessions set last_event_id = 'other' where session_id = $1`, [
      `${next + 1}-1`,
    ]);
    await makeAnew('702-1');
    const ids = idsIn((await api.get(`${sessionsPath}/?limit=500`)).body.results);
    expect(ids).toContain(`${next + 1}-1`);
    expect(ids).not.toContain(`${next}-1`);
    expect(await violations()).toEqual([]);
  });
});

describe('cleaning up on the command line', () => {
  const cli = () => cliForTest({ HOLDFAST_URL: api.url });

  it('asks for an age, and for a limit only where it shows what would go', async () => {
    const ageless = await cli().run('cleanup', '--dry-run');
    expect([ageless.code, ageless.stderr]).toEqual([2, expect.stringContaining('--older-than')]);
    const command = findCommand(commands, ['cleanup']);
    if (!command) throw new Error('there is no such command');
    expect(() => parseCommandLine(command, ['cleanup', '--status', 'running'])).toThrow(/not running/);
  });

  it('shows in a pipe what would go, and says nothing else', async () => {
    const dry = await cli().run('cleanup', '--older-than', '60d', '--dry-run');
    expect([dry.code, dry.stderr]).toEqual([0, '']);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      count: 1,
      recoverable: 1,
      results: [{ id: `${next + 1}-1` }],
    });
    const none = await cli().run('cleanup', '--older-than', '3000d');
    expect([none.code, none.stderr, JSON.parse(none.stdout).removed]).toEqual([0, '', 0]);
  });

  it.skipIf(!hasScript)('tells on a terminal how far it is, and then how many were removed', async () => {
    await tellStory('705', { at: daysAgo(950), what: 'started' }, { at: daysAgo(900), what: 'stopped' });
    await projected('705-1', 'stopped');
    const { code, stdout } = await cli().onTerminal('cleanup', '--older-than', '800d');
    expect(code).toBe(0);
    expect(stdout).toContain('cleanup [........................] 0/1 0 %');
    expect(stdout.split('\u001b[K').at(-1)).toBe('1 removed.\n');
    expect((await api.get(`${sessionsPath}/705-1/`)).status).toBe(404);
  });
});

describe('the job that cleans up', () => {
  it('is done by one process at a time, and by none while the log lacks events', async () => {
    const lines: string[] = [];
    const log = { ...createLogger('test', 'silent'), debug: (_: object, text: string) => lines.push(text) };
    const jobDatabase = openDatabase({
      url: database,
      maxConnections: 3,
      log: createLogger('test', 'silent'),
    });
    let damage: LogBehindReadModel | undefined = new LogBehindReadModel(quoted('set back'));
    let requestCount = 0;
    const job = startCleanupJob({
      database: jobDatabase,
      logGuard: {
        doubt: () => {
          requestCount += 1;
          return damage;
        },
        isSound: () => true,
      },
      olderThanMs: 60 * 86_400_000,
      statuses: ['error'],
      everyMs: 20,
      log: log as unknown as Logger,
    });
    const isThere = async () => (await count(`sessions where session_id = $1`, [`${next + 1}-1`])) === 1;
    await eventually(() => requestCount > 2, { what: 'the job to have looked at the log' });
    expect([await isThere(), lines]).toEqual([true, []]);
    // Holds the lock, as another process that cleans up would.
    await client.query(`select pg_advisory_lock(${advisoryLocks.cleanup})`);
    damage = undefined;
    await eventually(() => lines.length > 2, { what: 'the job to find that another process does it' });
    expect([await isThere(), new Set(lines)]).toEqual([true, new Set([expect.stringContaining('another')])]);
    await client.query(`select pg_advisory_unlock(${advisoryLocks.cleanup})`);
    await eventually(async () => !(await isThere()), { what: 'the job to clean up' });
    await job.stop();
    await jobDatabase.destroy();
    expect((await api.get(`${sessionsPath}/704-1/`)).status).toBe(200);
    expect(await violations()).toEqual([]);
  });

  it('is done by an API that is asked to', async () => {
    const env = { CLEANUP_OLDER_THAN_DAYS: '10', CLEANUP_STATUSES: 'stopped' };
    // The record of a session that was cleaned away before.
    await client.query(
      `insert into samples.tick_coverage values ($1, 'press-1', current_date, 1000, 'confirmed', 1, '{[1,2]}')`,
      [`${next}-1`],
    );
    const cleaning = await startApi({ nats: nats.url, database, env });
    await eventually(async () => (await api.get(`${sessionsPath}/701-1/`)).status === 404, {
      what: 'the job to clean up',
    });
    // The session goes first, the account of its ticks right after it, and then what came too late.
    await eventually(async () => (await count('samples.tick_coverage')) === 0, {
      what: 'the account of its ticks to be gone',
    });
    await cleaning.process.stop({ graceMs: 5_000 });
  });
});

/** Starts the read model over; the next event wakes the projector. */
async function makeAnew(running: string): Promise<void> {
  await client.query('delete from projection_checkpoint');
  const { status } = (await log.task(running.split('-')[0] ?? '')).session;
  const command = status === 'running' ? 'pause' : 'resume';
  await api.post(`${sessionsPath}/${running}/${command}/`);
  const last = (await log.events()).at(-1)?.sequence;
  await eventually(
    async () => (await count('projection_checkpoint where last_sequence >= $1', [last])) === 1,
    {
      what: 'the read model to be rebuilt',
    },
  );
}

describe('a session that was cleaned away', () => {
  it('can be stopped once more without harm, and the answer does not pretend that lists have it', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'stopped-twice'));
    const stop = async () => (await api.post(`${sessionsPath}/${sessionId}/stop/`)).body;
    expect(await stop()).toMatchObject({ status: 'stopped', detail: expect.stringContaining('is stopped') });
    expect((await stop()).detail).toBe(`Session ${sessionId} was over already.`);
    await client.query('update sessions set stopped_at = $2 where session_id = $1', [sessionId, daysAgo(60)]);
    expect((await api.post(path, { older_than: '30d' })).status).toBe(200);
    expect((await api.get(`${sessionsPath}/${sessionId}/`)).status).toBe(404);
    expect(await stop()).toMatchObject({
      status: 'stopped',
      detail: `Session ${sessionId} was over already. It was cleaned away: only the event log has it.`,
    });
  });
});
