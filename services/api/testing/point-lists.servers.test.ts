import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { gb18030 } from '../src/spreadsheets/write/gb18030.ts';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import type { AskedApi } from './api-under-test.ts';

const imports = '/api/config/imports/';
let api: AskedApi;

beforeAll(async () => {
  const nats = await natsForTest();
  api = await startApiInProcess({ nats: nats.url, database: await apiDatabase() });
  await api.ready();
});

const send = (body: Buffer, query = '', headers: Record<string, string> = {}) =>
  api.raw(`${imports}?${query}`, { method: 'POST', body: Uint8Array.from(body), headers });

describe('a list of points in GBK, with Chinese headers, classic addresses and floats whose words are swapped', () => {
  const rows = Array.from({ length: 120 }, (_, index) =>
    [
      `压机-${(index % 3) + 1}`,
      '192.168.1.20',
      502,
      (index % 3) + 1,
      `温度${index}`,
      40_001 + 2 * index,
      '浮点数',
      'CDAB',
      0.1,
      '℃',
      '压机采集',
    ].join(','),
  );
  const list = gb18030(
    ['设备,IP地址,端口,站号,点位,地址,数据类型,字节序,系数,单位,任务', ...rows].join('\r\n'),
  );

  it('is looked at, applied once, and comes back as it is', async () => {
    const preview = await send(list, 'name=list.csv');
    expect(preview).toMatchObject({
      status: 201,
      body: {
        ...{ encoding: 'gb18030', mapping: 'columns', state: 'preview', questions: [], faults: [] },
        counts: { same: 0, changed: 0, new: 120, missing: 0, fault: 0, skipped: 0 },
        new_devices: ['压机-1', '压机-2', '压机-3'],
        new_tasks: [{ code: '压机采集', period_ms: 1_000 }],
      },
    });
    expect(preview.body.sample).toHaveLength(3);
    expect(preview.body.sample[1]).toEqual({
      ...{ line: 3, device: '压机-2', code: '温度1' },
      fields: {
        ...{ table: 'holding_register', address: 2, data_type: 'float32', byte_order: 'CDAB' },
        ...{ scale: 0.1, unit: '℃' },
      },
    });
    expect((await api.get('/api/config/points/')).body.results).toEqual([]);
    const { id } = preview.body;
    const stale = { 'if-match': '"another"' };
    expect(await api.post(`${imports}${id}/apply/`, {}, stale)).toMatchObject({ status: 412 });
    const match = { 'if-match': preview.headers.get('etag') ?? '' };
    const applied = await api.post(`${imports}${id}/apply/`, { reason: 'new presses' }, match);
    expect(applied).toMatchObject({
      status: 200,
      body: { state: 'applied', result: { created: 120, changed: 0, deleted: 0, tasks: ['压机采集'] } },
    });
    // A repeat does nothing and gets the same answer.
    expect((await api.post(`${imports}${id}/apply/`)).body).toEqual(applied.body);

    const { results } = (await api.get('/api/config/points/?limit=500')).body;
    expect(results).toHaveLength(120);
    expect(results[1]).toMatchObject({
      ...{ code: '温度1', table: 'holding_register', address: 2, data_type: 'float32' },
      ...{ byte_order: 'CDAB', scale: 0.1, unit: '℃', enabled: true },
    });
    const [task] = (await api.get('/api/config/tasks/')).body.results;
    expect(task).toMatchObject({ code: '压机采集', period_ms: 1_000, device_ids: [1, 2, 3] });
    const exported = await fetch(`${api.url}/api/exports/points/?encoding=gb18030&language=zh`);
    const again = await send(Buffer.from(await exported.arrayBuffer()));
    expect(again.body).toMatchObject({
      counts: { same: 120, changed: 0, new: 0, missing: 0, fault: 0, skipped: 0 },
      questions: [],
    });
  });

  it('is not applied where what it would change was changed since', async () => {
    const csv = 'device,code,unit\n压机-1,温度0,K\n';
    const preview = await send(Buffer.from(csv));
    expect(preview.body.counts).toMatchObject({ changed: 1, missing: 39 });
    const rows = await api.get(`${imports}${preview.body.id}/rows/?state=changed`);
    expect(rows.body.results).toEqual([
      {
        ...{ line: 2, state: 'changed', device: '压机-1', code: '温度0', faults: [] },
        changes: { unit: { before: '℃', after: 'K' } },
      },
    ]);
    const other = await api.request('PATCH', '/api/config/points/1/', { name: 'somebody else' });
    expect(other.status).toBe(200);
    const refused = await api.post(`${imports}${preview.body.id}/apply/`);
    expect(refused).toMatchObject({ status: 412, body: { detail: expect.stringContaining('压机-1/温度0') } });
    expect(await api.request('PATCH', `${imports}${preview.body.id}/`, {})).toMatchObject({ status: 200 });
    expect(await api.post(`${imports}${preview.body.id}/apply/`)).toMatchObject({
      body: { result: { created: 0, changed: 1 } },
    });
    expect((await api.get('/api/config/points/1/')).body).toMatchObject({ unit: 'K', name: 'somebody else' });
  });

  it('with faults changes nothing, says each by its cell in the language that is asked for, and gives them back', async () => {
    const faulty =
      'device,code,address,data_type\n压机-1,a,40001,int17\n压机-1,b,40002,int16\nsaw,c,40003,int16\n';
    const preview = await send(Buffer.from(faulty), '', { 'accept-language': 'zh' });
    expect(preview.body.counts).toMatchObject({ new: 1, fault: 2 });
    expect(preview.body.faults).toMatchObject([
      { sheet: '', cell: 'D2', column: 'data_type', value: 'int17', code: 'unknown_word' },
      { cell: 'A4', value: 'saw', code: 'unknown_device', message: expect.stringContaining('没有设备 saw') },
    ]);
    const { id } = preview.body;
    expect(await api.post(`${imports}${id}/apply/`)).toMatchObject({
      ...{ status: 409, body: { code: 'import_has_faults', faults: 2 } },
    });
    const { body } = await api.get(`${imports}${id}/faults/`);
    const lines = body.split('\r\n');
    expect(lines[0]).toBe('device,code,address,data_type,Faults');
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^压机-1,a,40001,int17,.*data_type: ""int17"" is none of/),
      expect.stringMatching(/^saw,c,40003,int16,.*there is no device saw/),
      '',
    ]);
    const repaired = await api.request('PATCH', `${imports}${id}/`, { cells: { D2: 'int16', A4: '压机-1' } });
    expect(repaired.body.counts).toMatchObject({ new: 3, fault: 0 });
    expect(await api.request('DELETE', `${imports}${id}/`)).toMatchObject({ status: 204 });
    expect(await api.get(`${imports}${id}/`)).toMatchObject({
      status: 404,
      body: { code: 'import_not_found' },
    });
  });

  it('is one change of the configuration, which is taken back as one', async () => {
    const list =
      'device,host,unit_id,code,address,data_type,task\nnew-1,127.0.0.1,9,a,40001,int16,new-task\n压机-1,,,a,40900,int16,\n';
    const preview = await send(Buffer.from(list), 'name=new.csv');
    const applied = await api.post(`${imports}${preview.body.id}/apply/`, { reason: 'two more' });
    const { change_set: set } = applied.body.result;
    expect(applied.headers.get('change-set')).toBe(String(set));
    expect((await api.get(`/api/config/change-sets/${set}/`)).body).toMatchObject({
      ...{ kind: 'import', source: 'new.csv', reason: 'two more' },
    });
    expect(await api.post(`/api/config/change-sets/${set}/revert/`, {})).toMatchObject({ status: 200 });
    for (const path of ['points/?code=a', 'devices/?code=new-1', 'tasks/?code=new-task'])
      expect((await api.get(`/api/config/${path}`)).body.results).toEqual([]);
  });
});
