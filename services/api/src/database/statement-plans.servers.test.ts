import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { CompiledQuery } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from '../../testing/api-database.ts';
import { readStatement, recognizeStatement } from '../configuration/configured-task.ts';
import { writeStatement } from '../sessions/projection/write-batch.ts';
import { type Database, openDatabase } from './open-database.ts';
import type { Prepared } from './prepared.ts';

let database: Database;

beforeAll(async () => {
  const log = createLogger('test', 'silent');
  database = openDatabase({ url: await apiDatabase(), maxConnections: 2, log });
  cleanUpAfterFile(() => database.destroy());
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Tables that the kept plan of a statement looks into, and those of them that it reads as a whole. */
async function lookedInto(
  at: Database,
  { text }: Prepared<unknown>,
): Promise<{ all: Set<string>; whole: Set<string> }> {
  const { rows } = await at.executeQuery<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    CompiledQuery.raw(`explain (generic_plan, format json) ${text}`),
  );
  const all = new Set<string>();
  const whole = new Set<string>();
  const look = (node: PlanNode): void => {
    const table = node['Relation Name'];
    if (table !== undefined && node['Node Type'] !== 'ModifyTable') all.add(table);
    if (table !== undefined && node['Node Type'] === 'Seq Scan') whole.add(table);
    for (const inner of node.Plans ?? []) look(inner);
  };
  for (const { 'QUERY PLAN': plans } of rows) look(plans[0].Plan);
  return { all, whole };
}

/** Tables that the statement reads as a whole after these changes, which are rolled back. */
async function inVain(changes: readonly string[], statement: Prepared<unknown>): Promise<Set<string>> {
  const undone = new Error('nothing of this stays');
  let whole = new Set<string>();
  const tried = database.transaction().execute(async (transaction) => {
    for (const change of changes) await transaction.executeQuery(CompiledQuery.raw(change));
    whole = (await lookedInto(transaction, statement)).whole;
    throw undone;
  });
  await expect(tried).rejects.toBe(undone);
  return whole;
}

const configuration = {
  tables: ['tasks', 'task_config_versions', 'task_devices', 'devices', 'sites', 'points', 'task_points'],
  keys: {
    tasks: ['tasks_pkey'],
    task_config_versions: ['task_config_versions_pkey'],
    task_devices: ['task_devices_pkey'],
    devices: ['devices_pkey'],
    sites: ['sites_pkey'],
    points: ['points_pkey', 'points_device_id_code_key'],
    task_points: ['task_points_pkey'],
  },
} as const;

const statements = [
  {
    what: 'that writes a batch of events',
    statement: writeStatement,
    // Conflicts are found by the key of sessions, so there is no plan at all without it: the test below covers that
    // key.
    tables: ['sessions', 'projection_checkpoint'],
    keys: { projection_checkpoint: ['projection_checkpoint_pkey'] },
  },
  {
    what: 'that reads what tasks are configured to',
    statement: readStatement,
    ...configuration,
  },
  {
    what: 'that recognizes tasks by what they are configured to',
    statement: recognizeStatement,
    ...configuration,
  },
] as const;

describe('a statement whose plan is kept', () => {
  it.each(statements)(
    '$what does not come to read whole tables, made when they were empty as it may be',
    async ({ statement, tables }) => {
      const { all, whole } = await lookedInto(database, statement);
      expect(all).toEqual(new Set(tables));
      expect(whole).toEqual(new Set());
    },
  );

  // These show that the test above can be trusted.
  it.each(statements)(
    '$what is seen to read whole tables where indexes are of no use',
    async ({ statement, tables }) => {
      const whole = await inVain(
        ['indexscan', 'indexonlyscan', 'bitmapscan'].map((way) => `set local enable_${way} = off`),
        statement,
      );
      expect(whole).toEqual(new Set(tables));
    },
  );

  it.each(
    statements.flatMap(({ what, statement, keys }) =>
      Object.entries<readonly string[]>(keys).flatMap(([table, names]) =>
        names.map((key) => ({ what, statement, table, key })),
      ),
    ),
  )('$what is seen to read $table as a whole where $key is of no use', async ({ statement, table, key }) => {
    const invalid = `update pg_index set indisvalid = false where indexrelid = '${key}'::regclass`;
    expect(await inVain([invalid], statement)).toEqual(new Set([table]));
  });
});
