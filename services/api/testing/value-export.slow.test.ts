import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import type { StorableSample } from '@holdfast/sample-store/sample-store.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { influxForTest, influxIsInstalled } from '@holdfast/test/support/influx-for-test.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

const { pythonWithOpenpyxl: python, libreOffice } = inject('installedServers');
const periodMs = 10_000;
/** A full hour of yesterday: a fixed date might be older than the days that the store keeps. */
const beginMs = Math.floor(Date.now() / 3_600_000 - 24) * 3_600_000;
const at = (second: number) => new Date(beginMs + second * 1_000).toISOString();
const localTime = (second: number) =>
  `${new Date(beginMs + second * 1_000 + 8 * 3_600_000).toISOString().slice(0, 23).replace('T', ' ')} +08:00`;
const path = '/api/exports/values/';
const time = `start_time=${at(0)}&end_time=${at(60)}&time_zone=Asia/Shanghai`;

let api: ApiUnderTest;
let natsUrl: string;
let databaseUrl: string;

beforeAll(async () => {
  const nats = await natsForTest();
  [natsUrl, databaseUrl] = [nats.url, await freshDatabase()];
  api = await startApi({ nats: natsUrl, database: databaseUrl });
  await api.ready();
  for (const [index, code] of ['press-1', 'press-2'].entries()) {
    const place = { host: '127.0.0.1', port: 1502, unit_id: index + 1 };
    const { body } = await api.post('/api/config/devices/', { code, ...place });
    const point = { device_id: body.id, table: 'holding_register', data_type: 'uint16' };
    await api.post('/api/config/points/', { ...point, code: 'level', address: 0, name: '液位', unit: 'mm' });
    await api.post('/api/config/points/', { ...point, code: 'zone', address: 10, count: 2 });
  }
  await migrateSampleTables({ databaseUrl });
  const store = openPostgresSampleStore({ databaseUrl });
  cleanUpAfterFile(() => store.close());
  const sample = (second: number, device: string): StorableSample => ({
    ...{ session: '7-1', epoch: 3, task: '7', device, site: '', measurement: device, period_ms: periodMs },
    ...{ tick: (beginMs + second * 1_000) / periodMs, time: beginMs + second * 1_000 },
    values: { level: second + 0.5, 'zone[0]': 1, 'zone[1]': 2, gone: '=1+1' },
  });
  const seconds = [0, 10, 20, 30, 40, 50, 60];
  await store.write(seconds.flatMap((second) => [sample(second, 'press-1'), sample(second, 'press-2')]));
});

async function exported(query: string, from = api): Promise<{ status: number; type: string; body: Buffer }> {
  const answer = await fetch(`${from.url}${path}?${query}`);
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, type, body: Buffer.from(await answer.arrayBuffer()) };
}
const linesOf = async (query: string, from = api) =>
  (await exported(query, from)).body.toString().split('\r\n');

