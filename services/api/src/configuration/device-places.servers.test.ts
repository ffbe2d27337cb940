import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { apiDatabase } from '../../testing/api-database.ts';
import { inTransaction } from '../database/in-transaction.ts';
import { openDatabase } from '../database/open-database.ts';
import { placeRefusals } from './device-places.ts';

it('places of more devices than PostgreSQL has locks are judged at once', async () => {
  const url = await apiDatabase();
  const database = openDatabase({ url, maxConnections: 2, log: createLogger('test', 'silent') });
  cleanUpAfterFile(() => database.destroy());
  const devices = Array.from({ length: 20_000 }, (_, at) => ({
    ...{ code: `d${at}`, name: '', protocol: 'modbus_tcp', mode: 'poll', timeout_ms: 1_000, site_id: null },
    ...{ measurement: `d${at}`, enabled: true, endpoint: `plc-${at}:502` },
    connection: { host: `plc-${at}`, port: 502, unit_id: 1 },
  }));
  const twin = { ...devices[7], code: 'twin', measurement: 'twin' };
  const refusals = await inTransaction(database, async (transaction) => {
    const { rows } = await sql<Parameters<typeof placeRefusals>[1][number]>`
      insert into devices (code, name, protocol, mode, timeout_ms, connection, measurement, enabled, endpoint)
      select code, name, protocol, mode, timeout_ms, connection, measurement, enabled, endpoint
      from jsonb_populate_recordset(null::devices, ${JSON.stringify([...devices, twin])}::jsonb)
      returning id, code, protocol, connection, site_id`.execute(transaction);
    return placeRefusals(transaction, rows);
  });
  expect(refusals).toHaveLength(devices.length + 1);
  expect(refusals.flatMap((refusal, at) => (refusal ? [[at, refusal.code]] : []))).toEqual([
    [7, 'place_taken'],
    [devices.length, 'place_taken'],
  ]);
});
