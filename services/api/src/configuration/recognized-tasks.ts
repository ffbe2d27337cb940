import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { execute } from '../database/prepared.ts';
import { recognizeStatement } from './configured-task.ts';

/** The hash that identifies a configuration, and the hash of the texts from which it was made. */
export interface Compared {
  readonly taskId: number;
  readonly textsHash: string;
  readonly comparedHash: string;
}

/**
 * The `compared_hash` by task, for tasks whose texts some process has compared before. Without this, thousands of tasks
 * after a start would be megabytes to read and parse. @throws DatabaseUnavailable
 */
export async function recognizedTasks(
  database: Database,
  taskIds: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await execute(database, recognizeStatement, [taskIds]);
  return new Map(rows.map(({ id, compared_hash }) => [id, compared_hash]));
}

/**
 * Records the hashes of compared texts with the versions that have the same content, if any. This only saves work: rows
 * that another transaction has locked are left out, and a failed write does not disturb the caller, who only wanted to read.
 * Rows are locked in order, since two calls that record the same at once would otherwise wait for each other.
 */
export async function noteCompared(database: Database, compared: readonly Compared[]): Promise<void> {
  if (compared.length === 0) return;
  const note = sql`
    with noted as materialized (
      select kept.task_id, kept.version, compared.texts_hash
      from unnest(${compared.map(({ taskId }) => taskId)}::bigint[], ${compared.map(({ textsHash }) => textsHash)}::text[],
        ${compared.map(({ comparedHash }) => comparedHash)}::text[]) as compared (task_id, texts_hash, compared_hash)
      join task_config_versions as kept using (task_id, compared_hash)
      where kept.texts_hash <> compared.texts_hash
      order by kept.task_id, kept.version for no key update of kept skip locked
    )
    update task_config_versions as kept set texts_hash = noted.texts_hash
    from noted where kept.task_id = noted.task_id and kept.version = noted.version`;
  await note.execute(database).catch(() => undefined);
}
