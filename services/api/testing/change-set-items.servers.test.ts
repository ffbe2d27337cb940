import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type ApiClient, sessionsPath } from './api-under-test.ts';

const adminKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const path = '/api/config/change-sets/';
let api: ApiClient;

beforeAll(async () => {
  api = await startApiInProcess({
    nats: (await natsForTest()).url,
    database: await apiDatabase(),
    env: { API_BOOTSTRAP_KEY: adminKey, API_REQUESTS_PER_MINUTE: '0', API_COMMANDS_PER_MINUTE: '0' },
  });
  await api.ready();
});

const ask = (method: string, at: string, body?: unknown, key = adminKey): Promise<Answer> =>
  api.ask(method, at, { key, body });
const change = (items: object[], more: object = {}) => ask('POST', path, { items, ...more });
const read = async (kind: string, id: number) => (await ask('GET', `/api/config/${kind}/${id}/`)).body;
const byCode = async (kind: string, code: string) =>
  (await ask('GET', `/api/config/${kind}/?code=${code}`)).body.results[0];
const faults = ({ body }: Answer): [string, string][] =>
  body.errors.map(({ path, message }: { path: string; message: string }) => [path, message]);

const device = (id: number, fields: object) => ({ op: 'create', kind: 'device', id, fields });
const point = (id: number, device_id: number, code: string, address = 0) => ({
  ...{ op: 'create', kind: 'point', id },
  fields: { device_id, code, address, table: 'holding_register', data_type: 'int16' },
});
/** Items that make a hall with a press of two points, one of which its task reads. */
const plant = (name: string) => [
  {
    op: 'create',
    kind: 'task',
    fields: { code: `${name}-line`, period_ms: 1_000, device_ids: [-1], point_ids: [-2] },
  },
  point(-1, -1, 'level'),
  point(-2, -1, 'speed', 1),
  device(-1, { code: `${name}-press`, host: `${name}.plant`, site_id: -1 }),
  { op: 'create', kind: 'site', id: -1, fields: { code: `${name}-hall` } },
];

