import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { beforeAll, expect, it } from 'vitest';
import { apiDatabase } from '../../testing/api-database.ts';
import { openDatabase } from '../database/open-database.ts';
import { type Preview, type PreviewSources, previewInWorker } from './preview-in-worker.ts';

let sources: PreviewSources;

beforeAll(async () => {
  const url = await apiDatabase();
  const database = openDatabase({ url, maxConnections: 4, log: createLogger('test', 'silent') });
  cleanUpAfterFile(() => database.destroy());
  await migrateSampleTables({ databaseUrl: url });
  const store = openPostgresSampleStore({ databaseUrl: url });
  cleanUpAfterFile(() => store.close());
  sources = { database, store, siteAccess: { require: async () => undefined } };
});

const head = 'device,host,unit_id,code,address,data_type\n';
const lines = Array.from({ length: 2_000 }, (_, at) => `saw,127.0.0.1,9,p${at},${40_001 + at},int16\n`);
const content = Buffer.from(head + lines.join(''));
const settings = { mode: 'merge', columns: {}, answers: {}, accepted: false, cells: {} } as const;
const request = { content, settings, sites: 'everywhere' } as const;
const statesOf = async ({ view, rows }: Preview) => {
  const states: string[] = [];
  for await (const some of rows)
    states.push(...JSON.parse(some).map(({ state }: { state: string }) => state));
  return { counts: view.counts, states: new Set(states), rows: states.length };
};

it('a list that takes too long, or too much, is given up, and the next one is read', async () => {
  const limits = { heapMb: 448, silentMs: 600_000 };
  const tooLong = previewInWorker(sources, request, statesOf, { ...limits, silentMs: 1 });
  await expect(tooLong).rejects.toThrow('takes too long or too much memory');
  const tooMuch = previewInWorker(sources, request, statesOf, { ...limits, heapMb: 4 });
  await expect(tooMuch).rejects.toThrow('takes too long or too much memory');
  expect(await previewInWorker(sources, request, statesOf)).toEqual({
    counts: { same: 0, changed: 0, new: 2_000, missing: 0, fault: 0, skipped: 0 },
    ...{ states: new Set(['new']), rows: 2_000 },
  });
});

it('a list whose sender has left is given up, and so is one whose rows cannot be stored', async () => {
  const leaving = new AbortController();
  leaving.abort(new Error('left'));
  const leftPreview = previewInWorker(sources, { ...request, signal: leaving.signal }, statesOf);
  await expect(leftPreview).rejects.toThrow('left');
  const unstored = previewInWorker(sources, request, async () => {
    throw new Error('not stored');
  });
  await expect(unstored).rejects.toThrow('not stored');
});