describe('an export of values', () => {
  it('has each value of each point in local time, point after point', async () => {
    const { status, type } = await exported(`point=press-1/level&${time}`);
    expect([status, type]).toEqual([200, 'text/csv; charset=utf-8']);
    const points = ['press-2/level', 'press-1/level'].map((point) => `point=${point}`).join('&');
    expect(await linesOf(`${points}&${time}`)).toEqual([
      '\uFEFFtime,device,point,name,unit,value,quality',
      ...['press-2', 'press-1'].flatMap((device) =>
        [0, 10, 20, 30, 40, 50].map(
          (second) => `${localTime(second)},${device},level,液位,mm,${second + 0.5},good`,
        ),
      ),
      '',
    ]);
  });

  it('has all points of a device, arrays by their elements, and what is not configured any more where it is named', async () => {
    const lines = await linesOf(`device=press-1&point=press-1/gone&point=press-2/zone&${time}`);
    const points = lines.slice(1, -1).map((line) => line.split(',').slice(1, 3).join('/'));
    expect([...new Set(points)]).toEqual([
      ...['press-1/gone', 'press-2/zone[0]', 'press-2/zone[1]'],
      ...['press-1/level', 'press-1/zone[0]', 'press-1/zone[1]'],
    ]);
    // The apostrophe keeps spreadsheets from taking the unit for a formula.
    expect(lines[1]).toBe(`${localTime(0)},press-1,gone,,,'=1+1,good`);
  });

  it('has the figures of each interval', async () => {
    expect(await linesOf(`point=press-1/level&interval=30s&${time}`)).toEqual([
      '\uFEFFtime,device,point,name,unit,mean,min,max,last,count,quality',
      `${localTime(0)},press-1,level,液位,mm,10.5,0.5,20.5,20.5,3,good`,
      `${localTime(30)},press-1,level,液位,mm,40.5,30.5,50.5,50.5,3,good`,
      '',
    ]);
  });

  it('has calendar days where the clock of its zone is changed, as history has', async () => {
    const store = openPostgresSampleStore({ databaseUrl });
    const begin = Date.parse('2026-03-27T23:30:00Z');
    const times = Array.from({ length: 72 }, (_, hour) => begin + hour * 3_600_000);
    const about = {
      session: '9-1',
      epoch: 3,
      task: '9',
      device: 'press-1',
      site: '',
      measurement: 'press-1',
    };
    await store.write(
      times.map((time) => ({
        ...{ ...about, tick: time / 1_000, period_ms: 1_000, time, values: { gone: 7 } },
      })),
    );
    await store.close();
    const range = 'start_time=2026-03-27T23:00:00Z&end_time=2026-03-30T22:00:00Z&interval=1d';
    const lines = await linesOf(`point=press-1/gone&${range}&time_zone=Europe/Berlin`);
    expect(lines.slice(1, -1).map((line) => [line.split(',')[0], line.split(',')[9]])).toEqual([
      ['2026-03-28 00:00:00.000 +01:00', '24'],
      ['2026-03-29 00:00:00.000 +01:00', '23'],
      ['2026-03-30 00:00:00.000 +02:00', '24'],
    ]);
    const history = '/api/acquisition/sessions/point-history/?point_code=gone&device=press-1';
    const { body } = await api.get(`${history}&${range}&time_zone=Europe/Berlin`);
    expect(body.results.map(({ time, count }: { time: string; count: number }) => [time, count])).toEqual([
      ['2026-03-27T23:00:00.000Z', 24],
      ['2026-03-28T23:00:00.000Z', 23],
      ['2026-03-29T22:00:00.000Z', 24],
    ]);
    expect((await api.get(`${history}&interval=1d&time_zone=Mars`)).body).toMatchObject({
      ...{ status: 422, errors: [{ path: 'time_zone' }] },
    });
  });

  const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  /** Local time as a person reads it in a cell. */
  const local = (second: number) => localTime(second).slice(0, 23);

  it.runIf(python !== null)('is a workbook as well, with times that openpyxl reads as times', async () => {
    const { status, type, body } = await exported(
      `point=press-1/level&point=press-1/gone&format=xlsx&${time}`,
    );
    expect([status, type]).toEqual([200, workbookType]);
    const file = join(await temporaryFolder('export'), 'values.xlsx');
    await writeFile(file, body);
    const read = `
import json, sys
from openpyxl import load_workbook
sheet = load_workbook(sys.argv[1])['values 1']
assert all(row[0].is_date for row in sheet.iter_rows(min_row=2))
text = lambda time: time.isoformat(' ', 'milliseconds')
print(json.dumps([list(row) for row in sheet.iter_rows(values_only=True)], default=text))`;
    const { stdout } = await promisify(execFile)(python ?? '', ['-c', read, file]);
    const rows = JSON.parse(stdout);
    expect(rows).toHaveLength(13);
    expect(rows[0]).toEqual([
      ...['time (Asia/Shanghai)', 'UTC offset', 'device', 'point', 'name', 'unit', 'value', 'quality'],
    ]);
    expect(rows[1]).toEqual([local(0), '+08:00', 'press-1', 'level', '液位', 'mm', 0.5, 'good']);
    expect(rows[7]).toEqual([local(0), '+08:00', 'press-1', 'gone', null, null, '=1+1', 'good']);
  });

  it.runIf(libreOffice !== null)('has headers in Chinese, and times that LibreOffice shows', async () => {
    const url = `${api.url}${path}?point=press-1/level&interval=30s&format=xlsx&${time}`;
    const answer = await fetch(url, { headers: { 'accept-language': 'zh-CN' } });
    const folder = await temporaryFolder('office');
    await writeFile(join(folder, 'values.xlsx'), Buffer.from(await answer.arrayBuffer()));
    const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
    // Commas, double quotes, UTF-8, cells as they are shown.
    const csv = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true';
    const options = [profile, '--headless', '--convert-to', csv, '--outdir', folder];
    await promisify(execFile)(libreOffice ?? '', [...options, join(folder, 'values.xlsx')]);
    expect((await readFile(join(folder, 'values.csv'), 'utf8')).split('\n').slice(0, 2)).toEqual([
      '时间（Asia/Shanghai）,UTC 偏移,设备,点位,名称,单位,平均值,最小值,最大值,末值,个数,质量',
      `${local(0)},+08:00,press-1,level,液位,mm,10.5,0.5,20.5,20.5,3,good`,
    ]);
  });

  it('has semicolons and GB18030 where that is asked for', async () => {
    const { type, body } = await exported(`point=press-1/level&${time}&encoding=gb18030&separator=semicolon`);
    expect(type).toBe('text/csv; charset=gb18030');
    expect(new TextDecoder('gb18030', { fatal: true }).decode(body).split('\r\n').slice(0, 2)).toEqual([
      'time;device;point;name;unit;value;quality',
      `${localTime(0)};press-1;level;液位;mm;0.5;good`,
    ]);
  });
});

