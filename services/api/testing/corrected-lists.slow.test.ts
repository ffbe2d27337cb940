import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, inject, it } from 'vitest';
import { transcribedApi } from './api-transcript.ts';
import { sessionsPath } from './api-under-test.ts';

const python = inject('installedServers').pythonWithOpenpyxl;
const imports = '/api/config/imports/';
const lists = transcribedApi();
const { ask } = lists;
const send = async (list: string | Buffer, query = '', headers: Record<string, string> = {}) => {
  const { body } = await ask('POST', `${imports}?${query}`, Buffer.from(list), headers);
  const path = `${imports}${body.id}/`;
  return {
    view: body,
    patch: (change: object) => ask('PATCH', path, change),
    apply: (how: object = {}) => ask('POST', `${path}apply/`, how),
    faults: () => ask('GET', `${path}faults/`),
  };
};
const codes = async (device: string) => {
  const [row] = (await lists.get(`/api/config/devices/?code=${device}`)).body.results;
  if (!row) return undefined;
  const { results } = (await lists.get(`/api/config/points/?device_id=${row.id}&limit=500`)).body;
  return results.map(({ code }: { code: string }) => code);
};
const taskOf = async (code: string) => (await lists.get(`/api/config/tasks/?code=${code}`)).body.results[0];

describe('a list with faulty rows', () => {
  const head = 'device,host,unit_id,code,address,data_type';
  const list = `${head}
saw,127.0.0.1,11,a,40001,int16
saw,,,b,40002,int17
saw,,,c,40003,int16
mill,127.0.0.1,12,d,40004,int18
`;

  it('is imported without them, which are corrected afterwards: nothing is lost', async () => {
    const { apply, faults } = await send(list);
    await apply();
    expect(await codes('saw')).toBeUndefined();
    await apply({ skip_faults: true });
    expect([await codes('saw'), await codes('mill')]).toEqual([['a', 'c'], undefined]);
    // The rows are still there, in a list of their own.
    const { body } = await faults();
    const corrected = await send(body.replace('int17', 'int16').replace('int18', 'int16'));
    await corrected.apply();
    expect([await codes('saw'), await codes('mill')]).toEqual([['a', 'c', 'b'], ['d']]);
    await corrected.faults();
    await lists.matches('list-without-faulty-rows');
  });

  it('deletes nothing meanwhile, where a list replaces what is there', async () => {
    const replacing = 'device,code,address,data_type\nsaw,a,40001,int32\nsaw,c?,40003,int17\n';
    await (await send(replacing, 'mode=replace')).apply({ skip_faults: true });
    expect(await codes('saw')).toEqual(['a', 'c', 'b']);
    await lists.matches('list-that-replaces-with-faulty-rows');
  });
});

