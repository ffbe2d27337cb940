import type pg from 'pg';

/** `public` has configuration and read models, `samples` the samples and what became of them. */
const schemas = ['public', 'samples'];

/** Tables in which the migrations keep their own names. */
const migrationTables = {
  api: { schema: 'public', name: 'api_migrations' },
  samples: { schema: 'samples', name: 'kysely_migration' },
} as const;
const notSaved = new Set(
  Object.values(migrationTables).flatMap(({ schema, name }) => [
    `${schema}.${name}`,
    `${schema}.${name}_lock`,
  ]),
);

export interface TableInUse {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** `schema.name` of the tables that its foreign keys name. */
  readonly refersTo: readonly string[];
  readonly isPartitioned: boolean;
}

/** All tables that hold data, partitions under their parents; none in an empty database. */
export async function tablesInUse(client: pg.Client): Promise<TableInUse[]> {
  const { rows } = await client.query<{
    schema: string;
    name: string;
    kind: string;
    columns: string[];
    refers_to: string[];
  }>(
    `select n.nspname as schema, c.relname as name, c.relkind as kind,
       array(select attname::text from pg_attribute
             where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = ''
             order by attnum) as columns,
       array(select distinct rn.nspname || '.' || r.relname
             from pg_constraint f join pg_class r on r.oid = f.confrelid join pg_namespace rn on rn.oid = r.relnamespace
             where f.contype = 'f' and f.conrelid = c.oid and f.confrelid <> c.oid) as refers_to
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and c.relkind in ('r', 'p') and not c.relispartition
       and not exists (select 1 from pg_depend d
                       where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by 1, 2`,
    [schemas],
  );
  return rows
    .filter(({ schema, name }) => !notSaved.has(`${schema}.${name}`))
    .map(({ schema, name, kind, columns, refers_to }) => ({
      schema,
      name,
      columns,
      refersTo: refers_to,
      isPartitioned: kind === 'p',
    }));
}

/** Names of the migrations that made the tables of each part, oldest first. */
export async function migrationsApplied(client: pg.Client): Promise<{ api: string[]; samples: string[] }> {
  const names = async ({ schema, name }: { schema: string; name: string }): Promise<string[]> => {
    const table = `${schema}.${name}`;
    const result = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
      table,
    ]);
    if (!result.rows[0]?.there) return [];
    return (await client.query<{ name: string }>(`select name from ${table} order by name`)).rows.map(
      (row) => row.name,
    );
  };
  return { api: await names(migrationTables.api), samples: await names(migrationTables.samples) };
}

/** Sorts tables so that each comes after those that it refers to. */
export function inOrderOfReferences<T extends { schema: string; name: string }>(
  tables: readonly T[],
  refersTo: (table: T) => readonly string[],
): T[] {
  const remainingTables = new Map(tables.map((table) => [`${table.schema}.${table.name}`, table]));
  const ordered: T[] = [];
  while (remainingTables.size > 0) {
    const free = [...remainingTables].filter(
      ([, table]) => !refersTo(table).some((name) => remainingTables.has(name)),
    );
    if (free.length === 0)
      throw new Error(`foreign keys go in a circle: ${[...remainingTables.keys()].join(', ')}`);
    for (const [name, table] of free) {
      ordered.push(table);
      remainingTables.delete(name);
    }
  }
  return ordered;
}
