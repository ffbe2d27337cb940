import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, sessionsPath } from './api-under-test.ts';
import { placementsIn } from './placements.ts';

let api: ApiClient;
let configs: TaskConfigStore;
let board: StatusBoard;
let log: SessionLogForTest;
let database: string;

beforeAll(async () => {
  const nats = await natsForTest();
  database = await apiDatabase();
  api = await startApiInProcess({ nats: nats.url, database });
  await api.ready();
  log = await sessionLogForTest(nats.url);
  const { nc } = log;
  configs = await TaskConfigStore.open(nc);
  board = await StatusBoard.open(nc);
});

const create = async (kind: string, body: unknown) => {
  const answer = await api.post(`/api/config/${kind}/`, body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
};
let devices = 0;
const newDevice = async (fields: object = {}): Promise<number> => {
  devices += 1;
  return (await create('devices', { code: `device-${devices}`, host: `device-${devices}`, ...fields })).id;
};
const holding = { table: 'holding_register', address: 0, data_type: 'int16' };
const patch = (kind: string, id: number, body: object) =>
  api.request('PATCH', `/api/config/${kind}/${id}/`, body);
const paths = (body: { errors: { path: string }[] }) => body.errors.map(({ path }) => path);

describe('a point', () => {
  it('is stored, shown and changed with all that it can have', async () => {
    const device_id = await newDevice();
    const fields = {
      code: 'flow',
      data_type: 'uint16',
      count: 2,
      precision: 1,
      valid_min: 0,
      valid_max: 100,
      linear: { raw_min: 0, raw_max: 27_648, eng_min: 0, eng_max: 100 },
      period_ms: 5_000,
      report: { deadband_absolute: 0.5 },
    };
    const point = await create('points', { device_id, address: '40011', ...fields });
    expect(point).toMatchObject({
      ...fields,
      table: 'holding_register',
      address: 10,
      report: { deadband_absolute: 0.5, heartbeat_ms: 60_000 },
      bit: null,
      enumeration: null,
    });
    const enumeration = { '0': '关', '1': '开' };
    const cleared = {
      linear: null,
      precision: null,
      valid_min: null,
      valid_max: null,
      report: null,
      count: null,
    };
    const writableFields = { enumeration, writable: true };
    const changed = await patch('points', point.id, { ...cleared, ...writableFields, address: '0x1F' });
    expect(changed).toMatchObject({ status: 200, body: { ...cleared, ...writableFields, address: 31 } });
    expect(await patch('points', point.id, { address: '300001', writable: false })).toMatchObject({
      body: { table: 'input_register', address: 0 },
    });
    expect((await api.get(`/api/config/points/${point.id}/`)).body).toMatchObject({
      enumeration,
      table: 'input_register',
      period_ms: 5_000,
    });
  });

  it.each<[string, object, string[], string]>([
    ['an address that could be read in two ways', { address: '100' }, ['address'], 'zero-based'],
    ['an address of another table', { table: 'coil', address: '40001' }, ['table'], 'holding_register'],
    ['an address without a table', { table: undefined, address: 5 }, ['table'], 'required'],
    ['an address beyond the last', { address: 65_536 }, ['address'], '0…65535'],
    ['a text without length', { data_type: 'string' }, ['length'], 'registers'],
    ['a bit of a float', { data_type: 'float32', bit: 3 }, ['bit'], 'only a bool'],
    ['a type that does not exist', { data_type: 'int24' }, ['data_type'], ''],
    ['a scale that makes all values one', { scale: 0 }, ['scale'], 'must not be 0'],
    ['a period that is too short', { period_ms: 5 }, ['period_ms'], ''],
    ['an unknown part of its report', { report: { deadband: 1 } }, ['report'], 'deadband'],
    ['two things that do not fit', { length: 2, byte: 'high' }, ['byte', 'length'], 'only'],
    [
      'a name of a number that it cannot be',
      { enumeration: { '99999': 'x' } },
      ['enumeration'],
      '-32768…32767',
    ],
    ['an array to write', { count: 2, writable: true }, ['writable'], 'arrays cannot be written'],
    ['a name with a line break', { enumeration: { '0': 'a\nb' } }, ['enumeration.0'], 'control characters'],
  ])('with %s is refused, and the answer says where', async (_what, fields, at, words) => {
    const device_id = await newDevice();
    const one = await api.post('/api/config/points/', { device_id, code: 'p', ...holding, ...fields });
    expect(one).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(paths(one.body)).toEqual(at);
    expect(one.body.detail).toContain(words);
    const good = { device_id, code: 'good', ...holding };
    const many = await api.post('/api/config/points/', [good, { ...good, code: 'p', ...fields }]);
    expect(many.status).toBe(422);
    expect(paths(many.body)).toEqual(at.map((path) => `1.${path}`));
  });

  it('is refused when a change makes its fields contradict each other', async () => {
    const { id } = await create('points', {
      device_id: await newDevice(),
      code: 'p',
      ...holding,
      precision: 1,
    });
    expect(paths((await patch('points', id, { data_type: 'bool' })).body)).toEqual(['precision']);
    expect(paths((await patch('points', id, { address: '10001', table: 'coil' })).body)).toEqual(['table']);
    expect((await patch('points', id, { data_type: 'bool', precision: null })).status).toBe(200);
  });

  it('that an earlier release stored with what is refused by now is read, changed in the rest, and started', async () => {
    const device_id = await newDevice();
    const array = await create('points', { device_id, code: 'array', ...holding, count: 3 });
    const mode = await create('points', { device_id, code: 'mode', ...holding, address: 9 });
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    await client.query('update points set writable = true where id = $1', [array.id]);
    await client.query(`update points set enumeration = '{"0":"off","99999":"on"}' where id = $1`, [mode.id]);
    await client.end();

    expect((await api.get(`/api/config/points/${array.id}/`)).body).toMatchObject({
      writable: true,
      count: 3,
    });
    for (const change of [{ name: 'Zones' }, { count: 4 }, { writable: true }]) {
      expect(await patch('points', array.id, change)).toMatchObject({ status: 200, body: change });
    }
    expect((await patch('points', mode.id, { unit: '-' })).status).toBe(200);
    const another = await patch('points', mode.id, { enumeration: { '99998': 'on' } });
    expect(paths(another.body)).toEqual(['enumeration']);
    const task = await create('tasks', { code: 'legacy', period_ms: 1_000, device_ids: [device_id] });
    const start = await api.post(`${sessionsPath}/start-task/`, { task_id: task.id, validate: 'skip' });
    expect(start.status).toBe(201);
    const loaded = await configs.load(String(task.id), 1);
    expect(loaded).toMatchObject({
      ok: true,
      config: { devices: [{ points: [{ writable: true, count: 4 }, {}] }] },
    });

    expect((await patch('points', array.id, { writable: false })).status).toBe(200);
    expect(paths((await patch('points', array.id, { writable: true })).body)).toEqual(['writable']);
  });

  it('is refused when an array of its device has a value of its name', async () => {
    const device_id = await newDevice();
    await create('points', { device_id, code: 'a', ...holding, count: 3 });
    const answer = await api.post('/api/config/points/', { device_id, code: 'a[2]', ...holding });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'code' }] } });
    const { id } = await create('points', { device_id, code: 'a[3]', ...holding });
    const array = (await api.get(`/api/config/points/?device_id=${device_id}&code=a`)).body.results[0];
    expect((await patch('points', array.id, { count: 4 })).body).toMatchObject({
      errors: [{ message: 'a value of the array a is named a[3] too' }],
    });
    expect((await patch('points', id, { code: 'b' })).status).toBe(200);
    expect((await patch('points', array.id, { count: 4 })).status).toBe(200);
  });
});