describe('a wide table', () => {
  const wide = `layout=wide&${time}`;
  const clockTime = (second: number) => localTime(second).slice(0, 19);

  it('has a line for each time and a column for each point, with names, units, devices and codes above', async () => {
    const points = 'point=press-2/level&point=press-1/gone&point=press-1/level';
    expect(await linesOf(`${points}&${wide}&language=zh`)).toEqual([
      '\uFEFF时间（Asia/Shanghai）,UTC 偏移,液位 (mm),gone,液位 (mm),不确定',
      '设备,,press-2,press-1,press-1,',
      '编码,,press-2/level,press-1/gone,press-1/level,',
      ...[0, 10, 20, 30, 40, 50].map(
        (second) => `${clockTime(second)},+08:00,${second + 0.5},'=1+1,${second + 0.5},`,
      ),
      '',
    ]);
  });

  it('has a decimal comma, with semicolons, and figures of intervals', async () => {
    const lines = await linesOf(
      `point=press-1/level&decimal=comma&interval=30s&aggregation=max&${wide}&language=en`,
    );
    expect(lines.slice(3)).toEqual([`${clockTime(0)};+08:00;20,5;`, `${clockTime(30)};+08:00;50,5;`, '']);
    expect((await linesOf(`point=press-1/level&decimal=comma&${time}`))[1]).toBe(
      `${localTime(0)};press-1;level;液位;mm;0,5;good`,
    );
  });

  it('leaves cells empty where a point has no value, and names points whose value is uncertain', async () => {
    const store = openPostgresSampleStore({ databaseUrl });
    const about = {
      session: '8-1',
      epoch: 3,
      task: '8',
      device: 'press-1',
      site: '',
      measurement: 'press-1',
    };
    const timeMs = beginMs + 5_250;
    await store.write([
      {
        ...{ ...about, tick: timeMs / 250, period_ms: 250, time: timeMs },
        ...{ values: { 'zone[1]': 9 }, uncertain: ['zone[1]'] },
      },
    ]);
    await store.close();
    const range = `start_time=${at(0)}&end_time=${at(15)}&time_zone=Asia/Shanghai`;
    const lines = await linesOf(`device=press-1&layout=wide&${range}`);
    expect(lines.slice(2)).toEqual([
      'code,,press-1/level,press-1/zone[0],press-1/zone[1],',
      `${clockTime(0)},+08:00,0.5,1,2,`,
      `${localTime(5.25).slice(0, 23)},+08:00,,,9,press-1/zone[1]`,
      `${clockTime(10)},+08:00,10.5,1,2,`,
      '',
    ]);
  });

  it.runIf(python !== null)(
    'is a workbook whose cells openpyxl reads as they were stored, over a change of the clock',
    async () => {
      const store = openPostgresSampleStore({ databaseUrl });
      const about = {
        session: '9-2',
        epoch: 3,
        task: '9',
        device: 'press-2',
        site: '',
        measurement: 'press-2',
      };
      // In Berlin clocks were set back at 01:00 UTC on this day.
      const times = [0, 1_800, 3_600, 5_400].map(
        (second) => Date.parse('2025-10-26T00:00:00Z') + second * 1_000,
      );
      await store.write(
        times.map((time, index) => ({
          ...{
            ...about,
            tick: time / 1_000,
            period_ms: 1_000,
            time,
            values: { level: index + 0.125, 'zone[0]': true },
          },
        })),
      );
      await store.close();
      const range = 'start_time=2025-10-26T00:00:00Z&end_time=2025-10-26T02:00:00Z&time_zone=Europe/Berlin';
      const { body } = await exported(
        `point=press-2/level&point=press-2/zone[0]&layout=wide&format=xlsx&${range}`,
      );
      const file = join(await temporaryFolder('export'), 'values.xlsx');
      await writeFile(file, body);
      const read = `
import json, sys
from openpyxl import load_workbook
sheet = load_workbook(sys.argv[1])['values 1']
assert sheet.freeze_panes == 'C4', sheet.freeze_panes
assert all(row[0].is_date for row in sheet.iter_rows(min_row=4))
text = lambda time: time.isoformat(' ', 'milliseconds')
print(json.dumps([list(row) for row in sheet.iter_rows(values_only=True)], default=text))`;
      const { stdout } = await promisify(execFile)(python ?? '', ['-c', read, file]);
      expect(JSON.parse(stdout)).toEqual([
        ['time (Europe/Berlin)', 'UTC offset', '液位 (mm)', 'zone[0]', 'uncertain'],
        ['device', null, 'press-2', 'press-2', null],
        ['code', null, 'press-2/level', 'press-2/zone[0]', null],
        ['2025-10-26 02:00:00.000', '+02:00', 0.125, true, null],
        ['2025-10-26 02:30:00.000', '+02:00', 1.125, true, null],
        ['2025-10-26 02:00:00.000', '+01:00', 2.125, true, null],
        ['2025-10-26 02:30:00.000', '+01:00', 3.125, true, null],
      ]);
    },
  );

  it('can be followed by its id, by the caller who chose it', async () => {
    const id = crypto.randomUUID();
    const { body } = await exported(`point=press-1/level&${wide}&export_id=${id}`);
    const answer = await api.get(`/api/exports/${id}/`);
    expect(answer.body).toEqual({
      ...{ export_id: id, state: 'done', share: 1, rows: 6, bytes: body.length, detail: null },
    });
    const refused = crypto.randomUUID();
    await exported(`point=press-1/nothing&${wide}&export_id=${refused}`);
    expect((await api.get(`/api/exports/${refused}/`)).body).toMatchObject({
      ...{ state: 'failed', detail: expect.stringContaining('has no point nothing') },
    });
    expect((await api.get(`/api/exports/${crypto.randomUUID()}/`)).body.code).toBe('export_not_found');
  });

  it('breaks off when it is cancelled, or its reader leaves, and asks the store nothing more', async () => {
    // More than sockets take before somebody reads it.
    const store = openPostgresSampleStore({ databaseUrl });
    const about = {
      session: '9-3',
      epoch: 3,
      task: '9',
      device: 'press-1',
      site: '',
      measurement: 'press-1',
    };
    const begin = beginMs - 7_200_000;
    await store.write(
      Array.from({ length: 3_000 }, (_, second) => ({
        ...{ ...about, tick: begin / 1_000 + second, period_ms: 1_000, time: begin + second * 1_000 },
        values: { gone: 'x'.repeat(10_000) },
      })),
    );
    await store.close();
    const long = `point=press-1/gone&layout=wide&start_time=${at(-7_200)}&end_time=${at(-3_600)}`;
    for (const way of ['cancel', 'leave']) {
      const id = crypto.randomUUID();
      const leaving = new AbortController();
      const answer = await fetch(`${api.url}${path}?${long}&export_id=${id}`, { signal: leaving.signal });
      const progress = async () => (await api.get(`/api/exports/${id}/`)).body;
      expect((await progress()).state, way).toBe('running');
      if (way === 'leave') leaving.abort();
      else {
        const { status } = await fetch(`${api.url}/api/exports/${id}/`, { method: 'DELETE' });
        expect(status).toBe(204);
      }
      await expect(answer.text()).rejects.toThrow();
      await eventually(async () => (await progress()).state === 'cancelled', { what: `${way} to end it` });
    }
  });
});

