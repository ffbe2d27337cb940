import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { writeArchiveFile } from './archive-file.ts';
import type { ArchiveFile, SavedDatabase, SavedSequence, SavedTable } from './manifest.ts';
import { quoted, withPostgres } from './postgres-session.ts';
import type { OnStep } from './show-steps.ts';
import { migrationsApplied, type TableInUse, tablesInUse } from './tables-in-use.ts';

/** Writes every table into a file of the folder, all as of one moment, while the services go on. */
export function saveDatabase(
  url: string,
  folder: string,
  onStep: OnStep = () => undefined,
): Promise<{ readonly database: SavedDatabase; readonly files: ArchiveFile[] }> {
  return withPostgres(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    const tables = await tablesInUse(client);
    const migrations = await migrationsApplied(client);
    const files: ArchiveFile[] = [];
    const saved: SavedTable[] = [];
    for (const [index, table] of tables.entries()) {
      onStep('tables', index, tables.length);
      const { rows, file } = await saveTable(client, folder, table);
      files.push(file);
      saved.push({
        schema: table.schema,
        name: table.name,
        columns: [...table.columns],
        rows,
        file: file.name,
      });
    }
    const version = await client.query<{ server_version: string }>('show server_version');
    const database: SavedDatabase = {
      server_version: version.rows[0]?.server_version ?? '',
      migrations,
      days: await daysOfSamples(client, tables),
      tables: saved,
      sequences: await sequencesInUse(client, tables),
      checkpoint: await checkpointOf(client, tables),
    };
    await client.query('commit');
    return { database, files };
  });
}

async function saveTable(
  client: pg.Client,
  folder: string,
  { schema, name, columns }: TableInUse,
): Promise<{ rows: number; file: ArchiveFile }> {
  const list = columns.map((column) => quoted(column)).join(', ');
  // Copies a query, since COPY of a partitioned table or a hypertable itself gives nothing.
  const rows = client.query(copyTo(`copy (select ${list} from ${quoted(schema, name)}) to stdout`));
  const file = await writeArchiveFile(folder, `postgres.${schema}.${name}.copy.gz`, rows);
  return { rows: rows.rowCount, file };
}

async function daysOfSamples(client: pg.Client, tables: readonly TableInUse[]): Promise<string[]> {
  const days = new Set<string>();
  for (const { schema, name, isPartitioned } of tables) {
    if (schema !== 'samples' || (name !== 'sample_value' && name !== 'sample_miss')) continue;
    const sql = isPartitioned
      ? `select to_char(to_date(right(child.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') as day
         from pg_inherits join pg_class child on child.oid = inhrelid
         where inhparent = '${schema}.${name}'::regclass`
      : `select distinct to_char(time at time zone 'UTC', 'YYYY-MM-DD') as day from ${schema}.${name}`;
    for (const { day } of (await client.query<{ day: string }>(sql)).rows) days.add(day);
  }
  return [...days].sort();
}

/** The sequences of the tables. Their values are not in the snapshot, but can only be ahead; gaps in ids are allowed. */
async function sequencesInUse(client: pg.Client, tables: readonly TableInUse[]): Promise<SavedSequence[]> {
  const saved: SavedSequence[] = [];
  for (const { schema, name: table, columns } of tables) {
    for (const column of columns) {
      const { rows } = await client.query<{ sequence: string | null }>(
        'select pg_get_serial_sequence($1, $2) as sequence',
        [quoted(schema, table), column],
      );
      const sequence = rows[0]?.sequence;
      if (!sequence) continue;
      const value = await client.query<{ last_value: string; is_called: boolean }>(
        `select last_value::text as last_value, is_called from ${sequence}`,
      );
      const [row] = value.rows;
      if (row) saved.push({ schema, table, column, ...row });
    }
  }
  return saved;
}

async function checkpointOf(
  client: pg.Client,
  tables: readonly TableInUse[],
): Promise<SavedDatabase['checkpoint']> {
  if (!tables.some(({ schema, name }) => schema === 'public' && name === 'projection_checkpoint'))
    return null;
  const { rows } = await client.query<{ last_sequence: string; last_event_id: string | null }>(
    "select last_sequence, last_event_id from public.projection_checkpoint where name = 'sessions'",
  );
  const [row] = rows;
  return row ? { last_sequence: Number(row.last_sequence), last_event_id: row.last_event_id } : null;
}
