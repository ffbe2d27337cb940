import { freePort } from '@holdfast/dev/free-port.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import type { RestClient } from '../support/rest-client.ts';

import { type PressPlant, startPressPlant } from './press-plant.ts';

let rest: RestClient;
let plant: PressPlant['plant'];
let points: PressPlant['points'];
let refusals: PressPlant['refusals'];
let holesAsked: PressPlant['holesAsked'];
let deviceId: number;
let taskId: number;

beforeAll(async () => {
  ({ rest, plant, points, refusals, holesAsked, deviceId, taskId } = await startPressPlant());
});

describe('a device that is not stored yet', () => {
  const place = () => ({ code: 'new', host: '127.0.0.1', port: plant.endpoints[0]?.port ?? 0 });
  const tried = async (device: object, points: object[] = []) =>
    (await rest.post('/api/config/devices/try/', { device, points })).body;

  it('shows that it is there, and what its points would be', async () => {
    expect(await tried(place())).toMatchObject({ answers: true, status: 'ok', collector_id: 'c1' });
    const points = [
      { code: 'first', address: '40001', data_type: 'uint16', scale: 0.1, unit: '°C' },
      { code: 'absent', address: '0x000A', table: 'holding_register', data_type: 'uint16' },
    ];
    const result = await tried(place(), points);
    expect(result).toMatchObject({
      answers: true,
      status: 'partly',
      points: [
        { code: 'first', value: 10, raw: ['0x0064'] },
        { code: 'absent', quality: 'bad' },
      ],
    });
    expect(result.requests).toContainEqual(expect.objectContaining({ failure: 'exception' }));
  });

  it('that refuses all that it is asked for is there, and says so at once', async () => {
    const absent = { code: 'absent', address: '40011', data_type: 'uint16' };
    const refused = await tried(place(), [absent]);
    expect(refused).toMatchObject({ answers: true, status: 'failed' });
    expect(refused.detail).toContain('illegal data address');
    expect(refused.requests.length).toBeLessThan(4);
  });

  it('is called unavailable where nothing listens, and silent where nothing answers', async () => {
    const nobody = { ...place(), port: await freePort() };
    expect(await tried(nobody)).toMatchObject({
      answers: false,
      requests: [{ failure: 'connection' }, {}, {}],
    });
    expect(await tried({ ...place(), unit_id: 9, timeout_ms: 300 })).toMatchObject({ answers: false });
    plant.setFault('press', { kind: 'silence' });
    const silent = await tried({ ...place(), timeout_ms: 300 });
    plant.clearFault('press');
    expect(silent).toMatchObject({ answers: false, requests: [{ failure: 'timeout' }, {}, {}] });
  });
});

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
    expect(body.requests).toHaveLength(3);
    expect(body.detail).toContain('not read');
    expect(new Set(body.points.map(({ met_limit }: { met_limit: string }) => met_limit))).toEqual(
      new Set(['device_timeout']),
    );
  });

  it('in a network that is not allowed is not connected to', async () => {
    const device = { code: 'metadata', host: '169.254.169.254', port: 80 };
    const refused = await rest.post('/api/config/devices/', device);
    expect(refused).toMatchObject({ status: 422, body: { code: 'place_not_allowed' } });
    expect(refused.body.detail).toContain('DEVICE_NETWORKS');
    // A device that is not enabled is judged by its collector alone.
    const { id } = await rest.create('/api/config/devices/', { ...device, enabled: false });
    await rest.create('/api/config/points/', {
      device_id: id,
      code: 'secret',
      table: 'holding_register',
      address: 0,
      data_type: 'uint16',
    });
    const { body } = await rest.post(`/api/config/devices/${id}/test/`);
    expect(body).toMatchObject({ status: 'failed' });
    expect(body.requests.at(-1)).toMatchObject({ failure: 'not_allowed' });
    expect(body.detail).toContain('DEVICE_NETWORKS');
  });

  it('that is not there differs from one without points', async () => {
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
    const requests = endpoint.devices[0].rates[0].requests.flatMap(
      (request: { points: string[] }) => request.points,
    );
    expect(requests.sort()).toEqual([...points.keys()].sort());
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

  it('has the plan of its task reckoned with what the session measures', async () => {
    const plan = await eventually(
      async () => {
        const { body } = await rest.post(`/api/config/tasks/${taskId}/plan/`);
        return body.endpoints[0].devices[0].request.from === 'measured' && body;
      },
      { what: 'the plan to know what was measured' },
    );
    const [{ request, full_tick_ms, rates }] = plan.endpoints[0].devices;
    expect(full_tick_ms).toBeCloseTo(request.ms * rates[0].requests.length, 1);
    expect(plan.endpoints[0].detail).toContain(
      `as measured: press ${request.ms} ms (session ${request.session_id})`,
    );
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
      const before = refusals();
      const started = await rest.post('/api/acquisition/sessions/start-task/', { task_id: task.id });
      const path = `/api/acquisition/sessions/${started.body.session_id}`;
      await eventually(async () => until((await rest.get(`${path}/status/`)).body), {
        what: 'the session to have read for long enough',
      });
      const { config_version } = (await rest.get(`${path}/`)).body;
      await rest.post(`${path}/stop/`);
      await eventually(() => plant.openConnections('mixer') === 0, { what: 'no one to read the mixer' });
      return { config_version, refused: refusals() - before };
    };
    const device = async () => (await rest.get(`/api/config/devices/${id}/`)).body;
    const first = await session(async () => (await device()).profile.excluded.length === 2);
    expect(first.refused).toBeGreaterThan(5);
    // In the order in which they were confirmed.
    const byAddress = [...(await device()).profile.excluded].sort((a, b) => a.from - b.from);
    expect(byAddress).toEqual([
      { table: 'holding_register', from: 17, to: 17, learned: true },
      { table: 'holding_register', from: 40, to: 44, learned: true },
    ]);
    const learned = (await rest.get(`/api/config/change-sets/?device_id=${id}&kind=learned`)).body.results;
    expect(learned[0]).toMatchObject({
      ...{ by: expect.stringMatching(/^collector ./), source: expect.stringMatching(/^session ./) },
      audit_id: expect.any(String),
    });
    const second = await session(async ({ points_read }) => points_read > 10 * 41);
    expect(second.config_version).toBe(first.config_version + 1);
    expect(second.refused).toBe(0);

    const before = refusals();
    const started = await rest.post('/api/acquisition/sessions/start-task/', { task_id: task.id });
    const forgotten = await eventually(
      async () => {
        const { body } = await rest.post(`/api/config/devices/${id}/forget-learned-limits/`);
        return body.sessions.length > 0 && body;
      },
      { what: 'the session to be reported' },
    );
    expect(forgotten).toMatchObject({ sessions: [started.body.session_id], not_reached: [] });
    expect((await device()).profile).toMatchObject({ excluded: [], write_back: true, max_hole: 10 });
    // The running session began with the ranges in its configuration; the next one finds out for itself.
    await rest.post(`/api/acquisition/sessions/${started.body.session_id}/stop/`);
    await eventually(() => plant.openConnections('mixer') === 0, { what: 'no one to read the mixer' });
    expect(refusals() - before).toBe(0);
    const again = await rest.post('/api/acquisition/sessions/start-task/', { task_id: task.id });
    const limits = async () => (await device()).learned_limits[0]?.excluded.length ?? 0;
    await eventually(async () => (await limits()) === 2, { what: 'the session to have learned again' });
    expect(refusals() - before).toBeGreaterThan(5);
    const askedBefore = holesAsked();
    const cli = await cliForTest({ HOLDFAST_URL: rest.url }).run('devices', 'forget-learned-limits', 'mixer');
    expect([cli.code, cli.stderr]).toEqual([0, '']);
    expect(JSON.parse(cli.stdout).sessions).toEqual([again.body.session_id]);
    await eventually(async () => holesAsked() > askedBefore && (await limits()) === 2, {
      what: 'the running session to have asked for everything again',
    });
    await rest.post(`/api/acquisition/sessions/${again.body.session_id}/stop/`);
  });
});

