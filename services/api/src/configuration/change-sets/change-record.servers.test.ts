import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { readChangeRecord, recordFaults } from '@holdfast/test/support/change-record.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { thorough } from '@holdfast/test/support/thorough.ts';
import fc from 'fast-check';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from '../../../testing/api-database.ts';
import { inChange } from '../../database/in-change.ts';
import { type Database, openDatabase } from '../../database/open-database.ts';
import { Problem } from '../../problems/problem.ts';
import { writeItems } from './items/change-items.ts';
import type { ReadyItem } from './items/ready-items.ts';
import { revertChangeSet } from './revert-change-set.ts';

const log = createLogger('test', 'silent');
let database: Database;
let store: SampleStore;
let client: pg.Client;

beforeAll(async () => {
  const url = await apiDatabase();
  database = openDatabase({ url, maxConnections: 4, log });
  cleanUpAfterFile(() => database.destroy());
  await migrateSampleTables({ databaseUrl: url });
  store = openPostgresSampleStore({ databaseUrl: url });
  cleanUpAfterFile(() => store.close());
  client = new pg.Client({ connectionString: url });
  await client.connect();
  cleanUpAfterFile(() => client.end());
});

const about = { by: 'anna', kind: 'edit', source: 'test' } as const;
const siteAccess = { requireUntilEnd: async () => undefined };

const recordIn = (client: pg.Client) =>
  readChangeRecord(async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows);

type Table = 'sites' | 'devices' | 'points' | 'tasks';
/** The id of an existing thing, or one that does not exist. */
async function pick(table: Table, choice: number): Promise<number> {
  const { rows } = await client.query<{ id: string }>(`select id from ${table} order by id`);
  return Number(rows[choice % Math.max(1, rows.length)]?.id ?? 999_999);
}

let codes = 0;
const newCode = () => {
  codes += 1;
  return `c-${codes}`;
};
const place = () => ({ protocol: 'modbus_tcp', host: `h-${codes}`, port: 502, unit_id: 1 });

interface Step {
  readonly what: number;
  readonly one: number;
  readonly other: number;
}

type Kind = ReadyItem['kind'];

const write = (to: Database, items: readonly object[]) =>
  writeItems(
    to,
    items.map((item) => ({ ...item, standIn: undefined }) as ReadyItem),
    { store, naming: items.length === 1 ? 'single' : 'list', whenLocked: async () => undefined },
  );
const create = (to: Database, kind: Kind, ...all: object[]) =>
  write(
    to,
    all.map((fields) => ({ op: 'create', kind, fields })),
  );
const change = async (to: Database, kind: Kind, choice: number, fields: object) =>
  write(to, [{ op: 'change', kind, id: await pick(`${kind}s`, choice), fields }]);
const remove = async (to: Database, kind: Kind, choice: number) =>
  write(to, [{ op: 'delete', kind, id: await pick(`${kind}s`, choice) }]);

/** Ways in which configuration is written: by single calls, in bulk, and directly in the database. */
const ways: readonly ((transaction: Database, step: Step) => Promise<unknown>)[] = [
  (to) => create(to, 'site', { code: newCode() }),
  async (to, { one }) => {
    const code = newCode();
    const site_id = one % 3 === 0 ? null : await pick('sites', one);
    return create(to, 'device', { code, site_id, ...place() });
  },
  async (to, { one, other }) => {
    const device_id = await pick('devices', one);
    const many = Array.from({ length: 1 + (other % 4) }, (_, address) => ({
      ...{ device_id, code: newCode(), table: 'holding_register', address, data_type: 'int16' },
    }));
    return create(to, 'point', ...many);
  },
  async (to, { one, other }) => {
    const device_ids = [...new Set([await pick('devices', one), await pick('devices', other)])];
    return create(to, 'task', { code: newCode(), period_ms: 1_000, device_ids });
  },
  (to, { one, other }) => change(to, 'site', one, { name: `n-${other}` }),
  (to, { one, other }) => change(to, 'device', one, { unit_id: 1 + (other % 9), timeout_ms: 500 + other }),
  (to, { one, other }) => change(to, 'point', one, { scale: 1 + other }),
  async (to, { one, other }) => change(to, 'task', one, { device_ids: [await pick('devices', other)] }),
  async (to, { one, other }) => {
    const device = await pick('devices', one);
    const { rows } = await client.query<{ id: string }>('select id from points where device_id = $1', [
      device,
    ]);
    const point_ids = rows.map(({ id }) => Number(id)).slice(0, other % 3);
    return change(to, 'task', other, { device_ids: [device], point_ids });
  },
  (to, { one }) => remove(to, 'point', one),
  (to, { one }) => remove(to, 'device', one),
  (to, { one }) => remove(to, 'task', one),
  (to, { one }) => remove(to, 'site', one),
  async (to, { one }) =>
    revertChangeSet(to, { id: one + 1, only: undefined, granted: 'everywhere', siteAccess, store }),
];