describe('an address that reads as the classic notation', () => {
  const bare = { code: 'bare', table: 'holding_register', address: 40_001, data_type: 'int16' };
  const warning = expect.stringContaining('write it in quotes: "40001"');

  it('is taken as it is without quotes, and the answer warns of it, also in a list and of a change', async () => {
    const device_id = await newDevice();
    const one = await create('points', { ...bare, device_id });
    expect(one).toMatchObject({ address: 40_001, warnings: [warning] });
    const sure = { ...bare, device_id, address: '0x9C41' };
    const many = await create('points', [
      { ...sure, code: 'sure' },
      { ...sure, code: 'again', address: 40_001 },
      { ...sure, code: 'classic', address: '40001' },
    ]);
    expect(many).toMatchObject([{ address: 40_001 }, { warnings: [warning] }, { address: 0 }]);
    expect([many[0].warnings, many[2].warnings]).toEqual([undefined, undefined]);
    expect((await patch('points', many[2].id, { address: 40_001 })).body).toMatchObject({
      warnings: [warning],
    });
    const inChinese = await api.raw(`/api/config/points/${many[2].id}/`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'accept-language': 'zh-CN' },
      body: JSON.stringify({ address: 40_001 }),
    });
    expect(inChinese.body.warnings).toEqual([expect.stringContaining('请加引号："40001"')]);
    expect((await patch('points', many[2].id, { name: 'x' })).body.warnings).toBeUndefined();
    expect((await api.get(`/api/config/points/${one.id}/`)).body.warnings).toBeUndefined();
  });
});

