import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Whether this role may make tables in that schema. If not, its owner makes them by `deploy/postgres/prepare.mjs`. */
export async function mayMakeTables(db: Kysely<unknown>, schema: string): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select case when to_regnamespace(${schema}) is null
      then has_database_privilege(current_database(), 'create')
      else has_schema_privilege(${schema}, 'create') end as may`.execute(db);
  return rows[0]?.may === true;
}

/**
 * Says in words which tables are missing, and what to do, in a database whose owner makes them. Returns undefined if
 * none are missing.
 * @param table the table of migration names, with its schema, as written in SQL
 */
export async function migrationsToWaitFor(
  db: Kysely<unknown>,
  table: string,
  ours: Readonly<Record<string, Migration>>,
): Promise<string | undefined> {
  const there = await sql<{ found: string | null }>`select to_regclass(${table})::text as found`.execute(db);
  const { rows } = there.rows[0]?.found
    ? await sql<{ name: string }>`select name from ${sql.raw(table)}`.execute(db)
    : { rows: [] };
  const names = new Set(rows.map(({ name }) => name));
  const missing = Object.keys(ours).filter((name) => !names.has(name));
  if (missing.length === 0) return undefined;
  return (
    `the owner of the database has not made ${missing.join(', ')} yet, which this role may not: ` +
    'deploy/postgres/prepare.mjs does, at each `docker compose up`'
  );
}
