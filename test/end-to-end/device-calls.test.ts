import { freePort } from '@holdfast/dev/free-port.ts';
import { tableMemory } from '@holdfast/modbus-simulator/memory/table-memory.ts';
import { startPlant } from '@holdfast/modbus-simulator/plant.ts';
import { auditEntrySchema } from '@holdfast/shared/contracts/audit-entry.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/read-stream.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type RestClient, restClient } from '../support/rest-client.ts';
import { startService, testLease } from '../support/service-processes.ts';

/** Register 0 to 9 hold 100 to 109, 20 holds a float; 50 and 51 may be written; others are not there. */
const memory = tableMemory({
  fixed: [
    {
      table: 'holding_register',
      address: 0,
      values: Array.from({ length: 10 }, (_, index) => 100 + index),
      isWritable: false,
    },
    { table: 'holding_register', address: 50, values: [0, 0], isWritable: true },
    { table: 'coil', address: 3, values: [0], isWritable: true },
  ],
  moving: [],
  holesAreZero: false,
  isReadOnly: false,
});

/** Registers 0 to 16, 18 to 39 and 45 to 49. */
const gapped = tableMemory({
  fixed: [
    [0, 17],
    [18, 22],
    [45, 5],
  ].map(([address = 0, length]) => ({
    table: 'holding_register' as const,
    address,
    values: Array.from({ length: length ?? 0 }, (_, index) => index),
    isWritable: false,
  })),
  moving: [],
  holesAreZero: false,
  isReadOnly: false,
});
let refusals = 0;

let rest: RestClient;
let settings: Record<string, string>;
let natsUrl: string;
let plant: Awaited<ReturnType<typeof startPlant>>;
let deviceId: number;
let taskId: number;
const points = new Map<string, number>();
const written: { functionCode: number; address: number }[] = [];

beforeAll(async () => {
  const nats = await natsForTest();
  natsUrl = nats.url;
  const port = await freePort();
  settings = {
    NATS_URL: nats.url,
    DATABASE_URL: await freshDatabase(),
    ...testLease,
    API_PORT: String(port),
  };
  plant = await startPlant({
    host: '127.0.0.1',
    config: {
      devices: [
        { code: 'press', unitId: 1, tables: memory },
        { code: 'mixer', unitId: 1, tables: gapped },
      ],
    },
    onRequest: ({ device, functionCode, address, quantity }) => {
      const end = address + quantity;
      if (device === 'mixer' && [17, 40].some((missing) => address <= missing && end > missing))
        refusals += 1;
      if (functionCode > 4) written.push({ functionCode, address });
    },
  });
  cleanUpAfterFile(() => plant.stop());
  for (const service of ['api', 'supervisor'] as const) await startService(service, settings);
  await startService('collector', { ...settings, COLLECTOR_ID: 'c1', DEVICE_REFUSED_PAUSE_MS: '300' });
  rest = restClient(`http://127.0.0.1:${port}`);
  await eventually(async () => (await rest.get('/health/ready')).status === 200, {
    what: 'the API to be ready',
    timeoutMs: 20_000,
  });
  const device = await rest.create('/api/config/devices/', {
    code: 'press',
    host: '127.0.0.1',
    port: plant.endpoints[0]?.port,
    timeout_ms: 500,
  });
  deviceId = device.id;
  const holding = { device_id: deviceId, table: 'holding_register', data_type: 'uint16' };
  for (const point of [
    { ...holding, code: 'first', address: 0 },
    { ...holding, code: 'scaled', address: 1, scale: 0.1, valid_max: 5 },
    { ...holding, code: 'absent', address: 10 },
    { ...holding, code: 'setpoint', address: 50, data_type: 'float32', writable: true, valid_max: 300 },
    { ...holding, code: 'locked', address: 2, writable: true },
    { device_id: deviceId, table: 'coil', data_type: 'bool', code: 'lamp', address: 3, writable: true },
  ]) {
    points.set(point.code, (await rest.create('/api/config/points/', point)).id);
  }
  const task = await rest.create('/api/config/tasks/', {
    code: 'press',
    period_ms: 200,
    device_ids: [deviceId],
  });
  taskId = task.id;
  await eventually(async () => (await rest.post(`/api/config/devices/${deviceId}/test/`)).status === 200, {
    what: 'the collector to take calls',
    timeoutMs: 20_000,
  });
}, 60_000);

