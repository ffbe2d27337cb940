import { type Kysely, type QueryExecutorProvider, sql } from 'kysely';
import type { StorableSample } from '../sample-store.ts';
import { dailyTables } from './sample-tables.ts';

const dayMs = 86_400_000;

/** The first moment without a table: names of days have four digits for the year. */
const year10000Ms = Date.UTC(10_000, 0, 1);

/**
 * Most days that are made for one write: each takes about 30 ms, which samples of other days must not wait for by the
 * thousand.
 */
const daysPerWrite = 8;
/** Longest time for which days that no writer has made are caught up. */
const daysCaughtUp = 400;

/** The days (UTC) of values and misses, and which of their tables exist. */
export class DayPartitions {
  /** Days since 1970 whose tables exist; dropped again only when nothing that old can still come. */
  #days = new Set<number>();
  #isHypertable: boolean | undefined;

  forget(): void {
    this.#days = new Set();
    this.#isHypertable = undefined;
  }

  /**
   * Makes the tables for the days of these samples, for a few days at a time. Nearly always they are there: days are
   * made before they come, and only late samples need others. Call it outside of the transaction that writes them.
   * @returns the days, since 1970, whose tables are still to be made
   */
  async make(
    db: QueryExecutorProvider,
    samples: readonly Pick<StorableSample, 'time'>[],
  ): Promise<ReadonlySet<number>> {
    const missing = new Set<number>();
    for (const { time } of samples) {
      const day = dayOf(time);
      if (!this.#days.has(day)) missing.add(day);
    }
    if (missing.size === 0) return missing;
    if (await this.#splitByItself(db)) return new Set();
    // The newest first: they have the most samples.
    for (const day of [...missing].sort((a, b) => b - a).slice(0, daysPerWrite)) {
      await this.#makeDay(db, day);
      missing.delete(day);
    }
    return missing;
  }

  async #makeDay(db: QueryExecutorProvider, day: number): Promise<void> {
    if (this.#days.has(day)) return;
    await sql`select samples.create_day(date '1970-01-01' + ${day}::int)`.execute(db);
    this.#days.add(day);
  }

  /**
   * Makes the tables of tomorrow and of all days up to then that no writer was there to make, so that midnight and a
   * backlog cost nothing, and drops the days that ended before `keepFromMs`. @returns names of the dropped tables
   */
  async maintain(db: Kysely<unknown>, nowMs: number, keepFromMs: number | undefined): Promise<string[]> {
    if (await this.#splitByItself(db)) {
      if (keepFromMs === undefined) return [];
      const dropped: string[] = [];
      for (const table of dailyTables) {
        const { rows } = await sql<{ drop_chunks: string }>`
          select samples.drop_chunks(${table}, ${new Date(keepFromMs)}::timestamptz)
        `.execute(db);
        dropped.push(...rows.map((row) => row.drop_chunks));
      }
      return dropped;
    }
    const today = dayOf(nowMs);
    const newest = await newestDay(db);
    const oldest = Math.max(today - daysCaughtUp, keepFromMs === undefined ? 0 : dayOf(keepFromMs));
    const first = newest === undefined ? today : Math.max(newest + 1, oldest);
    for (let day = Math.min(first, today); day <= today + 1; day += 1) await this.#makeDay(db, day);
    if (keepFromMs === undefined) return [];
    const keepFrom = new Date(keepFromMs).toISOString().slice(0, 10).replaceAll('-', '');
    const { rows } = await sql<{ name: string }>`
      select child.relname as name
      from pg_inherits
      join pg_class child on child.oid = inhrelid
      where inhparent = any(array[${sql.join(dailyTables.map((table) => `samples.${table}`))}]::regclass[])
        and right(child.relname, 8) < ${keepFrom}
      order by 1
    `.execute(db);
    for (const { name } of rows) await dropDay(db, name);
    if (rows.length > 0) this.#days = new Set();
    return rows.map((row) => row.name);
  }

  async #splitByItself(db: QueryExecutorProvider): Promise<boolean> {
    if (this.#isHypertable === undefined) {
      const { rows } = await sql<{ relkind: string }>`
        select relkind from pg_class where oid = 'samples.sample_value'::regclass
      `.execute(db);
      this.#isHypertable = rows[0]?.relkind !== 'p';
    }
    return this.#isHypertable;
  }
}

/** The newest day, since 1970, that has its table. */
async function newestDay(db: Kysely<unknown>): Promise<number | undefined> {
  const { rows } = await sql<{ day: number | null }>`
    select max(to_date(right(relname, 8), 'YYYYMMDD')) - date '1970-01-01' as day
    from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'samples.sample_value'::regclass
  `.execute(db);
  return rows[0]?.day ?? undefined;
}

/** Days since 1970, UTC. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / dayMs);
}

/** Dropping locks out everyone: if it has to wait behind a long read, everyone else must not wait too. */
async function dropDay(db: Kysely<unknown>, name: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`set local lock_timeout = '3s'`.execute(transaction);
    await sql`select samples.drop_day(${name})`.execute(transaction);
  });
}

/** Why no day can hold the sample. */
export function timeProblem({ time }: Pick<StorableSample, 'time'>): string | undefined {
  return time < year10000Ms ? undefined : `its time, ${time} ms since 1970, is beyond the year 9999`;
}