describe('things of all kinds in one change', () => {
  it('are made with what they refer to, whatever comes first, and are taken back as one', async () => {
    const tried = await change(plant('one'), { dry_run: true });
    expect(tried).toMatchObject({ status: 200, body: { change_set: null, counts: { created: 5 } } });
    expect(await byCode('sites', 'one-hall')).toBeUndefined();
    const creation = await change(plant('one'), { reason: 'a new hall', kind: 'import' });
    expect(creation).toMatchObject({ status: 200, body: { counts: { created: 5, changed: 0, deleted: 0 } } });
    const set = await ask('GET', `${path}${creation.body.change_set}/`);
    expect(set.body).toMatchObject({ kind: 'import', reason: 'a new hall', counts: { created: 5 } });
    const [hall, press, line] = await Promise.all([
      byCode('sites', 'one-hall'),
      byCode('devices', 'one-press'),
      byCode('tasks', 'one-line'),
    ]);
    const points = (await ask('GET', `/api/config/points/?device_id=${press.id}`)).body.results;
    const speed = points.find(({ code }: { code: string }) => code === 'speed');
    expect(press.site_id).toBe(hall.id);
    expect(line).toMatchObject({ device_ids: [press.id], point_ids: [speed.id] });
    expect(await ask('POST', `${path}${creation.body.change_set}/revert/`, {})).toMatchObject({
      status: 200,
    });
    expect(await byCode('tasks', 'one-line')).toBeUndefined();
  });

  it('are changed, deleted and made at once: codes and places that are given up are free, null clears', async () => {
    await change(plant('two'));
    const [hall, press, line] = await Promise.all([
      byCode('sites', 'two-hall'),
      byCode('devices', 'two-press'),
      byCode('tasks', 'two-line'),
    ]);
    const points = (await ask('GET', `/api/config/points/?device_id=${press.id}`)).body.results;
    const items = [
      { op: 'change', kind: 'task', id: line.id, fields: { device_ids: [-1], point_ids: [] } },
      ...points.map(({ id }: { id: number }) => ({ op: 'delete', kind: 'point', id })),
      { op: 'delete', kind: 'device', id: press.id },
      device(-1, { code: 'two-press', host: 'two.plant', site_id: hall.id }),
      point(-1, -1, 'level'),
      { op: 'change', kind: 'site', id: hall.id, fields: { name: 'Hall two' } },
    ];
    const done = await change(items);
    expect(done.body.counts).toEqual({ created: 2, changed: 2, deleted: 3 });
    const replaced = await byCode('devices', 'two-press');
    expect(replaced.id).not.toBe(press.id);
    expect(await read('tasks', line.id)).toMatchObject({ device_ids: [replaced.id], point_ids: [] });
    const cleared = { op: 'change', kind: 'device', id: replaced.id, fields: { site_id: null } };
    expect((await change([cleared])).body.counts).toEqual({ created: 0, changed: 1, deleted: 0 });
    const again = await change([cleared]);
    expect(again).toMatchObject({ status: 200, body: { change_set: null, counts: { changed: 0 } } });
    expect(await read('devices', replaced.id)).toMatchObject({ site_id: null, host: 'two.plant' });
    expect((await ask('POST', `${path}${done.body.change_set}/revert/`, {})).body.code).toBe('changed_since');
  });

  it('are judged each by its item, all at once, and none is done', async () => {
    await change(plant('three'));
    const press = await byCode('devices', 'three-press');
    const refused = await change([
      device(-1, { code: 'three-new', hots: 'typo' }),
      point(-1, -1, 'of-faulty'),
      point(-2, press.id, 'level'),
      {
        op: 'create',
        kind: 'point',
        fields: { device_id: press.id, code: 'odd', table: 'coil', address: 1, data_type: 'int17' },
      },
      { op: 'change', kind: 'device', id: 999_999, fields: {} },
      device(-3, { code: 'three-four', host: 'a.plant' }),
      device(-4, { code: 'three-four', host: 'b.plant' }),
      { op: 'create', kind: 'task', fields: { code: 'three-t', period_ms: 1_000, device_ids: [888_888] } },
    ]);
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    const messageByPath = new Map(faults(refused));
    expect([...messageByPath.keys()].sort()).toEqual([
      'items.0.fields',
      'items.0.fields.host',
      'items.2.fields.code',
      'items.3.fields.data_type',
      'items.4.id',
      'items.6.fields.code',
      'items.7.fields.device_ids',
    ]);
    expect(messageByPath.get('items.6.fields.code')).toBe('is the same as that of item 5');
    expect(await byCode('devices', 'three-four')).toBeUndefined();
    expect(faults(await change([point(-1, -9, 'lost')]))).toEqual([
      ['items.0.fields.device_id', 'no item makes device -9'],
    ]);
    expect(faults(await change([device(-1, {}), device(-1, {})]))).toEqual([
      ['items.1.id', 'is the same as that of item 0'],
    ]);
    // Only the outcome as a whole shows these faults.
    const clash = await change([
      { op: 'change', kind: 'site', id: (await byCode('sites', 'three-hall')).id, fields: { name: 'x' } },
      device(-1, { code: 'three-twin', host: 'three.plant' }),
      device(-2, { code: 'three-triplet', host: 'three.plant' }),
    ]);
    expect(clash).toMatchObject({ status: 409, body: { code: 'place_taken', device_id: press.id } });
    expect(faults(clash)).toEqual([
      ['items.1.fields.unit_id', 'is that of three-press'],
      ['items.2.fields.unit_id', 'is that of three-press'],
    ]);
    const shared = await change([
      { ...point(-1, press.id, 'zone', 4), fields: { ...point(-1, press.id, 'zone', 4).fields, count: 2 } },
      point(-2, press.id, 'zone[1]', 8),
    ]);
    expect(faults(shared)).toEqual([['items.1.fields.code', expect.stringContaining('of the array zone')]]);
    expect((await change([{ op: 'delete', kind: 'device', id: press.id }])).body).toMatchObject({
      code: 'still_referenced',
      referenced_by: { points: ['level', 'speed'], tasks: ['three-line'] },
    });
  });

  it('come with the number of those that change nothing, and with warnings', async () => {
    await change(plant('seven'));
    const press = await byCode('devices', 'seven-press');
    const items = [
      { op: 'change', kind: 'device', id: press.id, fields: { host: 'seven.plant', unit_id: 1 } },
      point(-1, press.id, 'bare', 40_001),
      point(-2, press.id, 'plain', 40),
    ];
    const tried = await change(items, { dry_run: true });
    expect(tried.body).toMatchObject({
      ...{ counts: { created: 2, changed: 0 }, unchanged: 1 },
      warnings: [
        { path: 'items.1.fields.address', message: expect.stringMatching(/^40001 without quotes is /) },
      ],
    });
    const headers = { 'accept-language': 'zh' };
    const inChinese = await api.ask('POST', path, { key: adminKey, body: { items }, headers });
    expect(inChinese.body).toMatchObject({
      unchanged: 1,
      warnings: [{ path: 'items.1.fields.address', message: expect.stringMatching(/\p{Script=Han}/u) }],
    });
    const again = await change([items[0] ?? {}]);
    expect(again.body).toMatchObject({ change_set: null, unchanged: 1, warnings: [] });
  });

  it('are answered as a single call would be: a chosen point stays at its device, a deleted thing is named', async () => {
    await change([...plant('eight'), device(-9, { code: 'eight-other', host: 'other.plant' })]);
    const [press, other, hall] = await Promise.all([
      byCode('devices', 'eight-press'),
      byCode('devices', 'eight-other'),
      byCode('sites', 'eight-hall'),
    ]);
    const speed = (await ask('GET', `/api/config/points/?device_id=${press.id}&code=speed`)).body.results[0];
    const answers = async (kind: string, id: number, fields?: object) => {
      const method = fields ? 'PATCH' : 'DELETE';
      const single = await ask(method, `/api/config/${kind}s/${id}/`, fields);
      const item = fields ? { op: 'change', kind, id, fields } : { op: 'delete', kind, id };
      const set = await change([item]);
      return [single, set].map(({ status, body: { code, detail, referenced_by } }) => ({
        ...{ status, code, detail, referenced_by },
      }));
    };
    for (const [answer, referenced_by] of [
      [await answers('point', speed.id, { device_id: other.id }), { tasks: ['eight-line'] }],
      [await answers('point', speed.id), { tasks: ['eight-line'] }],
      [await answers('device', press.id), { points: ['level', 'speed'], tasks: ['eight-line'] }],
      [await answers('site', hall.id), { devices: ['eight-press'] }],
    ] as const) {
      expect(answer[0]).toMatchObject({ status: 409, code: 'still_referenced', referenced_by });
      expect(answer[1]).toEqual(answer[0]);
    }
  });

  it('keep the code of what a session has read, and say which item would not', async () => {
    await change(plant('four'));
    const [press, line] = await Promise.all([byCode('devices', 'four-press'), byCode('tasks', 'four-line')]);
    const started = await ask('POST', `${sessionsPath}/start-task/`, { task_id: line.id });
    expect(started.status).toBe(201);
    const refused = await change([
      { op: 'create', kind: 'site', fields: { code: 'four-other' } },
      { op: 'change', kind: 'device', id: press.id, fields: { code: 'other' } },
    ]);
    expect(refused).toMatchObject({ status: 409, body: { code: 'code_fixed' } });
    expect(faults(refused)[0]?.[0]).toBe('items.1.fields.code');
    expect(await byCode('sites', 'four-other')).toBeUndefined();
    await ask('POST', `${sessionsPath}/${started.body.session_id}/stop/`);
  });

  it('are changed by those alone who may at all their sites, and sites by those of all', async () => {
    await change([...plant('five'), ...plant('six').map((item) => ({ ...item, ...shifted(item) }))]);
    const [mine, other, hall] = await Promise.all([
      byCode('devices', 'five-press'),
      byCode('devices', 'six-press'),
      byCode('sites', 'five-hall'),
    ]);
    const grants = [{ role: 'engineer', sites: ['five-hall'] }];
    const { body } = await ask('POST', '/api/system/keys/', { name: 'engineer of five', grants });
    const own = (items: object[]) => ask('POST', path, { items, dry_run: true }, body.key);
    const renameTo = (id: number) => ({ op: 'change', kind: 'device', id, fields: { name: 'new' } });
    const refused = { status: 403, body: { code: 'site_not_granted' } };
    expect(await own([renameTo(mine.id), point(-1, mine.id, 'own', 9)])).toMatchObject({ status: 200 });
    for (const items of [
      [renameTo(mine.id), renameTo(other.id)],
      [device(-1, { code: 'five-nowhere', host: 'five-nowhere.plant' })],
      [{ op: 'change', kind: 'device', id: mine.id, fields: { site_id: other.site_id } }],
      [{ op: 'change', kind: 'site', id: hall.id, fields: { name: 'new' } }],
      [point(-1, other.id, 'theirs', 9)],
      [{ op: 'create', kind: 'task', fields: { code: 'five-t', period_ms: 1_000, device_ids: [other.id] } }],
      [{ op: 'create', kind: 'task', fields: { code: 'five-t', period_ms: 1_000 } }],
    ]) {
      expect(await own(items), JSON.stringify(items)).toMatchObject(refused);
    }
    const there = device(-1, { code: 'five-new', host: 'five-new.plant', site_id: hall.id });
    expect(await own([there, point(-1, -1, 'level')])).toMatchObject({ status: 200 });
  });
});

/** An item with shifted ids, so that one set can make a second plant. */
function shifted(item: ReturnType<typeof plant>[number]): object {
  const id = 'id' in item ? { id: Number(item.id) - 10 } : {};
  const fields = Object.fromEntries(
    Object.entries(item.fields).map(([name, value]) => [
      name,
      /_ids?$/.test(name)
        ? Array.isArray(value)
          ? value.map((each) => each - 10)
          : Number(value) - 10
        : value,
    ]),
  );
  return { ...id, fields };
}
