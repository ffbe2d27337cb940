import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { specs } from '@holdfast/drivers/specs.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, inject, it } from 'vitest';
import { transcribedApi } from './api-transcript.ts';
import { makeListedPoints } from './listed-points.ts';

const python = inject('installedServers').pythonWithOpenpyxl;
const imports = '/api/config/imports/';
const lists = transcribedApi(makeListedPoints);
const { ask } = lists;
const send = (list: string | Buffer, query = '') => ask('POST', `${imports}?${query}`, Buffer.from(list));
const download = async (path: string) => {
  const answer = await fetch(`${lists.api().url}${path}`);
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
};

describe('points that are exported', () => {
  it.each([
    'format=csv',
    'format=csv&language=zh',
    'format=csv&encoding=gb18030',
    'format=xlsx',
    'format=xlsx&language=zh',
  ])('come back as they are: %s', async (query) => {
    for (const mode of ['merge', 'replace']) {
      const preview = await send(await download(`/api/exports/points/?${query}`), `mode=${mode}`);
      expect([preview.body.faults, preview.body.counts, preview.body.questions]).toEqual([
        [],
        { same: 11, changed: 0, new: 0, missing: 0, fault: 0, skipped: 0 },
        [],
      ]);
    }
  });

  it('are those of the devices that are asked for, byte for byte the same after an import', async () => {
    const before = await download('/api/exports/points/?device=press');
    expect(before.toString().split('\r\n')).toHaveLength(10);
    const preview = await send(before, 'mode=replace');
    await lists.api().post(`${imports}${preview.body.id}/apply/`);
    expect((await download('/api/exports/points/?device=press')).equals(before)).toBe(true);
    expect(await lists.get('/api/exports/points/?device=saw')).toMatchObject({ status: 422 });
  });

  it.runIf(python !== null)(
    'are a workbook that openpyxl changes, and that is taken with the change alone',
    async () => {
      const path = join(await temporaryFolder('list'), 'points.xlsx');
      await writeFile(path, await download('/api/exports/points/?format=xlsx'));
      const script = `
import sys
from openpyxl import load_workbook
book = load_workbook(sys.argv[1]); sheet = book['points 1']
head = [cell.value for cell in sheet[1]]
rows = {row[head.index('code')].value: row for row in sheet.iter_rows(min_row=2)}
rows['level'][head.index('unit')].value = 'cm'
assert rows['007'][head.index('code')].data_type == 's' and rows['=1+1'][head.index('code')].data_type != 'n'
book.save(sys.argv[1])`;
      await promisify(execFile)(python ?? '', ['-c', script, path]);
      const preview = await send(await readFile(path), `name=points.xlsx`);
      expect(preview.body.faults).toEqual([]);
      expect(preview.body.counts).toMatchObject({ same: 10, changed: 1 });
    },
  );
});

describe('a template', () => {
  it.each([...specs.keys()])('of %s is taken as it is', async (protocol) => {
    for (const query of ['format=xlsx', 'format=csv&language=zh', 'format=csv&encoding=gb18030']) {
      const preview = await send(await download(`/api/config/import-templates/${protocol}/?${query}`));
      expect(preview.status).toBe(201);
      const { counts, faults, questions } = preview.body;
      // A serial line does not fit into cells, so its device has to exist already.
      if (protocol === 'modbus_rtu') expect(faults[0]).toMatchObject({ code: 'unknown_device' });
      else expect([counts.fault, faults, questions]).toEqual([0, [], []]);
      expect(counts.new + counts.fault).toBeGreaterThan(2);
    }
  });

  it('of nothing is told', async () => {
    expect(await lists.get('/api/config/import-templates/s9/')).toMatchObject({ status: 404 });
  });
});

describe('an import', () => {
  it('that replaces deletes what the list lacks, once so many are confirmed', async () => {
    const preview = await send('device,code,topic,data_type\nmeter,energy,a/b,float64\n', 'mode=replace');
    for (const body of [{}, { confirm_deletes: 2 }, { confirm_deletes: 1 }])
      await ask('POST', `${imports}${preview.body.id}/apply/`, body);
    await ask('GET', '/api/exports/points/?device=meter');
    await lists.matches('import-that-deletes');
  });

  it('waits for an answer to what it guessed', async () => {
    const list = 'device,code,table,address,data_type\npress,new,保持寄存器,40301,int16\n';
    const path = `${imports}${(await send(list)).body.id}/`;
    await ask('POST', `${path}apply/`, {});
    await ask('PATCH', path, { answers: { notation: 'x', other: 'y' }, columns: { A: 'z' } });
    await ask('PATCH', path, { accept_assumptions: true });
    await ask('POST', `${path}apply/`, {});
    await ask('GET', '/api/config/points/?code=new');
    await ask('PATCH', path, {});
    await lists.matches('import-with-a-question');
  });

  it('is all of it or nothing', async () => {
    // The list's device would take the place of `press`.
    const preview = await send('device,host,unit_id,code,address,data_type\na,127.0.0.1,1,x,40001,int16\n');
    const path = `${imports}${preview.body.id}/`;
    await ask('POST', `${path}apply/`, {});
    expect((await lists.get('/api/config/devices/?code=a')).body.results).toEqual([]);
    await ask('GET', path);
    await lists.matches('import-that-does-not-fit');
  });

  it('is read as one before whose mapping was saved: headers, answers and layout', async () => {
    const mappings = '/api/config/import-mappings/';
    const list = 'What,Where,设备,table,data_type\nsaved,40401,press,4x,int16\n';
    const { id } = (await send(list)).body;
    const path = `${imports}${id}/`;
    await ask('PATCH', path, { columns: { A: 'code', B: 'address' } });
    const save = (name: string) => ask('POST', mappings, { name, import_id: id });
    await save('plant');
    await ask('PATCH', path, { accept_assumptions: true });
    await save('predecessor');
    await ask('POST', mappings, { name: 'plant', import_id: 999_999_999 });
    const saved = await save('plant');
    // The columns stand below a title, in another order, next to columns that the mapping does not know.
    const other = '一号车间,,,,,\n单位,where,What,设备,table,data_type\nK,40402,next,press,4x,int16\n';
    await send(other, 'mapping=plant');
    // The new mapping replaces the one that had the name.
    await save('plant');
    await ask('GET', mappings);
    await send(other, 'mapping=none');
    for (const _ of ['once', 'twice']) await ask('DELETE', `${mappings}${saved.body.id}/`);
    await lists.matches('import-with-a-mapping');
  });

  it.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'validation_failed'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d', 'hex'), 'import_refused'],
    ['a broken archive', Buffer.from('PK\u0003\u0004 and no more of it'), 'import_refused'],
    ['more than it may be', Buffer.alloc(10 * 1_048_576 + 1, 0x61), 'import_refused'],
    ['far more than that', Buffer.alloc(12 * 1_048_576, 0x61), 'body_too_large'],
  ])('of %s is refused in words', async (_what, body, code) => {
    const answer = await send(body);
    expect([answer.status < 500, answer.body.code]).toEqual([true, code]);
    expect(answer.body.detail.length).toBeGreaterThan(10);
  });
});
