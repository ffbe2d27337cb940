import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../services/api/testing/api-under-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { cliForTest } from './cli-for-test.ts';

const periodMs = 1_000;
const ticks = 3_000;
const beginMs = Math.floor(Date.now() / 3_600_000 - 24) * 3_600_000;

describe('holdfast values export', () => {
  let api: ApiUnderTest;
  let time: string[];

  beforeAll(async () => {
    const databaseUrl = await freshDatabase();
    api = await startApi({ nats: (await natsForTest()).url, database: databaseUrl });
    await api.ready();
    const { body } = await api.post('/api/config/devices/', {
      code: 'press-1',
      host: '127.0.0.1',
      port: 1502,
    });
    const point = { device_id: body.id, table: 'holding_register', data_type: 'uint16' };
    await api.post('/api/config/points/', { ...point, code: 'level', address: 0 });
    await migrateSampleTables({ databaseUrl });
    const store = openPostgresSampleStore({ databaseUrl });
    cleanUpAfterFile(() => store.close());
    const outcome = await store.write(
      Array.from({ length: ticks }, (_, index) => ({
        ...{ session: '7-1', epoch: 3, task: '7', device: 'press-1', site: '', measurement: 'press-1' },
        ...{ tick: beginMs / periodMs + index, period_ms: periodMs, time: beginMs + index * periodMs },
        values: { level: index },
      })),
    );
    expect(outcome).toEqual({ kind: 'written' });
    time = [
      '--from',
      new Date(beginMs).toISOString(),
      '--to',
      new Date(beginMs + ticks * 1_000).toISOString(),
    ];
  });

  const run = (...args: string[]) => cliForTest({ HOLDFAST_URL: api.url }).run('values', 'export', ...args);
  const valuesIn = (text: string) =>
    text
      .split(/\r?\n/)
      .slice(1, -1)
      .map((line) => Number(line.split(',')[5]));

  it('writes every value to stdout, or into a file that is there when it is whole', async () => {
    const all = Array.from({ length: ticks }, (_, index) => index);
    const { code, stdout } = await run('press-1/level', ...time);
    expect([code, valuesIn(stdout)]).toEqual([0, all]);
    const folder = await temporaryFolder('export');
    const file = join(folder, 'values.csv');
    const intoFile = await run('--device', 'press-1', ...time, '--output', file);
    expect(intoFile).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/values\.csv: \d+ kB\n$/),
    });
    expect(valuesIn(await readFile(file, 'utf8'))).toEqual(all);
    const wide = await run('--device', 'press-1', ...time, '--layout', 'wide', '--decimal', 'comma');
    expect(wide.stdout.split(/\r?\n/)[2]).toBe('code;;press-1/level;');
    expect(wide.stdout.trimEnd().split(/\r?\n/)).toHaveLength(3 + ticks);
    const xlsx = join(folder, 'values.xlsx');
    expect(await run('press-1/level', ...time, '--format', 'xlsx', '--output', xlsx)).toMatchObject({
      code: 0,
    });
    expect((await readFile(xlsx)).subarray(0, 2).toString()).toBe('PK');
    expect((await readdir(folder)).toSorted()).toEqual(['values.csv', 'values.xlsx']);
  });

  it('says what is wrong with what it was asked', async () => {
    expect(await run('press-1/nothing', ...time)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Device press-1 has no point nothing'),
    });
    expect(await run(...time)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('name at least one point, or a device'),
    });
  });

  it('leaves nothing behind of an answer that breaks off', async () => {
    const broken = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' });
      response.write('time,device\r\n', () => response.destroy());
    }).listen(0, '127.0.0.1');
    cleanUpAfterFile(async () => void broken.close());
    const folder = await temporaryFolder('broken-export');
    const url = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
    const ended = await cliForTest({ HOLDFAST_URL: url }).run(
      ...['values', 'export', 'press-1/level', '--output', join(folder, 'values.csv')],
    );
    expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('The export broke off') });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing behind where %s ends it', async (signal) => {
    const endless = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' });
      response.write('time,device\r\n');
    }).listen(0, '127.0.0.1');
    cleanUpAfterFile(async () => {
      endless.closeAllConnections();
      endless.close();
    });
    const folder = await temporaryFolder('interrupted-export');
    const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
    const program = cliForTest({ HOLDFAST_URL: url }).start(
      ...['values', 'export', 'press-1/level', '--output', join(folder, 'values.csv')],
    );
    await eventually(async () => (await readdir(folder)).length > 0, { what: 'a file that is not finished' });
    program.interrupt(signal);
    // Like any program that the signal ends.
    expect(await program.ended).toMatchObject({ code: null });
    expect(await readdir(folder)).toEqual([]);
  });
});