describe('a task that reads chosen points only, as after it was restored', () => {
  const list = (...rows: readonly string[]) => ['device,code,address,data_type,task', ...rows].join('\n');
  const first = 'device,host,unit_id,code,address,data_type,task\npress,127.0.0.1,1,a,40001,int16,presses\n';
  const both = list('press,a,40001,int16,presses', 'press,b,40002,int16,presses');

  it('gets the points of a list that names it, once that was answered', async () => {
    await (await send(first)).apply();
    const task = await taskOf('presses');
    const session = await lists.api().post(`${sessionsPath}/start-task/`, { task_id: task.id });
    await lists.api().post(`${sessionsPath}/${session.body.session_id}/stop/`);
    expect((await (await send(both)).apply()).body.result).toMatchObject({ created: 1 });
    const versions = `/api/config/tasks/${task.id}/versions/`;
    expect(await lists.api().post(`${versions}1/restore/`, {})).toMatchObject({ status: 200 });
    expect((await taskOf('presses')).point_ids).toHaveLength(1);

    const { apply, patch } = await send(
      list('press,a,40001,int16,presses', 'press,b,40002,int16,presses', 'press,c,40003,int16,presses'),
    );
    await apply();
    await patch({ answers: { task_points: 'add' } });
    const applied = await apply();
    expect((await taskOf('presses')).point_ids).toHaveLength(3);
    expect((await send(both)).view.questions).toEqual([]);
    // It is one change, which is taken back whole.
    const { change_set: set } = applied.body.result;
    expect(await lists.api().post(`/api/config/change-sets/${set}/revert/`, {})).toMatchObject({
      status: 200,
    });
    expect((await taskOf('presses')).point_ids).toHaveLength(1);
    await lists.matches('list-for-chosen-points');
  });

  it('is left alone where that is the answer, and named where a list says nothing of it', async () => {
    const { patch, apply } = await send(both);
    await patch({ answers: { task_points: 'leave' } });
    await apply();
    expect((await taskOf('presses')).point_ids).toHaveLength(1);
    await send('device,code,address,data_type\npress,e,40005,int16\n');
    await lists.matches('list-beside-chosen-points');
  });

  it('which it became after a list was looked at, is not passed over in silence', async () => {
    await (await send(first.replaceAll('presses', 'others'))).apply();
    const { apply } = await send(list('press,f,40006,int16,others'));
    const task = await taskOf('others');
    const [press] = (await lists.get('/api/config/devices/?code=press')).body.results;
    const [point] = (await lists.get(`/api/config/points/?device_id=${press.id}`)).body.results;
    await ask('PATCH', `/api/config/tasks/${task.id}/`, { point_ids: [point.id] });
    await apply();
    expect(await codes('press')).not.toContain('f');
    await lists.matches('list-for-a-changed-task');
  });
});

describe('a period below 100 ms', () => {
  const list = 'device,code,address,data_type,周期\nsaw,fast,40050,int16,50\n';

  it('is confirmed by its own answer alone', async () => {
    const { view, patch, apply } = await send(list);
    await patch({ answers: { period_unit: 'ms' }, accept_assumptions: true });
    await apply();
    await patch({ answers: { shortest_period: '50ms' } });
    await ask('POST', '/api/config/import-mappings/', { name: 'fast', import_id: view.id });
    await send(list, 'mapping=fast');
    await apply();
    await ask('GET', '/api/config/points/?code=fast');
    await lists.matches('list-with-a-short-period');
  });
});

describe.runIf(python !== null)("a plant's workbook, made by openpyxl", () => {
  it('with merged cells, a unit in the header and full-width digits is taken as it is', async () => {
    const path = join(await temporaryFolder('plant'), 'plant.xlsx');
    const script = `
import sys
from openpyxl import Workbook
b = Workbook(); s = b.active
s.append(['一号车间点位表']); s.merge_cells('A1:H1')
s.append(['设备', 'IP地址', '站号', '测点\\n编号', '地址(从0开始)', '寄存器类型', '数据类型', '采集周期（秒）'])
s.append(['炉-1', '127.0.0.1', 21, ' t1 ', '１００', '保持寄存器', 'INT', 10])
s.append([None, None, None, 't2', 101, '保持寄存器', 'INT', '500ms'])
s.append([None, None, None, 't3\\n', 102, '保持寄存器', 'INT', None])
for r in ['A3:A5', 'B3:B5', 'C3:C5', 'H4:H5']: s.merge_cells(r)
b.save(sys.argv[1])`;
    await promisify(execFile)(python ?? '', ['-c', script, path]);
    const { apply } = await send(await readFile(path), '', { 'accept-language': 'zh' });
    await lists.matches('workbook-of-a-plant');
    await apply();
    const points = (await lists.get('/api/config/points/?limit=500')).body.results;
    const readPoints = points.filter(({ code }: { code: string }) => /^t\d$/.test(code));
    expect(
      readPoints.map((point: Record<string, unknown>) => [point.code, point.address, point.period_ms]),
    ).toEqual([
      ['t1', 100, 10_000],
      ['t2', 101, 500],
      ['t3', 102, 500],
    ]);
  });
});