describe('a device that is tested', () => {
  it('answers for each point with what came back, raw and decoded, and says which one it does not have', async () => {
    const { status, body } = await rest.post(`/api/config/devices/${deviceId}/test/`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ device: 'press', status: 'partly', collector_id: 'c1' });
    const byCode = new Map(body.points.map((point: { code: string }) => [point.code, point]));
    expect(byCode.get('first')).toMatchObject({ quality: 'good', value: 100, raw: ['0x0064'] });
    expect(byCode.get('scaled')).toMatchObject({ quality: 'uncertain', value: 10.1, raw: ['0x0065'] });
    expect(byCode.get('absent')).toMatchObject({ quality: 'bad', value: null, raw: [] });
    expect((byCode.get('absent') as { detail: string }).detail).toContain('illegal data address');
    expect(byCode.get('lamp')).toMatchObject({ quality: 'good', value: false, raw: ['0'] });
    expect(body.requests.length).toBeGreaterThan(1);
  });

  it('that does not answer says so, without waiting for each of its points', async () => {
    plant.setFault('press', { kind: 'silence' });
    const { body } = await rest.post(`/api/config/devices/${deviceId}/test/`);
    plant.clearFault('press');
    expect(body).toMatchObject({ status: 'failed' });
    expect(body.requests).toHaveLength(1);
    expect(body.detail).toContain('not read');
  });

  it('in a network that is not allowed is not connected to', async () => {
    const { id } = await rest.create('/api/config/devices/', {
      code: 'metadata',
      host: '169.254.169.254',
      port: 80,
    });
    await rest.create('/api/config/points/', {
      device_id: id,
      code: 'secret',
      table: 'holding_register',
      address: 0,
      data_type: 'uint16',
    });
    const { body } = await rest.post(`/api/config/devices/${id}/test/`);
    expect(body).toMatchObject({ status: 'failed' });
    expect(body.detail).toContain('DEVICE_NETWORKS');
  });

  it('that is not there is told apart from one without points', async () => {
    expect(await rest.post('/api/config/devices/99999/test/')).toMatchObject({
      status: 404,
      body: { code: 'device_not_found' },
    });
    const { id } = await rest.create('/api/config/devices/', { code: 'bare', host: '127.0.0.1' });
    expect(await rest.post(`/api/config/devices/${id}/test/`)).toMatchObject({
      status: 422,
      body: { code: 'device_without_points' },
    });
  });
});

describe('a task that is planned', () => {
  it('shows its requests and whether the bus can hold its period, before anything is started', async () => {
    const { status, body } = await rest.post(`/api/config/tasks/${taskId}/plan/`, { round_trip_ms: 10 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ verdict: 'holds', task_code: 'press' });
    const [endpoint] = body.endpoints;
    expect(endpoint.devices[0]).toMatchObject({ device: 'press', period_ms: 200 });
    const read = endpoint.devices[0].rates[0].requests.flatMap(
      (request: { points: string[] }) => request.points,
    );
    expect(read.sort()).toEqual([...points.keys()].sort());
    const slow = await rest.post(`/api/config/tasks/${taskId}/plan/`, { round_trip_ms: 150 });
    expect(slow.body.verdict).toBe('cannot_hold');
    expect(slow.body.detail).toContain('cannot hold 200 ms: the plan needs');
  });
});

