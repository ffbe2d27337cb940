import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { migrate } from '../src/database/migrate.ts';
import { openDatabase } from '../src/database/open-database.ts';
import { startApi } from './api-under-test.ts';

describe('a database that a newer release has changed', () => {
  it('is used as it is: releases only add to what is there', async () => {
    const url = await freshDatabase();
    const nats = await natsForTest();
    const first = await startApi({ nats: nats.url, database: url });
    await first.ready();
    await first.post('/api/config/tasks/', { code: 'press', name: 'Press', period_ms: 1000 });
    await first.process.stop();
    await migrateSampleTables({ databaseUrl: url });
    const database = openDatabase({ url, maxConnections: 2, log: createLogger('test', 'fatal') });
    try {
      // Leaves the database as a future release would: with more than this release knows, and nothing less.
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
      const creation = await again.post('/api/config/tasks/', {
        code: 'oven',
        name: 'Oven',
        period_ms: 1000,
      });
      expect(creation).toMatchObject({ status: 201 });
      await again.process.stop();
    } finally {
      await database.destroy();
    }
  });
});

describe('a database of a commit before the first release', () => {
  it('is refused with what to do, by the API and by the tables of samples', async () => {
    const url = await freshDatabase();
    const database = openDatabase({ url, maxConnections: 2, log: createLogger('test', 'fatal') });
    try {
      for (const statement of [
        'create schema samples',
        'create table api_migrations (name varchar(255) primary key, timestamp varchar(255) not null)',
        `insert into api_migrations values ('001_configuration', '2025-01-01'), ('002_read_model', '2025-01-01')`,
        'create table samples.kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)',
        `insert into samples.kysely_migration values ('0001_samples', '2025-01-01')`,
      ]) {
        await sql.raw(statement).execute(database);
      }
      const wayOut = /made by a development version .*Give it an empty database/;
      await expect(migrate(database, createLogger('test', 'silent'))).rejects.toThrow(wayOut);
      await expect(migrateSampleTables({ databaseUrl: url })).rejects.toThrow(wayOut);
      const nats = await natsForTest();
      const api = await startApi({ nats: nats.url, database: url });
      expect(await api.process.exited).toMatchObject({ code: 1 });
      expect(api.process.lastLines(20).join('\n')).toMatch(wayOut);
    } finally {
      await database.destroy();
    }
  });
});