describe('the period of a point', () => {
  it('may be any, next to those of the other points of its device', async () => {
    const device_id = await newDevice();
    const first = await create('points', { device_id, code: 'a', ...holding });
    const task = await create('tasks', { code: 'rates', period_ms: 2_000, device_ids: [device_id] });
    await create('points', { device_id, code: 'b', ...holding, period_ms: 5_000 });
    expect((await patch('points', first.id, { period_ms: 300 })).status).toBe(200);
    const plan = await api.post(`/api/config/tasks/${task.id}/plan/`, {});
    expect(plan.body.endpoints[0].devices[0]).toMatchObject({
      period_ms: 300,
      rates: [{ period_ms: 300 }, { period_ms: 5_000 }],
    });
    const start = await api.post(`${sessionsPath}/start-task/`, { task_id: task.id, validate: 'skip' });
    expect(start.status).toBe(201);
  });
});
describe('the plan of a task', () => {
  const taskOf = async (code: string, period_ms: number, device: object) => {
    const device_id = await newDevice(device);
    await create('points', { device_id, code: 'a', ...holding });
    return (await create('tasks', { code, period_ms, device_ids: [device_id] })).id;
  };
  const start = async (task_id: number): Promise<string> =>
    (await api.post(`${sessionsPath}/start-task/`, { task_id, validate: 'skip' })).body.session_id;
  const planOf = async (id: number, round_trip_ms: number) =>
    (await api.post(`/api/config/tasks/${id}/plan/`, { round_trip_ms })).body;

  it('that takes up all of the time of a bus does not hold, and says that the plan is of this task alone', async () => {
    const full = await taskOf('full', 100, { host: 'bus-1' });
    const plan = await planOf(full, 100);
    expect(plan).toMatchObject({ verdict: 'cannot_hold', endpoints: [{ busy_share: 1, other_tasks: [] }] });
    expect(plan.detail).toContain(
      '100 % of the time of the bus, which leaves none for an answer that is late',
    );
    const half = await planOf(full, 50);
    expect(half).toMatchObject({ verdict: 'holds', endpoints: [{ busy_share: 0.5 }] });
    expect(half.detail).toContain('for the task alone');
  });

  it('counts what other tasks read behind the same endpoint while they run, and nothing else', async () => {
    const own = await taskOf('own', 100, { host: 'bus-2' });
    const neighbour = await taskOf('beside', 100, { host: 'BUS-2', unit_id: 2 });
    const elsewhere = await taskOf('elsewhere', 100, { host: 'bus-3' });
    const idle = await taskOf('idle', 100, { host: 'bus-2', unit_id: 3 });
    const alone = await planOf(own, 60);
    expect(alone).toMatchObject({ verdict: 'holds', endpoints: [{ busy_share: 0.6, other_tasks: [] }] });

    const session = await start(neighbour);
    await start(elsewhere);
    await start(own);
    const together = await planOf(own, 60);
    expect(together).toMatchObject({
      verdict: 'cannot_hold',
      endpoints: [
        {
          busy_share: 1.2,
          everything_once_ms: 120,
          other_tasks: [{ task_id: neighbour, task_code: 'beside', busy_share: 0.6 }],
          devices: [{ full_tick_ms: 60 }],
        },
      ],
    });
    expect(together.detail).toContain('with 60 % of the time for what runs there already: beside');
    expect(together.detail).toContain('reckoned with the other tasks that read there now');
    expect((await planOf(idle, 10)).endpoints[0].other_tasks).toHaveLength(2);

    await api.post(`${sessionsPath}/${session}/stop/`);
    expect((await planOf(own, 60)).verdict).toBe('holds');
  });

  it('takes the round trips that a session has measured, says so, and takes those that are given before them', async () => {
    const own = await taskOf('measured', 1_000, { code: 'slow', host: 'bus-4' });
    const line = { path: '/dev/ttyS4', baud_rate: 19_200 };
    const onLine = await newDevice({
      code: 'on-line',
      protocol: 'modbus_rtu',
      host: undefined,
      serial: line,
    });
    await create('points', { device_id: onLine, code: 'a', ...holding });
    await create('points', { device_id: onLine, code: 'b', ...holding, address: 100, count: 100 });
    const { device_ids } = (await api.get(`/api/config/tasks/${own}/`)).body;
    await patch('tasks', own, { device_ids: [...device_ids, onLine] });
    const plan = async (body: object = {}) => (await api.post(`/api/config/tasks/${own}/plan/`, body)).body;
    expect(await plan()).toMatchObject({
      verdict: 'holds',
      endpoints: [
        { devices: [{ request: { ms: 10, from: 'assumed', session_id: null } }] },
        { devices: [{ request: { ms: 5, from: 'assumed' } }] },
      ],
    });

    const session = await start(own);
    const health = {
      status: 'healthy' as const,
      consecutive_failures: 0,
      last_success: null,
      last_error: null,
    };
    const epoch = await placementsIn(log.store).assign(session, 'c1');
    await board.write(String(own), {
      ...{ v: 1, session, epoch, collector: 'c1', instance: 'one', state: 'polling', detail: '' },
      ...{ updated_at: new Date().toISOString(), points_read: 1, error_count: 0, last_read_time: null },
      device_health: {
        slow: { ...health, round_trip_ms: { p50: 1_100, p99: 1_300 } },
        'on-line': { ...health, round_trip_ms: { p50: 30, p99: 40 } },
      },
    });
    await expect.poll(() => plan()).toMatchObject({ verdict: 'cannot_hold' });
    const measured = await plan();
    expect(measured.endpoints).toMatchObject([
      { devices: [{ request: { ms: 1_100, from: 'measured', session_id: session }, full_tick_ms: 1_100 }] },
      { devices: [{ request: { ms: 30, from: 'measured' } }] },
    ]);
    expect(measured.endpoints[0].detail).toContain(`as measured: slow 1100 ms (session ${session})`);
    // The short read takes the measured median; the bytes of the long one take more.
    const [short, long] = measured.endpoints[1].devices[0].rates[0].requests;
    expect(short.ms).toBe(30);
    expect(long.ms).toBeGreaterThan(110);

    expect(await plan({ round_trip_ms: 20, turnaround_ms: 1 })).toMatchObject({
      verdict: 'holds',
      endpoints: [
        { devices: [{ request: { ms: 20, from: 'given' } }] },
        { devices: [{ request: { ms: 1, from: 'given' } }] },
      ],
    });
    await patch('devices', device_ids[0], { host: 'bus-5' });
    expect((await plan()).endpoints[0].devices[0].request).toMatchObject({ from: 'assumed' });
  });
});