describe('a start', () => {
  it('that is strict is refused while a point cannot be read, and nothing is started', async () => {
    const refused = await rest.post('/api/acquisition/sessions/start-task/', {
      task_id: taskId,
      validate: 'strict',
    });
    expect(refused).toMatchObject({ status: 422, body: { code: 'devices_not_readable' } });
    expect(refused.body.validation.failing[0].points.map(({ code }: { code: string }) => code)).toEqual([
      'absent',
    ]);
    const { body } = await rest.get('/api/acquisition/sessions/?status=running');
    expect(body.results).toEqual([]);
  });

  it('that only warns says the same and starts', async () => {
    const started = await rest.post('/api/acquisition/sessions/start-task/', {
      task_id: taskId,
      validate: 'warn',
    });
    expect(started.status).toBe(201);
    expect(started.body.validation).toMatchObject({
      passed: 0,
      failing: [{ device: 'press', status: 'partly' }],
    });
  });
});

describe('a point that is written', () => {
  const write = (code: string, value: unknown) =>
    rest.post(`/api/acquisition/points/${points.get(code)}/write/`, { value, reason: 'trial' });

  it('gets the value with one request and is read back, while its session is polled', async () => {
    written.length = 0;
    const { status, body } = await write('setpoint', 21.5);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: 'written',
      sent: ['0x41AC', '0x0000'],
      read_back: { quality: 'good', value: 21.5 },
    });
    expect(await write('lamp', true)).toMatchObject({ status: 200, body: { read_back: { value: true } } });
    expect(written).toEqual([
      { functionCode: 16, address: 50 },
      { functionCode: 5, address: 3 },
    ]);
  });

  it('is left alone when it is not writable, or the value does not fit', async () => {
    written.length = 0;
    expect(await write('first', 1)).toMatchObject({ status: 409, body: { code: 'point_not_writable' } });
    expect(await write('setpoint', 301)).toMatchObject({ status: 409, body: { code: 'write_refused' } });
    expect(await write('setpoint', 'warm')).toMatchObject({ status: 409, body: { code: 'write_refused' } });
    expect(written).toEqual([]);
  });

  it('is written by no collector that lacks the labels of its task: its address may be another device there', async () => {
    const { id } = await rest.create('/api/config/devices/', { code: 'far', host: '127.0.0.2' });
    const point = { code: 'valve', table: 'coil', data_type: 'bool', address: 0, writable: true };
    const { id: valve } = await rest.create('/api/config/points/', { ...point, device_id: id });
    const required_labels = { machine: 'other' };
    await rest.create('/api/config/tasks/', {
      code: 'far',
      period_ms: 1000,
      device_ids: [id],
      required_labels,
    });
    const calls = [
      [`acquisition/points/${valve}/write`, { value: true }],
      [`config/devices/${id}/test`, {}],
    ] as const;
    for (const [path, body] of calls) {
      const answer = await rest.post(`/api/${path}/`, body);
      expect(answer).toMatchObject({ status: 503, body: { code: 'no_collector' } });
      expect(answer.body.detail).toContain('machine=other');
    }
  });

  it('that the device refuses is told as such', async () => {
    expect(await write('locked', 7)).toMatchObject({ status: 502, body: { code: 'write_failed' } });
  });

  it('is sent once when the device does not answer, and nobody claims to know the outcome', async () => {
    written.length = 0;
    plant.setFault('press', { kind: 'silence' });
    const answer = await write('setpoint', 22);
    plant.clearFault('press');
    expect(answer).toMatchObject({ status: 504, body: { code: 'write_outcome_unknown' } });
    expect(written).toHaveLength(1);
  });

  it('is in the audit log before it is sent, and again with its outcome', async () => {
    const { nc, close } = await connectNats({
      url: natsUrl,
      name: 'test',
      log: createLogger('test', 'fatal'),
    });
    cleanUpAfterFile(() => close());
    const entries = [];
    for await (const { data } of readStream(nc, streamNames.audit)) {
      const entry = auditEntrySchema.parse(JSON.parse(data));
      if (entry.action === 'point.write') entries.push(entry);
    }
    const ofSetpoint = entries.filter(({ target }) => target === 'device press point setpoint');
    expect(ofSetpoint.map(({ outcome }) => outcome)).toEqual([
      'requested',
      'done',
      'requested',
      'refused',
      'requested',
      'refused',
      'requested',
      'unknown',
    ]);
    expect(ofSetpoint[1]?.data).toMatchObject({ value: 21.5, collector: 'c1', reason: 'trial' });
    expect(entries.some(({ target, outcome }) => target.endsWith('first') && outcome === 'refused')).toBe(
      true,
    );
  });

  it('with an Idempotency-Key is sent once, however often it is asked for and whatever came of it', async () => {
    const keyed = async (key: string, value: number) => {
      const path = `/api/acquisition/points/${points.get('setpoint')}/write/`;
      const response = await fetch(`${rest.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ value }),
        signal: AbortSignal.timeout(20_000),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    written.length = 0;
    const first = await keyed('write-1', 23);
    expect(first).toMatchObject({ status: 200, body: { outcome: 'written' } });
    expect(await keyed('write-1', 23)).toEqual(first);
    expect(written).toHaveLength(1);

    plant.setFault('press', { kind: 'silence' });
    const unknown = await keyed('write-2', 24);
    plant.clearFault('press');
    const again = await keyed('write-2', 24);
    for (const answer of [unknown, again]) {
      expect(answer).toMatchObject({ status: 504, body: { code: 'write_outcome_unknown' } });
    }
    expect(written).toHaveLength(2);
  });
});

describe('a device that refuses a part of what is asked', () => {
  it('is asked for it no more from the next session on, when its profile lets what was learned be written back', async () => {
    const { id } = await rest.create('/api/config/devices/', {
      code: 'mixer',
      host: '127.0.0.1',
      port: plant.endpoints.find(({ device }) => device === 'mixer')?.port,
      profile: { max_hole: 10, write_back: true },
    });
    await rest.create(
      '/api/config/points/',
      [...Array(40).keys(), 45, 46].map((address) => ({
        ...{ device_id: id, code: `r${address}`, table: 'holding_register', address, data_type: 'uint16' },
      })),
    );
    const task = await rest.create('/api/config/tasks/', { code: 'mixer', period_ms: 100, device_ids: [id] });
    const session = async (until: (status: { points_read: number }) => Promise<boolean>) => {
      refusals = 0;
      const started = await rest.post('/api/acquisition/sessions/start-task/', { task_id: task.id });
      const path = `/api/acquisition/sessions/${started.body.session_id}`;
      await eventually(async () => until((await rest.get(`${path}/status/`)).body), {
        what: 'the session to have read for long enough',
        timeoutMs: 20_000,
      });
      const { config_version } = (await rest.get(`${path}/`)).body;
      await rest.post(`${path}/stop/`);
      return config_version;
    };
    const device = async () => (await rest.get(`/api/config/devices/${id}/`)).body;
    const first = await session(async () => (await device()).profile.excluded.length === 2);
    expect(refusals).toBeGreaterThan(5);
    // In the order in which they were confirmed.
    const byAddress = [...(await device()).profile.excluded].sort((a, b) => a.from - b.from);
    expect(byAddress).toEqual([
      { table: 'holding_register', from: 17, to: 17, learned: true },
      { table: 'holding_register', from: 40, to: 44, learned: true },
    ]);
    const second = await session(async ({ points_read }) => points_read > 10 * 41);
    expect(second).toBe(first + 1);
    expect(refusals).toBe(0);
  });
});

describe('draining a collector', () => {
  const path = (id: string) => `/api/system/collectors/${id}`;
  const stateOf = async (id: string) =>
    (await rest.get('/api/system/collectors/')).body.results.find((each: { id: string }) => each.id === id)
      ?.state;
  const cli = () => cliForTest({ HOLDFAST_URL: rest.url });

  it.each(['c9', 'c1.x', '*'])('that is not known is refused: %s', async (id) => {
    for (const verb of ['drain', 'undrain']) {
      expect(await rest.post(`${path(id)}/${verb}/`)).toMatchObject({
        status: 404,
        body: { code: 'collector_not_found' },
      });
    }
  });

  it('that is the last one is refused, unless somebody insists', async () => {
    expect(await rest.post(`${path('c1')}/drain/`)).toMatchObject({
      status: 409,
      body: { code: 'last_collector' },
    });
    expect(await stateOf('c1')).toBe('active');
    expect((await rest.post(`${path('c1')}/drain/`, { force: true })).body).toMatchObject({
      id: 'c1',
      state: 'draining',
    });
    await eventually(async () => (await stateOf('c1')) === 'draining', { what: 'the lease to say so' });
    expect((await rest.post(`${path('c1')}/undrain/`)).body).toMatchObject({ state: 'active' });
    await eventually(async () => (await stateOf('c1')) === 'active', { what: 'the lease to say so' });
  });

  it('is done on the command line, and undone, and the audit log knows', async () => {
    const refused = await cli().run('collectors', 'drain', 'c1');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/last_collector[^{]*: --force\./),
    ]);
    const both = await cli().run('collectors', 'drain', 'c1', '--undo', '--wait');
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--undo')]);
    await startService('collector', { ...settings, COLLECTOR_ID: 'c2' });
    const sessionsOf = async (id: string) =>
      (await rest.get('/api/system/collectors/')).body.results.find((each: { id: string }) => each.id === id)
        ?.sessions;
    await eventually(async () => (await stateOf('c2')) === 'active', { what: 'c2 to be up' });
    if ((await sessionsOf('c1')) === 0)
      await rest.create('/api/acquisition/sessions/start-task/', { task_id: taskId });
    await eventually(async () => (await sessionsOf('c1')) + (await sessionsOf('c2')) > 0, {
      what: 'the session to be placed',
    });
    const done = await cli().run('collectors', 'drain', 'c1', '--wait');
    expect([await sessionsOf('c1'), await sessionsOf('c2')]).toEqual([0, 1]);
    expect([done.code, done.stderr, JSON.parse(done.stdout)]).toEqual([
      0,
      '',
      expect.objectContaining({ state: 'draining' }),
    ]);
    expect((await cli().run('collectors', 'drain', 'c1', '--undo')).code).toBe(0);
    await eventually(async () => (await stateOf('c1')) === 'active', { what: 'the lease to say so' });
    const { results } = (await rest.get('/api/system/audit/?action=collector')).body;
    expect(results[0]).toMatchObject({
      action: 'collector.undrain',
      target: 'collector c1',
      outcome: 'done',
    });
    expect(results.some(({ outcome }: { outcome: string }) => outcome === 'refused')).toBe(true);
  });
});

describe('writing a point on the command line', () => {
  it('takes the point by device and code or by its id, and says what was read back', async () => {
    const cli = cliForTest({ HOLDFAST_URL: rest.url });
    const done = await cli.run('points', 'write', 'press/setpoint', '21.5', '--reason', 'trial', '--table');
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toContain('21.5');
    const byId = await cli.run('points', 'write', String(points.get('setpoint')), '22');
    expect(JSON.parse(byId.stdout)).toMatchObject({ outcome: 'written' });
    const locked = await cli.run('points', 'write', 'press/first', '1');
    expect([locked.code, locked.stderr]).toEqual([1, expect.stringContaining('point_not_writable')]);
    const none = await cli.run('points', 'write', 'press/nothing', '1');
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('There is no point')]);
    expect((await cli.run('points', 'write', 'setpoint', '1')).code).toBe(2);
  });
});
