import { pipeline } from 'node:stream/promises';
import { migrate } from '@holdfast/api/src/database/migrate.ts';
import { openDatabase } from '@holdfast/api/src/database/open-database.ts';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { openArchiveFile } from './archive-file.ts';
import { BackupError } from './backup-error.ts';
import type { SavedDatabase, SavedTable } from './manifest.ts';
import { quoted, withPostgres } from './postgres-session.ts';
import type { OnStep } from './show-steps.ts';
import { inOrderOfReferences, migrationsApplied, type TableInUse, tablesInUse } from './tables-in-use.ts';

/** @throws BackupError when any table holds anything */
export function requireEmptyDatabase(url: string): Promise<void> {
  return withPostgres(url, async (client) => refuseRows(client, await tablesInUse(client)));
}

/**
 * Makes the tables by the migrations of this release and fills them, all or none.
 * @throws BackupError when the database is not empty or the backup is of another release
 */
export async function restoreDatabase(options: {
  readonly url: string;
  readonly folder: string;
  readonly saved: SavedDatabase;
  readonly log: Logger;
  readonly onStep?: OnStep;
}): Promise<void> {
  const { url, folder, saved, log, onStep = () => undefined } = options;
  const database = openDatabase({ url, maxConnections: 3, log });
  try {
    await migrate(database, log);
  } finally {
    await database.destroy();
  }
  await migrateSampleTables({ databaseUrl: url });
  await withPostgres(url, async (client) => {
    await client.query('begin');
    const tables = await tablesInUse(client);
    requireSameMigrations(saved.migrations, await migrationsApplied(client));
    await lockAgainstServices(client, tables);
    await refuseRows(client, tables);
    // An API that once ran on the empty database has noted there that it read nothing.
    await client.query('delete from public.projection_checkpoint');
    await makeDays(client, tables, saved.days);
    // No changes are recorded during the restore: the backup brings its own record of them.
    await recordChanges(client, tables, false);
    const refersTo = new Map(tables.map((table) => [`${table.schema}.${table.name}`, table.refersTo]));
    const ordered = inOrderOfReferences(
      saved.tables,
      ({ schema, name }) => refersTo.get(`${schema}.${name}`) ?? [],
    );
    for (const [index, table] of ordered.entries()) {
      onStep('tables', index, ordered.length);
      await fillTable(client, folder, table);
    }
    await recordChanges(client, tables, true);
    for (const { schema, table, column, last_value, is_called } of saved.sequences) {
      await client.query('select setval(pg_get_serial_sequence($1, $2), $3::bigint, $4)', [
        quoted(schema, table),
        column,
        last_value,
        is_called,
      ]);
    }
    await client.query('commit');
    // After COPY the planner has no statistics until the tables are analyzed.
    await client.query('analyze');
  });
}

function requireSameMigrations(saved: SavedDatabase['migrations'], here: SavedDatabase['migrations']): void {
  for (const part of ['api', 'samples'] as const) {
    // If a part had never run, the backup has no tables of it.
    if (saved[part].length === 0 || saved[part].join() === here[part].join()) continue;
    throw new BackupError(
      `the backup was made by another release: its tables come from the migrations ${saved[part].join(', ')}, ` +
        `here they are ${here[part].join(', ')}. Restore it with the release that made it, then upgrade`,
    );
  }
}

async function lockAgainstServices(client: pg.Client, tables: readonly TableInUse[]): Promise<void> {
  const names = tables.map(({ schema, name }) => quoted(schema, name)).join(', ');
  await client.query("set local lock_timeout = '5s'");
  try {
    await client.query(`lock table ${names} in share row exclusive mode`);
  } catch (error) {
    throw new BackupError(
      `the tables are in use (${(error as Error).message}): stop all services before a restore`,
      { cause: error },
    );
  }
}

async function refuseRows(client: pg.Client, tables: readonly TableInUse[]): Promise<void> {
  const filled: string[] = [];
  for (const { schema, name } of tables) {
    const begun = schema === 'public' && name === 'projection_checkpoint' ? ' where last_sequence > 0' : '';
    const { rows } = await client.query<{ filled: boolean }>(
      `select exists (select 1 from ${quoted(schema, name)}${begun}) as filled`,
    );
    if (rows[0]?.filled) filled.push(`${schema}.${name}`);
  }
  if (filled.length === 0) return;
  throw new BackupError(
    `the database is not empty (${filled.join(', ')}): a restore goes into an empty database only. Make a new one`,
  );
}

async function makeDays(
  client: pg.Client,
  tables: readonly TableInUse[],
  days: readonly string[],
): Promise<void> {
  // A hypertable splits by itself.
  const values = tables.find(({ schema, name }) => schema === 'samples' && name === 'sample_value');
  if (!values?.isPartitioned) return;
  for (const day of days) await client.query('select samples.create_day($1::date)', [day]);
}

async function recordChanges(client: pg.Client, tables: readonly TableInUse[], isOn: boolean): Promise<void> {
  for (const { schema, name } of tables) {
    if (schema !== 'public') continue;
    await client.query(`alter table ${quoted(schema, name)} ${isOn ? 'enable' : 'disable'} trigger user`);
  }
}

async function fillTable(client: pg.Client, folder: string, table: SavedTable): Promise<void> {
  const name = quoted(table.schema, table.name);
  const list = table.columns.map((column) => quoted(column)).join(', ');
  const rows = client.query(copyFrom(`copy ${name} (${list}) from stdin`));
  try {
    await pipeline(openArchiveFile(folder, table.file), rows);
  } catch (error) {
    throw new BackupError(`cannot fill ${name}: ${(error as Error).message}`, { cause: error });
  }
  if (rows.rowCount === table.rows) return;
  throw new BackupError(`${name} got ${rows.rowCount} rows, but the backup has ${table.rows}`);
}
