import { type Kysely, sql } from 'kysely';

/**
 * Lets a writer of samples make and drop days without owning the tables: these functions run as the owner. Only roles
 * with an explicit grant may call them.
 */
export async function createDayFunctions(db: Kysely<unknown>): Promise<void> {
  await dropDay.execute(db);
  await dropChunks.execute(db);
  await sql`alter function samples.create_day(date) security definer set search_path = pg_catalog, pg_temp`.execute(
    db,
  );
  for (const name of ['create_day(date)', 'drop_day(text)', 'drop_chunks(text, timestamptz)']) {
    await sql`revoke all on function ${sql.raw(`samples.${name}`)} from public`.execute(db);
  }
}

/** Drops a table of one day, and no other table. */
const dropDay = sql`
  create function samples.drop_day(day_table text) returns void language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $function$
  begin
    perform from pg_inherits
    where inhrelid = to_regclass(format('samples.%I', day_table))
      and inhparent in ('samples.sample_value'::regclass, 'samples.sample_miss'::regclass);
    if not found then
      raise exception 'samples.% holds no day of samples', day_table;
    end if;
    execute format('drop table samples.%I', day_table);
  end
  $function$`;

/** Does the same for hypertables: drops chunks that ended before that time. */
const dropChunks = sql`
  create function samples.drop_chunks(hypertable text, ended_before timestamptz) returns setof text language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $function$
  begin
    if hypertable not in ('sample_value', 'sample_miss') then
      raise exception 'samples.% holds no samples', hypertable;
    end if;
    return query execute format(
      'select %I.drop_chunks($1, older_than => $2)',
      (select extnamespace::regnamespace from pg_extension where extname = 'timescaledb'))
      using to_regclass('samples.' || hypertable), ended_before;
  end
  $function$`;
