import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tables were made by a commit before the first release; nothing reads their data any more. */
export class SchemaOfEarlierCommit extends Error {
  override readonly name = 'SchemaOfEarlierCommit';

  constructor(migration: string) {
    super(
      `the database was made by a development version of Holdfast (it has the migration ${migration}), which this one does not ` +
        'read. Give it an empty database; where npm start keeps it, remove the folder .holdfast',
    );
  }
}

/**
 * Our migrations, and those that a newer release has made in this database. Kysely would take the latter for damage and
 * refuse to start. But releases only add to what is there, so an older release keeps working next to a newer one, and
 * can be restarted there.
 * @param table the table of migration names, with its schema, as written in SQL
 * @throws SchemaOfEarlierCommit
 */
export async function withNewerMigrations(
  db: Kysely<unknown>,
  table: string,
  ours: Readonly<Record<string, Migration>>,
): Promise<{ readonly migrations: Record<string, Migration>; readonly newer: readonly string[] }> {
  const there = await sql<{ found: string | null }>`select to_regclass(${table})::text as found`.execute(db);
  if (!there.rows[0]?.found) return { migrations: { ...ours }, newer: [] };
  const { rows } = await sql<{ name: string }>`select name from ${sql.raw(table)} order by name`.execute(db);
  const last = Object.keys(ours).sort().at(-1) ?? '';
  const stranger = rows.find(({ name }) => name <= last && !Object.hasOwn(ours, name));
  if (stranger) throw new SchemaOfEarlierCommit(stranger.name);
  const newer = rows.map(({ name }) => name).filter((name) => name > last);
  const done: Migration = { up: async () => undefined };
  return { migrations: { ...ours, ...Object.fromEntries(newer.map((name) => [name, done])) }, newer };
}