describe('a device', () => {
  const serial = { path: '/dev/ttyUSB0', baud_rate: 19_200, parity: 'none', stop_bits: 2 };

  it('on a serial line is stored with the line and its profile, and comes to collectors as such', async () => {
    const id = await newDevice({ protocol: 'modbus_rtu', host: undefined, serial, profile: { max_hole: 8 } });
    const { body } = await api.get(`/api/config/devices/${id}/`);
    expect(body).toMatchObject({ host: '', serial, profile: { max_hole: 8, busy_retries: 2, excluded: [] } });
    await create('points', { device_id: id, code: 'p', table: 'coil', address: 0, data_type: 'bool' });
    const task = await create('tasks', { code: 'serial', period_ms: 1_000, device_ids: [id] });
    const start = await api.post(`${sessionsPath}/start-task/`, { task_id: task.id });
    expect(start).toMatchObject({ status: 201 });
    const snapshot = await configs.load(String(task.id), start.body.config_version);
    expect(snapshot).toMatchObject({
      ok: true,
      config: {
        devices: [{ protocol: 'modbus_rtu', connection: { serial, profile: { max_hole: 8 } } }],
      },
    });
    await api.post(`${sessionsPath}/${start.body.session_id}/stop/`);
    expect(await patch('devices', id, { profile: null })).toMatchObject({ body: { profile: null, serial } });
  });

  it.each<[string, object, string]>([
    ['a serial line and none', { protocol: 'modbus_rtu', host: '' }, 'serial'],
    ['no host', { host: '' }, 'host'],
    ['a serial line that it does not use', { serial }, 'serial'],
    ['a host next to its serial line', { protocol: 'modbus_rtu', serial }, 'host'],
    [
      'a parity that does not exist',
      { protocol: 'modbus_rtu', host: '', serial: { ...serial, parity: 'mark' } },
      'serial.parity',
    ],
    ['an unknown quirk', { profile: { max_holes: 1 } }, 'profile'],
    [
      'an exclusion upside down',
      { profile: { excluded: [{ table: 'coil', from: 2, to: 1 }] } },
      'profile.excluded.0',
    ],
  ])('with %s is refused', async (_what, fields, path) => {
    const answer = await api.post('/api/config/devices/', { code: 'refused', host: 'h', ...fields });
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(paths(answer.body)).toEqual([path]);
  });

  it('is refused when a change takes its address away', async () => {
    const id = await newDevice();
    expect(paths((await patch('devices', id, { protocol: 'modbus_rtu' })).body)).toEqual(['serial', 'host']);
    const line = { ...serial, path: '/dev/ttyUSB1' };
    expect((await patch('devices', id, { protocol: 'modbus_rtu', host: '', serial: line })).status).toBe(200);
  });

  it('that contradicts another of its task about the line keeps the task from starting', async () => {
    const ids = [];
    for (const [unit_id, parity] of ['none', 'even'].entries()) {
      const line = { ...serial, path: '/dev/ttyUSB2', parity };
      ids.push(
        await newDevice({ protocol: 'modbus_rtu', host: undefined, unit_id: unit_id + 1, serial: line }),
      );
    }
    for (const device_id of ids) await create('points', { device_id, code: 'p', ...holding });
    const task = await create('tasks', { code: 'contradiction', period_ms: 1_000, device_ids: ids });
    const start = await api.post(`${sessionsPath}/start-task/`, { task_id: task.id });
    expect(start).toMatchObject({ status: 422, body: { code: 'task_config_invalid' } });
    expect(start.body.errors).toMatchObject([
      { path: 'devices.1', message: expect.stringContaining('19200 baud 8N2 and at 19200 baud 8E2') },
    ]);
  });
});
