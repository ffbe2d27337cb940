import { timescaleForTest, timescaleIsInstalled } from '@holdfast/test/support/timescale-for-test.ts';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { describeSampleStoreContract } from '../testing/sample-store-contract.ts';
import { firstTimeMs, storableSample } from '../testing/storable-sample.ts';
import { migrateSampleTables } from './migrate-sample-tables.ts';
import { openPostgresSampleStore } from './postgres-sample-store.ts';

const dayMs = 86_400_000;

describe.skipIf(!timescaleIsInstalled())('where the database has TimescaleDB', () => {
  describeSampleStoreContract('TimescaleDB', async () => {
    const databaseUrl = await timescaleForTest();
    await migrateSampleTables({ databaseUrl });
    return openPostgresSampleStore({ databaseUrl });
  });

  it('values lie in a hypertable with a chunk a day, and old chunks are dropped', async () => {
    const databaseUrl = await timescaleForTest();
    await migrateSampleTables({ databaseUrl });
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const store = openPostgresSampleStore({ databaseUrl });
    for (const day of [0, 1, 2, 3, 4]) {
      const values = { temperature: day };
      expect(await store.write([storableSample({ time: firstTimeMs + day * dayMs, values })])).toEqual({
        kind: 'written',
      });
    }
    const chunks = async () =>
      (await client.query("select show_chunks('samples.sample_value') as chunk")).rows.length;
    expect(await chunks()).toBe(5);
    const nowMs = firstTimeMs + 5 * dayMs;
    expect(await store.maintain({ nowMs })).toEqual([]);
    expect(await store.maintain({ nowMs, keepFromMs: firstTimeMs + 2 * dayMs })).toHaveLength(2);
    expect(await chunks()).toBe(3);
    const points = await store.history({
      pointCode: 'temperature',
      start: new Date(0),
      end: new Date(nowMs),
      limit: 10,
    });
    expect(points.map(({ value }) => value)).toEqual([2, 3, 4]);
    await client.end();
    await store.close();
  });
});
