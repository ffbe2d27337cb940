import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { CompiledQuery } from 'kysely';
import { describe, expect, it } from 'vitest';
import { readStatement } from '../configuration/configured-task.ts';
import { writeStatement } from '../read-model/write-batch.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';

describe('a statement whose plan is kept', () => {
  it.each([
    ['that writes a batch of events', writeStatement, 'sessions'],
    ['that reads what tasks are configured to', readStatement, 'tasks'],
  ])(
    '%s does not come to read whole tables, made when they were empty as it may be',
    async (_what, { text }, table) => {
      const log = createLogger('test', 'silent');
      const database = openDatabase({ url: await freshDatabase(), maxConnections: 2, log });
      cleanUpAfterFile(() => database.destroy());
      await migrate(database, log);
      const { rows } = await database.executeQuery<{ 'QUERY PLAN': string }>(
        CompiledQuery.raw(`explain (generic_plan) ${text}`),
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain(`on ${table}`);
      expect(plan).not.toMatch(new RegExp(`Seq Scan on ${table}\\b`));
    },
  );
});
