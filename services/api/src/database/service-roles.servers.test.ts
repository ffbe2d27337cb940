import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import { firstTimeMs, storableSample } from '@holdfast/sample-store/testing/storable-sample.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import {
  type DatabaseRolesForTest,
  databaseRolesForTest,
} from '@holdfast/test/support/database-roles-for-test.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { DatabaseUnavailable } from './database-unavailable.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { type RoleKind, roleKinds } from './service-roles.ts';

const log = createLogger('test', 'silent');
const dayMs = 86_400_000;

let roles: DatabaseRolesForTest;

beforeAll(async () => {
  roles = await databaseRolesForTest();
  await roles.prepare();
  const owner = await connected(roles.ownerUrl);
  await owner.query(`insert into sites (code, name) values ('hall-1', 'Hall 1')`);
  await owner.query(`select samples.create_day('2026-01-01')`);
});

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  cleanUpAfterFile(() => client.end().catch(() => undefined));
  return client;
}

/** Outcome of each statement: `done`, or the server's SQLSTATE. Everything is rolled back. */
async function tried(url: string, statements: readonly string[]): Promise<Record<string, string>> {
  const client = await connected(url);
  const outcomes: Record<string, string> = {};
  for (const statement of statements) {
    await client.query('begin');
    outcomes[statement] = await client.query(statement).then(
      () => 'done',
      (error: pg.DatabaseError) => error.code ?? error.message,
    );
    await client.query('rollback');
  }
  return outcomes;
}

const all = (statements: readonly string[], outcome: string) =>
  Object.fromEntries(statements.map((statement) => [statement, outcome]));

const insufficientPrivilege = '42501';

const readsValues = 'select * from samples.reading';
const readsSites = 'select * from sites';
const writesSite = `insert into sites (code, name) values ('x', 'x')`;
const writesSeries = `insert into samples.series (session_id, task_id, device_code, site_code, point_code) values ('1', '1', 'd', 's', 'p')`;
const forgetsTicks = 'delete from samples.tick_coverage';
const forgetsLacking = ['delete from samples.lacking_ticks', 'delete from samples.lacking_points'];
/** Only the owner may do these. */
const ofTheOwner = [
  'drop table sites',
  'drop table samples.sample_value',
  'truncate samples.sample_value',
  'drop schema samples cascade',
  'create table public.mine (id int)',
  'create table samples.mine (id int)',
  'create schema mine',
  'delete from samples.sample_value',
  'update api_migrations set name = name',
  'update samples.kysely_migration set name = name',
  'create role mine superuser',
  'select rolpassword from pg_authid',
  `copy sites to program 'true'`,
  `select pg_read_file('PG_VERSION')`,
];

const cases: Readonly<Record<RoleKind, { may: readonly string[]; mayNot: readonly string[] }>> = {
  api: {
    may: [
      readsSites,
      writesSite,
      'delete from sites',
      'select * from change_items',
      readsValues,
      forgetsTicks,
      ...forgetsLacking,
      'select * from api_migrations',
    ],
    mayNot: [
      'delete from change_items',
      `update change_sets set reason = ''`,
      'select open_change_set()',
      writesSeries,
      `select samples.create_day('2026-01-02')`,
      `select samples.drop_day('sample_value_20260101')`,
    ],
  },
  writer: {
    may: [
      readsValues,
      writesSeries,
      `select samples.create_day('2026-01-02')`,
      `select samples.drop_day('sample_value_20260101')`,
      'delete from samples.epoch_start',
    ],
    mayNot: [
      readsSites,
      writesSite,
      'delete from samples.series',
      forgetsTicks,
      ...forgetsLacking,
      'drop table samples.sample_value_20260101',
    ],
  },
  reader: {
    may: [readsValues, readsSites, 'select * from sessions', 'select * from samples.tick_coverage'],
    mayNot: [
      writesSite,
      writesSeries,
      forgetsTicks,
      'select * from creations',
      'select * from audit_entries',
      'select * from change_sets',
      `select samples.drop_day('sample_value_20260101')`,
    ],
  },
  backup: {
    may: [readsValues, readsSites, 'select * from creations', 'select last_value from sites_id_seq'],
    mayNot: [writesSite, writesSeries, forgetsTicks, `select samples.drop_day('sample_value_20260101')`],
  },
};

