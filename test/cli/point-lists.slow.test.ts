import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../services/api/testing/api-under-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type CliForTest, cliForTest } from './cli-for-test.ts';

let api: ApiUnderTest;
let cli: CliForTest;
let folder: string;

beforeAll(async () => {
  api = await startApi({ nats: (await natsForTest()).url, database: await freshDatabase() });
  await api.ready();
  cli = cliForTest({ HOLDFAST_URL: api.url });
  folder = await temporaryFolder('lists');
});

const points = (...args: string[]) => cli.run('points', ...args);
const all = async () => (await api.get('/api/config/points/?limit=500')).body.results;

describe('holdfast points', () => {
  it('fills in a template, brings it in once and gives it out again', async () => {
    const file = join(folder, 'list.xlsx');
    expect(await points('template', 'modbus_tcp', '--format', 'xlsx', '--output', file)).toMatchObject({
      code: 0,
    });
    const dry = await points('import', file, '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('host → host') });
    expect(JSON.parse(dry.stdout)).toMatchObject({ counts: { new: 6 }, new_devices: ['press-1'] });
    expect(await all()).toEqual([]);
    const applied = await points('import', file, '--reason', 'first');
    expect([applied.code, JSON.parse(applied.stdout).result]).toEqual([
      0,
      { created: 6, changed: 0, deleted: 0, skipped: 0, devices: ['press-1'], tasks: [], change_set: 1 },
    ]);
    expect(applied.stderr).not.toContain('Sessions that run');
    expect(await all()).toHaveLength(6);
    const exported = join(folder, 'points.csv');
    expect(await points('export', 'press-1', '--output', exported)).toMatchObject({ code: 0 });
    const again = await points('import', exported);
    const semicolons = await points('export', 'press-1', '--separator', 'semicolon', '--encoding', 'gb18030');
    expect(semicolons.stdout).toMatch(/^device;code;name;/);
    expect(JSON.parse(again.stdout)).toMatchObject({ counts: { same: 6, new: 0, changed: 0 } });
    const chinese = await cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_LANG: 'zh' }).run('points', 'export');
    expect(chinese.stdout).toContain('设备,点位,名称,地址（从 0 计）');
    expect(await cli.runWith(chinese.stdout, 'points', 'import', '-')).toMatchObject({ code: 0 });
  });

  it('tells faults by their cells, and writes the rows that have some', async () => {
    const file = join(folder, 'faulty.csv');
    const faults = join(folder, 'faults.csv');
    await writeFile(file, 'device,code,address,data_type\npress-1,a,40101,int17\npress-1,b,40102,int16\n');
    const refused = await points('import', file, '--faults', faults);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('D2 data_type: "int17" is none of'),
    });
    expect(refused.stderr).toContain('Nothing was changed');
    expect(JSON.parse(refused.stdout)).toMatchObject({ counts: { fault: 1 }, faults: [{ cell: 'D2' }] });
    expect(await all()).toHaveLength(6);
    expect(await readFile(faults, 'utf8')).toMatch(
      /^\uFEFFdevice,code,address,data_type,Faults\r\npress-1,a,40101,int17,/,
    );
  });

  it('imports the rows without faults, and takes a cell that is put right', async () => {
    const file = join(folder, 'partly.csv');
    const faults = join(folder, 'partly-faults.csv');
    await writeFile(
      file,
      'device,code,address,data_type\npress-1,a,40101,int17\npress-1,b,40102,int16\npress-1,c,40103,int18\n',
    );
    const refused = await points('import', file);
    expect(refused.stderr).toContain('--skip-faults imports the other 1 rows now');
    const dry = await points('import', file, '--skip-faults', '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('Rows with faults left out: 2.') });
    expect(await all()).toHaveLength(6);
    const partly = await points('import', file, '--skip-faults', '--faults', faults);
    expect(partly).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`Put them right in ${faults}, and import that too.`),
    });
    expect(JSON.parse(partly.stdout).result).toMatchObject({ created: 1, skipped: 2 });
    expect(await all()).toHaveLength(7);
    const wrong = await points('import', faults, '--cell', 'D2');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--cell wants NAME=VALUE') });
    const corrected = await points('import', faults, '--cell', 'D2=int16', '--cell', 'D3=int16');
    expect([corrected.code, JSON.parse(corrected.stdout).result]).toMatchObject([0, { created: 2 }]);
    const codes = (await all()).map(({ code }: { code: string }) => code);
    expect(codes.slice(6)).toEqual(['b', 'a', 'c']);
    const ids = (await all()).slice(6).map(({ id }: { id: number }) => id);
    for (const id of ids) await api.request('DELETE', `/api/config/points/${id}/`);
  });

  it('asks for the unit of periods, and has short ones confirmed whatever is accepted', async () => {
    const file = join(folder, 'periods.csv');
    await writeFile(file, 'device,code,address,data_type,采集周期\npress-1,often,40301,int16,10\n');
    const open = await points('import', file);
    expect(open).toMatchObject({ code: 1, stderr: expect.stringContaining('* --answer period_unit=s') });
    expect(open.stderr).toContain('E2 10 → 10000 ms');
    const short = await points('import', file, '--answer', 'period_unit=ms', '--accept-assumptions');
    expect(short).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ {2}--answer shortest_period=10ms/),
    });
    expect(short.stderr).toContain('Answer with --answer.');
    const fast = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_LANG: 'zh' });
    const chinese = await fast.run('points', 'import', file, '--answer', 'period_unit=ms', '--table');
    expect(chinese.stderr).toContain('采集周期短于 100 ms 的点位：1 个');
    expect(await points('import', file, '--accept-assumptions')).toMatchObject({ code: 0 });
    const point = (await all()).find(({ code }: { code: string }) => code === 'often');
    expect(point).toMatchObject({ period_ms: 10_000 });
    await api.request('DELETE', `/api/config/points/${point.id}/`);
  });

  it('says what it read otherwise than it is written', async () => {
    const file = join(folder, 'notes.csv');
    await writeFile(file, 'device;code;address;data_type;scale\npress-1;e;40302;int16;0,5\n');
    const dry = await points('import', file, '--dry-run');
    expect(dry.stderr).toContain('Commas are read as decimal points: E2 0,5 is 0.5.');
  });

  it('asks what it had to guess, and takes an answer', async () => {
    const file = join(folder, 'open.csv');
    await writeFile(file, 'device,what,table,address,data_type\npress-1,open,4x,40201,int16\n');
    const args = [file, '--column', 'B=code'];
    const open = await points('import', ...args);
    expect(open).toMatchObject({ code: 1, stderr: expect.stringContaining('* --answer notation=classic') });
    expect(JSON.parse(open.stdout)).toMatchObject({ questions: [{ name: 'notation', is_guess: true }] });
    expect(open.stderr).toContain('D2 40201 → holding_register 200');
    expect(await points('import', ...args, '--answer', 'notation')).toMatchObject({ code: 2 });
    expect(await points('import', ...args, '--answer', 'notation=from_0')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Sessions that run read on as before'),
    });
    expect((await all()).find(({ code }: { code: string }) => code === 'open')).toMatchObject({
      address: 40_201,
    });
  });

  it('reads other lists as one whose mapping was saved', async () => {
    const file = join(folder, 'mapped.csv');
    await writeFile(file, 'device,what,table,address,data_type\npress-1,open,4x,40201,int16\n');
    const args = ['--column', 'B=code', '--answer', 'notation=from_0', '--save-mapping', 'ours'];
    expect(await points('import', file, ...args)).toMatchObject({ code: 0 });
    const table = await cli.run('mappings', 'list', '--table');
    expect(table.stdout).toMatch(/ours .*what → code.* notation=from_0 /);
    const other = join(folder, 'other.csv');
    await writeFile(other, 'data_type,table,what,address,device\nint16,4x,next,40202,press-1\n');
    const dry = await points('import', other, '--mapping', 'ours', '--dry-run');
    expect([dry.code, JSON.parse(dry.stdout)]).toMatchObject([0, { counts: { new: 1 } }]);
    expect(await cli.run('mappings', 'delete', 'ours')).toMatchObject({ code: 0 });
    expect(await cli.run('mappings', 'delete', 'ours')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no mapping with the name ours'),
    });
    expect(await points('import', other, '--mapping', 'ours')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"ours" is none of: columns, predecessor'),
    });
  });

  it('deletes only as many as are confirmed', async () => {
    const file = join(folder, 'rest.csv');
    await writeFile(file, 'device,code\npress-1,open\n');
    expect(await points('import', file, '--mode', 'replace')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('confirm_deletes: 6'),
    });
    expect(await points('import', file, '--mode', 'replace', '--confirm-deletes', '6')).toMatchObject({
      code: 0,
    });
    expect(await all()).toHaveLength(1);
  });

  it('names the tasks that it would make, and shows how the first rows are read', async () => {
    const file = join(folder, 'mills.csv');
    const rows = ['level,0', 'speed,1', 'torque,2', 'oil,3'].map(
      (point) => `mill-1,10.0.0.9,${point},holding_register,int16,0.1,mills`,
    );
    await writeFile(file, ['device,host,code,address,table,data_type,scale,task', ...rows].join('\n'));
    const dry = await points('import', file, '--dry-run', '--table');
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('Tasks made: mills (1000 ms).')]);
    const rowLines = dry.stderr.split('\n').filter((line) => line.startsWith('Row '));
    expect(rowLines).toHaveLength(3);
    expect(rowLines[1]).toMatch(/^Row 3: mill-1\/speed: /);
    for (const text of ['table holding_register', 'address 1', 'data_type int16', 'scale 0.1'])
      expect(rowLines[1]).toContain(text);
    expect(JSON.parse((await points('import', file)).stdout)).toMatchObject({
      ...{ new_tasks: [{ code: 'mills', period_ms: 1_000 }], result: { tasks: ['mills'] } },
    });
    // The task is there by now.
    expect(JSON.parse((await points('import', file, '--dry-run')).stdout)).toMatchObject({ new_tasks: [] });
  });
});
