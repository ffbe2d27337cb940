import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { describe, expect, it } from 'vitest';
import { migrate } from '../src/database/migrate.ts';
import { migrations } from '../src/database/migrations.ts';
import { type Database, openDatabase } from '../src/database/open-database.ts';
import { sessionsPath, startApi } from './api-under-test.ts';

/** As the release before this one stored it, to the letter. */
const snapshot = {
  schema_version: 1,
  task_id: '1',
  task_code: 'press',
  task_name: 'Press',
  period_ms: 1000,
  devices: [
    {
      id: '1',
      code: 'press-1',
      name: '注塑机',
      site_code: 'north',
      protocol: 'modbus_tcp',
      host: '10.0.0.3',
      port: 502,
      unit_id: 1,
      timeout_ms: 1000,
      max_registers: 125,
      max_bits: 2000,
      points: [
        {
          code: 'temperature',
          name: '',
          table: 'holding_register',
          address: 0,
          data_type: 'int16',
          byte_order: 'ABCD',
          scale: 0.1,
          offset: 0,
          unit: '°C',
        },
      ],
    },
  ],
} as const;
/** Of the snapshot, by that release. */
const hash = '61b7e156f216a97069a020ec6825ad1cf8a9bd48c54fa9c1ed42cef61688e035';

const migratorOf = (database: Database) =>
  new Migrator({
    db: database,
    provider: migrations,
    migrationTableName: 'api_migrations',
    migrationLockTableName: 'api_migrations_lock',
  });

describe('a session that was stopped under a release that did not keep by whom', () => {
  it('says so after the upgrade: its event was kept', async () => {
    const url = await freshDatabase();
    const database = openDatabase({ url, maxConnections: 1, log: createLogger('test', 'fatal') });
    try {
      const migrator = migratorOf(database);
      expect((await migrator.migrateTo('004_modbus')).error).toBeUndefined();
      for (const statement of [
        `insert into sessions (session_id, task_id, task_code, status, started_at, config_version, metadata, placement_detail, first_sequence, last_sequence)
          values ('9-1', 9, 'press', 'stopped', '2026-01-01', 1, '{}', '', 1, 2),
            ('9-2', 9, 'press', 'running', '2026-01-03', 1, '{}', '', 3, 3)`,
        `insert into session_events (sequence, session_id, task_id, type, time, data) values
          (2, '9-1', 9, 'session.stopped', '2026-01-02', '{"by": "li", "reason": "end of shift"}'),
          (3, '9-2', 9, 'session.started', '2026-01-03', '{"by": "li"}')`,
      ]) {
        await sql.raw(statement).execute(database);
      }
      expect((await migrator.migrateToLatest()).error).toBeUndefined();
      const rows = await database
        .selectFrom('sessions')
        .select(['session_id', 'stopped_by', 'stop_reason', 'hard_limit_at'])
        .orderBy('session_id')
        .execute();
      expect(rows).toEqual([
        { session_id: '9-1', stopped_by: 'li', stop_reason: 'end of shift', hard_limit_at: null },
        { session_id: '9-2', stopped_by: null, stop_reason: null, hard_limit_at: null },
      ]);
      // An older release that still runs writes on without knowing the new columns.
      await sql`
        insert into sessions (session_id, task_id, task_code, status, started_at, config_version, metadata, placement_detail, first_sequence, last_sequence)
        values ('9-3', 9, 'press', 'running', '2026-01-04', 1, '{}', '', 4, 4)`.execute(database);
    } finally {
      await database.destroy();
    }
  });
});