describe('the role of a service in PostgreSQL', () => {
  it.each(roleKinds)('%s may do what its service does, and nothing else', async (kind) => {
    const { may, mayNot } = cases[kind];
    expect(await tried(roles.roleUrls[kind], may)).toEqual(all(may, 'done'));
    const refused = [...mayNot, ...ofTheOwner];
    expect(await tried(roles.roleUrls[kind], refused)).toEqual(all(refused, insufficientPrivilege));
  });

  it('writer drops days of samples, and no other table', async () => {
    const statements = ['series', 'sample_value', 'nothing'].map(
      (name) => `select samples.drop_day('${name}')`,
    );
    expect(await tried(roles.roleUrls.writer, statements)).toEqual(all(statements, 'P0001'));
  });

  it('writer stores samples of days that are not there yet, records ticks, and drops days that are over', async () => {
    const databaseUrl = roles.roleUrls.writer;
    const store = openPostgresSampleStore({ databaseUrl });
    cleanUpAfterFile(() => store.close());
    const coverage = openPostgresTickCoverage({ databaseUrl });
    cleanUpAfterFile(() => coverage.close());
    const samples = [1, 2].map((day) => storableSample({ tick: (day * dayMs) / 1_000, device: 'of-writer' }));
    expect(await store.write(samples)).toEqual({ kind: 'written' });
    // Written once more, now replacing what is there.
    expect(await store.write(samples.map((sample) => ({ ...sample, epoch: 8 })))).toEqual({
      kind: 'written',
    });
    expect(
      await store.write([
        storableSample({ tick: 3, values: undefined, miss: { cause: 'overrun', detail: '' } }),
      ]),
    ).toEqual({ kind: 'written' });
    await coverage.record([
      { sessionId: 's', deviceCode: 'd', periodMs: 1_000, from: 1, to: 2, outcome: 'sent' },
    ]);
    const reader = openPostgresSampleStore({ databaseUrl: roles.roleUrls.api });
    cleanUpAfterFile(() => reader.close());
    const query = {
      ...{
        pointCode: 'temperature',
        limit: 10,
        devices: [{ deviceCode: 'of-writer', measurement: 'of-writer' }],
      },
      ...{ start: new Date(firstTimeMs), end: new Date(firstTimeMs + 10 * dayMs) },
    };
    expect(await reader.history(query)).toHaveLength(2);
    const dropped = await store.maintain({
      nowMs: firstTimeMs + 3 * dayMs,
      keepFromMs: firstTimeMs + 2 * dayMs,
    });
    expect(dropped).toContain('sample_value_20260102');
    expect(await reader.history(query)).toHaveLength(1);
  });
});

describe('a database whose owner makes its tables', () => {
  it('is waited for by API and writer until it is prepared', async () => {
    const fresh = await databaseRolesForTest();
    await fresh.prepare();
    // This release is newer than the tables that the owner has made.
    const owner = await connected(fresh.ownerUrl);
    await owner.query('delete from api_migrations; delete from samples.kysely_migration');
    const database = openDatabase({ url: fresh.roleUrls.api, maxConnections: 2, log });
    cleanUpAfterFile(() => database.destroy());
    const lacks = /has not made .*001_configuration_and_read_model.* yet.*prepare\.mjs/;
    await expect(migrate(database, log)).rejects.toThrow(lacks);
    await expect(migrate(database, log)).rejects.toBeInstanceOf(DatabaseUnavailable);
    const asWriter = migrateSampleTables({ databaseUrl: fresh.roleUrls.writer });
    await expect(asWriter).rejects.toBeInstanceOf(SampleStoreUnavailable);
    await owner.query('drop schema samples cascade; drop schema public cascade; create schema public');
    await fresh.prepare();
    await migrate(database, log);
    await migrateSampleTables({ databaseUrl: fresh.roleUrls.writer });
  });

  it('gets its roles when it is older than they are, with days that others made', async () => {
    const old = await databaseRolesForTest();
    await migrateSampleTables({ databaseUrl: old.ownerUrl });
    const before = openPostgresSampleStore({ databaseUrl: old.ownerUrl });
    await before.write([storableSample()]);
    await before.close();
    await old.prepare();
    const store = openPostgresSampleStore({ databaseUrl: old.roleUrls.writer });
    cleanUpAfterFile(() => store.close());
    expect(await store.write([storableSample({ tick: 1 })])).toEqual({ kind: 'written' });
    expect(
      await store.maintain({ nowMs: firstTimeMs + 9 * dayMs, keepFromMs: firstTimeMs + 5 * dayMs }),
    ).toEqual(['sample_miss_20260101', 'sample_value_20260101']);
  });

  it('takes new passwords when it is prepared again, and takes back rights that were granted by hand', async () => {
    const again = await databaseRolesForTest();
    await Promise.all([again.prepare(), again.prepare()]);
    const owner = await connected(again.ownerUrl);
    const { username } = new URL(again.roleUrls.reader);
    await owner.query(`grant insert on sites to ${username}`);
    const other = new URL(again.roleUrls.reader);
    other.password = 'another';
    await again.prepare({ ...again.roleUrls, reader: other.href });
    await expect(connected(again.roleUrls.reader)).rejects.toMatchObject({ code: '28P01' });
    expect(await tried(other.href, [writesSite])).toEqual({ [writesSite]: insufficientPrivilege });
    const { rows } = await owner.query('select rolpassword from pg_authid where rolname = $1', [username]);
    expect(rows[0].rolpassword).toMatch(/^SCRAM-SHA-256\$/);
  });
});
