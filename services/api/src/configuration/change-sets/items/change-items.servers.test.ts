import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { StepsInTurns } from '@holdfast/test/support/turns-during.ts';
import { expect, it } from 'vitest';
import { apiDatabase } from '../../../../testing/api-database.ts';
import { inTransaction } from '../../../database/in-transaction.ts';
import { openDatabase } from '../../../database/open-database.ts';
import { writeItems } from './change-items.ts';
import type { ReadyItem } from './ready-items.ts';

const count = 5_000;

it('thousands of items are judged some at a time, between which other requests have their turn', async () => {
  const url = await apiDatabase();
  const database = openDatabase({ url, maxConnections: 2, log: createLogger('test', 'silent') });
  cleanUpAfterFile(() => database.destroy());
  await migrateSampleTables({ databaseUrl: url });
  const store = openPostgresSampleStore({ databaseUrl: url });
  cleanUpAfterFile(() => store.close());
  using steps = new StepsInTurns();
  const device = Number.MAX_SAFE_INTEGER;
  const fieldsOf = (at: number) => ({
    ...{ device_id: device, code: `p${at}`, table: 'holding_register', address: at },
    get data_type() {
      steps.count();
      return 'int16';
    },
  });
  const items: ReadyItem[] = [
    { kind: 'device', op: 'create', standIn: device, fields: { code: 'press', host: 'h', unit_id: 1 } },
    ...Array.from(
      { length: count },
      (_, at): ReadyItem => ({ kind: 'point', op: 'create', standIn: undefined, fields: fieldsOf(at) }),
    ),
  ];
  const { writes } = await inTransaction(database, (transaction) =>
    writeItems(transaction, items, { store, naming: 'items', whenLocked: async () => undefined }),
  );
  expect(writes).toHaveLength(count + 1);
  expect(steps.most).toBeGreaterThan(0);
  expect(steps.most).toBeLessThan(count);
});