describe('the test of a device of which a session has learned', () => {
  let ovenId: number;
  const test = async () => {
    const { body } = await rest.post(`/api/config/devices/${ovenId}/test/`);
    return {
      body,
      asked: body.requests.map(({ address, quantity }: Record<string, number>) => `${address}+${quantity}`),
      bad: body.points.flatMap(({ code, quality, detail }: Record<string, string>) =>
        quality === 'bad' ? [`${code}: ${detail}`] : [],
      ),
    };
  };
  const allButOne = ['r17: exception 2: illegal data address'];

  it('asks as that session does, and for what it was refused by itself', async () => {
    const device = await rest.create('/api/config/devices/', {
      code: 'oven',
      host: '127.0.0.1',
      port: plant.endpoints.find(({ device }) => device === 'oven')?.port,
      timeout_ms: 6_000,
      profile: { max_hole: 10 },
    });
    ovenId = device.id;
    await rest.create(
      '/api/config/points/',
      [...Array(40).keys(), 45, 46].map((address) => ({
        ...{
          device_id: ovenId,
          code: `r${address}`,
          table: 'holding_register',
          address,
          data_type: 'uint16',
        },
      })),
    );
    const untaught = await test();
    expect(untaught).toMatchObject({ body: { status: 'partly', within_ms: 20_000 }, bad: allButOne });
    expect(untaught.asked[0]).toBe('0+47');
    const task = await rest.create('/api/config/tasks/', {
      code: 'oven',
      period_ms: 100,
      device_ids: [ovenId],
    });
    const started = await rest.post('/api/acquisition/sessions/start-task/', { task_id: task.id });
    // The session reports what it has learned as it learns.
    await untilHolds(async () =>
      expect(await test()).toMatchObject({ asked: ['0+17', '17+1', '18+22', '45+2'], bad: allButOne }),
    );
    await rest.post(`/api/acquisition/sessions/${started.body.session_id}/stop/`);
    await eventually(() => plant.openConnections('oven') === 0, { what: 'no one to read the oven' });
  });

  it('takes the time that a slow device needs', async () => {
    plant.setFault('oven', { kind: 'slow', delay_ms: 1_500 });
    const slow = await test();
    plant.clearFault('oven');
    expect(slow.bad).toEqual(allButOne);
  });

  it('has patience with one that is busy', async () => {
    plant.setFault('oven', { kind: 'busy', for: '1s' });
    expect((await test()).bad).toEqual(allButOne);
  });
});
