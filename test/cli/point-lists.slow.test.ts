import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../services/api/testing/api-under-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type CliForTest, cliForTest, Transcript } from './cli-for-test.ts';

let api: ApiUnderTest;
let cli: CliForTest;
let chinese: CliForTest;
let folder: string;
let transcript: Transcript;

beforeAll(async () => {
  api = await startApi({ nats: (await natsForTest()).url, database: await freshDatabase() });
  await api.ready();
  cli = cliForTest({ HOLDFAST_URL: api.url });
  chinese = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_LANG: 'zh' });
  folder = await temporaryFolder('lists');
});
beforeEach(() => {
  transcript = new Transcript();
});

const points = (...args: string[]) => transcript.of(cli).run('points', ...args);
const all = async () => (await api.get('/api/config/points/?limit=500')).body.results;
const codes = async () => (await all()).map(({ code }: { code: string }) => code);
const list = async (name: string, ...lines: string[]) => {
  const file = join(folder, name);
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return file;
};

describe('holdfast points', () => {
  it('fills in a template, brings it in once and gives it out again', async () => {
    const file = join(folder, 'list.xlsx');
    await points('template', 'modbus_tcp', '--format', 'xlsx', '--output', file);
    await points('import', file, '--dry-run');
    expect(await all()).toEqual([]);
    await points('import', file, '--reason', 'first');
    expect(await all()).toHaveLength(6);
    const exported = join(folder, 'points.csv');
    await points('export', 'press-1', '--output', exported);
    await points('import', exported);
    await points('export', 'press-1', '--separator', 'semicolon', '--encoding', 'gb18030');
    const { stdout } = await transcript.of(chinese).run('points', 'export');
    await transcript.of(cli).runWith(stdout, 'points', 'import', '-');
    await transcript.matches('list-from-a-template');
  });

  it('tells faults by their cells, writes the rows that have some, imports the others, and takes cells that are put right', async () => {
    const head = 'device,code,address,data_type';
    const file = await list(
      'partly.csv',
      ...[head, 'press-1,a,40101,int17', 'press-1,b,40102,int16', 'press-1,c,40103,int18'],
    );
    const faults = join(folder, 'faults.csv');
    await points('import', file, '--faults', faults);
    await points('import', file, '--table');
    await points('import', file, '--skip-faults', '--dry-run');
    expect(await all()).toHaveLength(6);
    await points('import', file, '--skip-faults', '--faults', faults);
    expect((await codes()).slice(6)).toEqual(['b']);
    expect(await readFile(faults, 'utf8')).toMatch(
      /^\uFEFFdevice,code,address,data_type,Faults\r\npress-1,a,40101,int17,.*\r\npress-1,c,40103,int18,/,
    );
    await points('import', faults, '--cell', 'D2');
    await points('import', faults, '--cell', 'D2=int16', '--cell', 'D3=int16');
    expect((await codes()).slice(6)).toEqual(['b', 'a', 'c']);
    for (const { id } of (await all()).slice(6)) await api.request('DELETE', `/api/config/points/${id}/`);
    await transcript.matches('list-with-faults');
  });

  it('asks what it had to guess, has short periods confirmed whatever is accepted, and says what it read otherwise', async () => {
    const file = await list(
      'periods.csv',
      'device,code,address,data_type,采集周期',
      'press-1,often,40301,int16,10',
    );
    await points('import', file);
    await points('import', file, '--answer', 'period_unit=ms', '--accept-assumptions');
    await transcript.of(chinese).run('points', 'import', file, '--answer', 'period_unit=ms', '--table');
    await points('import', file, '--accept-assumptions');
    const point = (await all()).find(({ code }: { code: string }) => code === 'often');
    expect(point).toMatchObject({ period_ms: 10_000 });
    await api.request('DELETE', `/api/config/points/${point.id}/`);
    const notes = await list('notes.csv', 'device;code;address;data_type;scale', 'press-1;e;40302;int16;0,5');
    await points('import', notes, '--dry-run');

    const open = await list('open.csv', 'device,what,table,address,data_type', 'press-1,open,4x,40201,int16');
    const args = [open, '--column', 'B=code'];
    await points('import', ...args);
    await points('import', ...args, '--answer', 'notation');
    await points('import', ...args, '--answer', 'notation=from_0');
    expect((await all()).find(({ code }: { code: string }) => code === 'open')).toMatchObject({
      address: 40_201,
    });
    await transcript.matches('list-with-questions');
  });

  it('reads other lists as one whose mapping was saved', async () => {
    const file = await list(
      'mapped.csv',
      'device,what,table,address,data_type',
      'press-1,open,4x,40201,int16',
    );
    const { run } = transcript.of(cli);
    await points(
      'import',
      file,
      ...['--column', 'B=code', '--answer', 'notation=from_0', '--save-mapping', 'ours'],
    );
    await run('mappings', 'list', '--table');
    const other = await list(
      'other.csv',
      'data_type,table,what,address,device',
      'int16,4x,next,40202,press-1',
    );
    await points('import', other, '--mapping', 'ours', '--dry-run');
    await run('mappings', 'delete', 'ours');
    await run('mappings', 'delete', 'ours');
    await points('import', other, '--mapping', 'ours');
    await transcript.matches('list-with-a-mapping');
  });

  it('deletes only as many as are confirmed', async () => {
    const file = await list('rest.csv', 'device,code', 'press-1,open');
    await points('import', file, '--mode', 'replace');
    await points('import', file, '--mode', 'replace', '--confirm-deletes', '6');
    expect(await codes()).toEqual(['open']);
    await transcript.matches('list-that-deletes');
  });

  it('names the tasks that it would make, and shows how the first rows are read', async () => {
    const file = await list(
      'mills.csv',
      'device,host,code,address,table,data_type,scale,task',
      ...['level,0', 'speed,1', 'torque,2', 'oil,3'].map(
        (point) => `mill-1,10.0.0.9,${point},holding_register,int16,0.1,mills`,
      ),
    );
    await points('import', file, '--dry-run', '--table');
    await points('import', file);
    // The task is there by now.
    await points('import', file, '--dry-run');
    await transcript.matches('list-with-a-task');
  });
});
