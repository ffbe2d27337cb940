import { CompiledQuery, type Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A statement that every connection parses and plans once, however often it runs. */
export interface Prepared<Row> {
  readonly text: string;
  /** Carries only the type of a row. */
  readonly row?: Row;
}

const mark = /^\/\* prepared ([a-z_]{1,50}) \*\//;

/**
 * Makes one of the few statements that run for every command. The text must name its columns: a newer release may add
 * some while this one still runs, and then PostgreSQL refuses a prepared `select *`.
 */
export function prepared<Row>(name: string, text: string): Prepared<Row> {
  const marked = `/* prepared ${name} */ ${text.replace(/\s+/g, ' ').trim()}`;
  if (!mark.test(marked)) throw new Error(`${name} is no name for a prepared statement`);
  return { text: marked };
}

/** The name under which the connection is to keep a statement, or undefined for all others. */
export function preparedName(text: string): string | undefined {
  return text.startsWith('/*') ? mark.exec(text)?.[1] : undefined;
}

/** @throws DatabaseUnavailable, and the server's errors about the data */
export async function execute<Row>(
  database: Kysely<Tables>,
  { text }: Prepared<Row>,
  values: readonly unknown[],
): Promise<Row[]> {
  const { rows } = await database.executeQuery<Row>(CompiledQuery.raw(text, [...values]));
  return rows;
}