it.runIf(influxIsInstalled())('an export from InfluxDB has the same lines', async () => {
  const influx = await influxForTest();
  await influx.createDatabase('plant');
  const lines = [0, 10, 50, 60].map(
    (second) => `press-1,device=press-1 level=${second}.5 ${beginMs + second * 1_000}`,
  );
  const request = { method: 'POST', body: lines.join('\n') };
  expect((await fetch(`${influx.url}/write?db=plant&precision=ms`, request)).status).toBe(204);
  const over = await startApi({
    ...{ nats: natsUrl, database: databaseUrl },
    env: { SAMPLE_STORE: 'influx', INFLUX_URL: influx.url, INFLUX_BUCKET: 'plant' },
  });
  await over.ready();
  const start = `start_time=${at(0)}&end_time=${at(60)}&time_zone=Asia/Shanghai`;
  expect(await linesOf(`point=press-1/level&${start}`, over)).toEqual([
    '\uFEFFtime,device,point,name,unit,value,quality',
    ...[0, 10, 50].map((second) => `${localTime(second)},press-1,level,液位,mm,${second + 0.5},good`),
    '',
  ]);
  expect((await linesOf(`point=press-1/level&layout=wide&${start}`, over)).slice(2)).toEqual([
    'code,,press-1/level,',
    ...[0, 10, 50].map((second) => `${localTime(second).slice(0, 19)},+08:00,${second + 0.5},`),
    '',
  ]);
});
