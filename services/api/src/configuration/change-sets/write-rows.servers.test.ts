import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { StepsInTurns } from '@holdfast/test/support/turns-during.ts';
import { expect, it } from 'vitest';
import { apiDatabase } from '../../../testing/api-database.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import { openDatabase } from '../../database/open-database.ts';
import type { RowOf, RowWrite } from './row-write.ts';
import { writeRows } from './write-rows.ts';

const count = 20_000;
const device = 1;
const pointRow = (at: number, name: string) => ({
  ...{ device_id: device, code: `p${at}`, name, address: { at }, data_type: 'int16', scale: 1, offset: 0 },
  ...{ unit: '', enabled: true, count: null, precision: null, valid_min: null, valid_max: null },
  ...{ linear: null, enumeration: null, period_ms: null, report: null, writable: false },
});

it('thousands of rows are written some at a time, between which other requests have their turn', async () => {
  const url = await apiDatabase();
  const database = openDatabase({ url, maxConnections: 2, log: createLogger('test', 'silent') });
  cleanUpAfterFile(() => database.destroy());
  using steps = new StepsInTurns();
  const counted = (write: object, row: object) =>
    ({
      ...write,
      get row() {
        steps.count();
        return row as RowOf['point'];
      },
    }) as RowWrite<'point'>;
  const deviceRow = {
    ...{ code: 'press', name: '', site_id: null, protocol: 'modbus_tcp', mode: 'poll', timeout_ms: 1_000 },
    ...{
      connection: { host: 'h', port: 502, unit_id: 1 },
      measurement: 'press',
      enabled: true,
      endpoint: '',
    },
  };
  const creation = {
    kind: 'device',
    id: device,
    op: 'create',
    fields: [],
    row: deviceRow,
  } as unknown as RowWrite;
  const made = await inTransaction(database, (transaction) =>
    writeRows(transaction, [
      creation,
      ...Array.from({ length: count }, (_, at) =>
        counted(
          { kind: 'point', id: undefined, op: 'create', fields: [], standIn: 1e9 + at },
          pointRow(at, ''),
        ),
      ),
    ]),
  );
  const ids = made.slice(1).map(({ id }) => id);
  expect(new Set(ids).size).toBe(count);
  await inTransaction(database, (transaction) =>
    writeRows(
      transaction,
      ids.map((id, at) =>
        counted({ kind: 'point', id, op: 'change', fields: ['name'] }, pointRow(at, 'new')),
      ),
    ),
  );
  const { names } = await database
    .selectFrom('points')
    .select(({ fn }) => fn.count<number>('id').as('names'))
    .where('name', '=', 'new')
    .executeTakeFirstOrThrow();
  expect(Number(names)).toBe(count);
  expect(steps.most).toBeLessThan(count);
});