/** Statements that bypass the API, some of them on many rows at once. */
const statements: readonly ((step: Step) => string)[] = [
  ({ one }) => `update points set unit = 'u-${one}' where id % 2 = ${one % 2}`,
  ({ one }) => `update devices set enabled = not enabled where id % 3 = ${one % 3}`,
  () => `update devices set name = name`,
  ({ one, other }) => `delete from task_points where task_id % 3 = ${one % 3};
    delete from task_devices where task_id % 3 = ${other % 3}`,
  ({ one }) =>
    `begin; insert into sites (code, name) values ('gone-${one}', ''); delete from sites where code = 'gone-${one}'; commit`,
  ({ one }) =>
    `begin; update sites set name = 'a-${one}'; savepoint s; update sites set name = 'b'; rollback to s; commit`,
  () => `delete from tasks where id = (select min(id) from tasks)`,
];

describe('what the change sets say of the configuration', () => {
  it('is what the tables have, after writes on every path', async () => {
    const step = fc.record({ what: fc.nat(99), one: fc.nat(40), other: fc.nat(40) });
    const kinds = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
        for (const each of steps) {
          const all = ways.length + statements.length;
          // Creations come more often than other ways, so that there is something to write.
          const any = each.what % (all + 8);
          const what = any < all ? any : (any - all) % 4;
          const way = ways[what];
          if (way) {
            await inChange(database, about, (transaction) => way(transaction, each)).then(
              () => kinds.add(what),
              (error: unknown) => {
                if (!(error instanceof Problem)) throw error;
              },
            );
          } else {
            await client.query(statements[what - ways.length]?.(each) ?? 'select 1');
            kinds.add(what);
          }
        }
        expect(recordFaults(await recordIn(client))).toEqual([]);
      }),
      { numRuns: thorough(12), seed: 7 },
    );
    expect((await recordIn(client)).configured.size).toBeGreaterThan(20);
    expect(kinds.size).toBeGreaterThan(15);
  });

  it('says of a statement past the API who wrote it, and nothing of one that changed nothing', async () => {
    const last = async () =>
      (await client.query('select * from change_sets order by id desc limit 1')).rows[0];
    const before = await last();
    await client.query(`update sites set name = name`);
    expect(await last()).toEqual(before);
    await client.query(`insert into sites (code, name) values ('by-hand', '')`);
    const { rows } = await client.query('select current_user as name');
    expect(await last()).toMatchObject({ by: rows[0].name, kind: 'direct', source: 'sql' });
  });

  it('is something else than the tables after a change past its triggers', async () => {
    await client.query(`insert into sites (code, name) values ('past', '')`);
    await client.query('begin; alter table sites disable trigger user');
    const { rows } = await client.query(`update sites set name = 'x' where code = 'past' returning id`);
    const faults = recordFaults(await recordIn(client));
    await client.query('rollback');
    expect(faults).toEqual([
      { thing: `site ${rows[0].id}`, what: 'has name otherwise than its change sets say' },
    ]);
  });

  it('keeps twenty thousand points that are made by one statement as one set', async () => {
    const { rows } = await client.query<{ id: string }>(
      `insert into devices (code, name, protocol, mode, timeout_ms, connection, enabled)
       values ('many', '', 'modbus_tcp', 'polled', 1000, '{"host": "many"}', true) returning id`,
    );
    await client.query(
      `insert into points (device_id, code, name, address, data_type, scale, "offset", unit, enabled)
       select $1, 'p-' || n, '', '{"table": "coil", "address": 1}', 'bool', 1, 0, '', true from generate_series(1, 20000) n`,
      [rows[0]?.id],
    );
    const { rows: counted } = await client.query(
      `select count(*)::int as items, count(distinct set_id)::int as sets, min(device_code) as device from change_items where code like 'p-%'`,
    );
    expect(counted).toEqual([{ items: 20_000, sets: 1, device: 'many' }]);
    expect(recordFaults(await recordIn(client))).toEqual([]);
  });
});
