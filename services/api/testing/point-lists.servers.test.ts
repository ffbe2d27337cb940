import { describe, expect, it } from 'vitest';
import { gb18030 } from '../src/spreadsheets/write/gb18030.ts';
import { transcribedApi } from './api-transcript.ts';

const imports = '/api/config/imports/';
const lists = transcribedApi();
const { ask } = lists;
const send = (list: string | Buffer, query = '', headers: Record<string, string> = {}) =>
  ask('POST', `${imports}${query}`, Buffer.from(list), headers);

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
    const preview = await send(list, '?name=list.csv');
    expect((await lists.get('/api/config/points/')).body.results).toEqual([]);
    const path = `${imports}${preview.body.id}/apply/`;
    await ask('POST', path, {}, { 'if-match': '"another"' });
    const match = { 'if-match': preview.headers.get('etag') ?? '' };
    const applied = await ask('POST', path, { reason: 'new presses' }, match);
    // A repeat does nothing and gets the same answer.
    expect((await lists.api().post(path)).body).toEqual(applied.body);

    expect((await lists.get('/api/config/points/?limit=500')).body.results).toHaveLength(120);
    await ask('GET', '/api/config/points/?limit=2');
    await ask('GET', '/api/config/tasks/');
    const exported = await fetch(`${lists.api().url}/api/exports/points/?encoding=gb18030&language=zh`);
    await send(Buffer.from(await exported.arrayBuffer()));
    await lists.matches('list-applied-once');
  });

  it('is not applied where what it would change was changed since', async () => {
    const preview = await send('device,code,unit\n压机-1,温度0,K\n');
    const path = `${imports}${preview.body.id}/`;
    await ask('GET', `${path}rows/?state=changed`);
    await ask('PATCH', '/api/config/points/1/', { name: 'somebody else' });
    await ask('POST', `${path}apply/`, {});
    await ask('PATCH', path, {});
    await ask('POST', `${path}apply/`, {});
    await ask('GET', '/api/config/points/1/');
    await lists.matches('list-with-changes-since');
  });

  it('with faults changes nothing, says each by its cell in the language that is asked for, and gives them back', async () => {
    const faulty =
      'device,code,address,data_type\n压机-1,a,40001,int17\n压机-1,b,40002,int16\nsaw,c,40003,int16\n';
    const preview = await send(faulty, '', { 'accept-language': 'zh' });
    const path = `${imports}${preview.body.id}/`;
    await ask('POST', `${path}apply/`, {});
    await ask('GET', `${path}faults/`);
    await ask('PATCH', path, { cells: { D2: 'int16', A4: '压机-1' } });
    await ask('DELETE', path);
    await ask('GET', path);
    await lists.matches('list-with-faults');
  });

  it('is one change of the configuration, which is taken back as one', async () => {
    const list =
      'device,host,unit_id,code,address,data_type,task\nnew-1,127.0.0.1,9,a,40001,int16,new-task\n压机-1,,,a,40900,int16,\n';
    const preview = await send(list, '?name=new.csv');
    const applied = await lists.api().post(`${imports}${preview.body.id}/apply/`, { reason: 'two more' });
    const { change_set: set } = applied.body.result;
    expect(applied.headers.get('change-set')).toBe(String(set));
    expect((await lists.get(`/api/config/change-sets/${set}/`)).body).toMatchObject({
      ...{ kind: 'import', source: 'new.csv', reason: 'two more' },
    });
    expect(await lists.api().post(`/api/config/change-sets/${set}/revert/`, {})).toMatchObject({
      status: 200,
    });
    for (const path of ['points/?code=a', 'devices/?code=new-1', 'tasks/?code=new-task'])
      expect((await lists.get(`/api/config/${path}`)).body.results).toEqual([]);
  });
});