describe('a database and a broker of the release before', () => {
  it('are taken over: the task starts with the snapshot that it had, and can then use what is new', async () => {
    const url = await freshDatabase();
    const nats = await natsForTest();
    const database = openDatabase({ url, maxConnections: 1, log: createLogger('test', 'fatal') });
    try {
      const migrator = migratorOf(database);
      const { error } = await migrator.migrateTo('003_needs_and_failures');
      expect(error).toBeUndefined();
      for (const statement of [
        `insert into sites (code, name) values ('north', '北厂')`,
        `insert into devices (code, name, site_id, protocol, host, port, unit_id, timeout_ms, max_registers, max_bits, enabled)
          values ('press-1', '注塑机', 1, 'modbus_tcp', '10.0.0.3', 502, 1, 1000, 125, 2000, true)`,
        `insert into points (device_id, code, name, "table", address, data_type, byte_order, scale, "offset", unit, enabled)
          values (1, 'temperature', '', 'holding_register', 0, 'int16', 'ABCD', 0.1, 0, '°C', true)`,
        `insert into tasks (code, name, period_ms, enabled) values ('press', 'Press', 1000, true)`,
        `insert into task_devices (task_id, device_id) values (1, 1)`,
        `insert into task_config_versions (task_id, version, hash, task_code, task_name, period_ms, device_codes)
          values (1, 4, '${hash}', 'press', 'Press', 1000, '["press-1"]')`,
      ]) {
        await sql.raw(statement).execute(database);
      }
    } finally {
      await database.destroy();
    }
    const configs = await TaskConfigStore.open((await sessionLogForTest(nats.url)).nc);
    const text = JSON.stringify({ ...snapshot, config_version: 4 });
    await configs.putText('1/4', text);

    const api = await startApi({ nats: nats.url, database: url });
    await api.ready();
    const start = async () => {
      const answer = await api.post(`${sessionsPath}/start-task/`, { task_id: 1 });
      expect(answer).toMatchObject({ status: 201 });
      await api.post(`${sessionsPath}/${answer.body.session_id}/stop/`);
      return answer.body.config_version;
    };
    expect(await start()).toBe(4);
    expect(await configs.names()).toEqual(['1/4']);
    expect(await configs.loadText('1/4')).toEqual({ ok: true, text });

    expect((await api.get('/api/config/points/1/')).body).toMatchObject({
      code: 'temperature',
      bit: null,
      enumeration: null,
      period_ms: null,
      report: null,
      writable: false,
    });
    const changed = await api.request('PATCH', '/api/config/points/1/', { valid_max: 80 });
    expect(changed).toMatchObject({ status: 200, body: { valid_max: 80 } });
    expect(await start()).toBe(5);
    expect(await configs.load('1', 5)).toMatchObject({
      ok: true,
      config: { schema_version: 2, devices: [{ points: [{ valid_max: 80 }] }] },
    });
  });

  it('work with the release before after the upgrade as well: it starts anew beside the newer schema, and both are used', async () => {
    const url = await freshDatabase();
    const nats = await natsForTest();
    const first = await startApi({ nats: nats.url, database: url });
    await first.ready();
    await first.post('/api/config/tasks/', { code: 'press', name: 'Press', period_ms: 1000 });
    await first.process.stop();
    await migrateSampleTables({ databaseUrl: url });
    const database = openDatabase({ url, maxConnections: 2, log: createLogger('test', 'fatal') });
    try {
      // As a release that does not exist yet will leave it: more than this one knows, and nothing less.
      for (const statement of [
        `insert into api_migrations (name, timestamp) values ('999_of_a_newer_release', '2099-01-01')`,
        `insert into samples.kysely_migration (name, timestamp) values ('9999_of_a_newer_release', '2099-01-01')`,
        `alter table tasks add column of_a_newer_release text, add column with_a_default integer not null default 1`,
      ]) {
        await sql.raw(statement).execute(database);
      }
      await migrateSampleTables({ databaseUrl: url });
      const again = await startApi({ nats: nats.url, database: url });
      await again.ready();
      expect((await again.get('/api/config/tasks/')).body.results).toMatchObject([{ code: 'press' }]);
      const made = await again.post('/api/config/tasks/', { code: 'oven', name: 'Oven', period_ms: 1000 });
      expect(made).toMatchObject({ status: 201 });
      await again.process.stop();

      // One that is missing in between is no newer release.
      await sql
        .raw(`insert into api_migrations (name, timestamp) values ('001_other', '2020-01-01')`)
        .execute(database);
      await expect(migrate(database, createLogger('test', 'silent'))).rejects.toThrow(/001_other is missing/);
    } finally {
      await database.destroy();
    }
  });
});
