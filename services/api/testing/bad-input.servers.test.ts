import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type AskedApi, sessionsPath } from './api-under-test.ts';

let api: AskedApi;

beforeAll(async () => {
  api = await startApiInProcess({ nats: (await natsForTest()).url, database: await apiDatabase() });
  await api.ready();
});

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer).toMatchObject({ status, body: { status, code } });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  for (const member of ['type', 'title', 'detail']) expect(answer.body[member]).toEqual(expect.any(String));
}

const json = { 'content-type': 'application/json' };

describe('what the API cannot take is answered with a problem and its code', () => {
  it.each<[string, string, RequestInit, number, string]>([
    ['an unknown path', '/api/nothing', {}, 404, 'route_not_found'],
    ['a path that is no path', '/api/%zz', {}, 400, 'bad_request'],
    ['an id that is too long', `/api/acquisition/sessions/${'7'.repeat(1_025)}/`, {}, 414, 'path_too_long'],
    ['a method that a path does not have', sessionsPath, { method: 'DELETE' }, 405, 'method_not_allowed'],
    [
      'a body that is no JSON',
      `${sessionsPath}/start-task/`,
      { method: 'POST', headers: json, body: '{' },
      400,
      'invalid_json',
    ],
    [
      'a body in another encoding than UTF-8, such as GBK',
      '/api/config/sites/',
      { method: 'POST', headers: json, body: Buffer.from('7b22636f6465223a22d6d0cec4227d', 'hex') },
      400,
      'invalid_json',
    ],
    [
      'a body that reaches for prototypes',
      `${sessionsPath}/start-task/`,
      { method: 'POST', headers: json, body: '{"__proto__": {"a": 1}}' },
      400,
      'invalid_json',
    ],
    [
      'no body where one is needed',
      `${sessionsPath}/start-task/`,
      { method: 'POST' },
      422,
      'validation_failed',
    ],
    [
      'a body of another type',
      `${sessionsPath}/start-task/`,
      { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a,b' },
      415,
      'unsupported_media_type',
    ],
    [
      'a body that is too large',
      '/api/config/points/',
      { method: 'POST', headers: json, body: `"${'x'.repeat(1_100_000)}"` },
      413,
      'body_too_large',
    ],
    ['a status that does not exist', `${sessionsPath}/?status=running,asleep`, {}, 422, 'validation_failed'],
    ['a page without rows', `${sessionsPath}/?limit=0`, {}, 422, 'validation_failed'],
    ['a cursor of somebody else', `${sessionsPath}/?cursor=abc`, {}, 422, 'invalid_cursor'],
    ['an id that is none', '/api/config/tasks/first/', {}, 404, 'task_not_found'],
    ['an id beyond all numbers', '/api/config/tasks/99999999999999999999/', {}, 404, 'task_not_found'],
    ['history of no point', `${sessionsPath}/point-history/`, {}, 422, 'validation_failed'],
    [
      'history from an unknown time',
      `${sessionsPath}/point-history/?point_code=a&start_time=yesterday`,
      {},
      422,
      'validation_failed',
    ],
    [
      'history backwards',
      `${sessionsPath}/point-history/?point_code=a&start_time=now&end_time=-1h`,
      {},
      422,
      'validation_failed',
    ],
  ])('%s', async (_, path, init, status, code) => {
    expectProblem(await api.raw(path, init), status, code);
  });

  it.each<[string, unknown]>([
    ['no task', {}],
    ['a task id below one', { task_id: 0 }],
    ['a task id with a fraction', { task_id: 1.5 }],
    ['a task by a word', { task_id: 'press' }],
    ['metadata that is a list', { task_id: 1, metadata: [] }],
    ['metadata that no database can store', { task_id: 1, metadata: { note: 'a\u0000b' } }],
    ['metadata that is too large', { task_id: 1, metadata: { note: 'x'.repeat(20_000) } }],
    ['an array', []],
    ['null', null],
  ])('a start with %s', async (_, body) => {
    const answer = await api.post(`${sessionsPath}/start-task/`, body);
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toEqual([expect.objectContaining({ message: expect.any(String) })]);
  });

  it('metadata that nests without end', async () => {
    const body = `{"task_id": 1, "metadata": {"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    const answer = await api.raw(`${sessionsPath}/start-task/`, { method: 'POST', headers: json, body });
    expect([400, 422]).toContain(answer.status);
  });

  it('an allowed method is named when another was tried', async () => {
    const answer = await api.request('DELETE', `${sessionsPath}/`);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });
});

describe('what is said of it helps whoever sent it', () => {
  const post = async (path: string, body: unknown) => (await api.post(path, body)).body.detail;

  it('names the mistyped field beside the one that it leaves missing', async () => {
    const said = await post('/api/config/points/', {
      ...{ device_id: 1, code: 'a', table: 'coil', data_type: 'bool' },
      adress: 1,
    });
    expect(said).toContain('address: must be');
    expect(said).toContain('"adress"');
  });

  it.each<[string, string, unknown, RegExp]>([
    [
      'a start',
      `${sessionsPath}/start-task/`,
      { task_id: 1, max_duraton: 60 },
      /^there is no field "max_duraton"; known: task_id, metadata, validate$/,
    ],
    [
      'a start, nearly',
      `${sessionsPath}/start-task/`,
      { task_id: 1, metdata: {} },
      /^there is no field "metdata"; did you mean metadata\?$/,
    ],
    ['a stop', `${sessionsPath}/1-1/stop/`, { raeson: 'shift' }, /"raeson"; did you mean reason\?$/],
    ['a pause', `${sessionsPath}/1-1/pause/`, { why: 'shift' }, /"why"; known: reason$/],
    ['a resumption', `${sessionsPath}/1-1/resume/`, { by: 'me' }, /"by"; known: reason$/],
    ['a recovery', `${sessionsPath}/1-1/recover/`, { by: 'me' }, /"by"; known: reason$/],
    ['a task', '/api/config/tasks/', { code: 'a', period_ms: 1000, perod: 1 }, /"perod"/],
    [
      'a range of a device',
      '/api/config/devices/',
      {
        code: 'a',
        host: '10.0.0.1',
        profile: { excluded: [{ table: 'coil', from: 0, to: 1, leaned: true }] },
      },
      /^profile\.excluded\.0: .*"leaned"; did you mean learned\?$/,
    ],
    [
      'a test of a device',
      '/api/config/devices/1/test/',
      { timeout_ms: 5 },
      /"timeout_ms"; this takes none$/,
    ],
    [
      'a filter of the quarantine in the body',
      '/api/system/quarantine/send-again/',
      { reason: 'x' },
      /"reason"; known: trust_epoch$/,
    ],
    ['an end of a drain', '/api/system/collectors/c1/undrain/', { force: true }, /"force"; this takes none$/],
  ])('names the unknown field of %s, and what there is', async (_, path, body, said) => {
    const answer = await api.post(path, body);
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.detail).toMatch(said);
  });

  it.each([
    ['/api/config/sites/', (deep: string) => `{"code":"deep","name":${deep}}`],
    [`${sessionsPath}/start-task/`, (deep: string) => `{"task_id":1,"metadata":{"a":${deep}}}`],
  ])(
    'is a problem document also where the body of %s has a hundred thousand levels',
    async (path, bodyOf) => {
      for (const [opening, closing] of [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const) {
        const deep = `${opening.repeat(100_000)}1${closing.repeat(100_000)}`;
        const answer = await api.raw(path, {
          ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: bodyOf(deep) },
        });
        expectProblem(answer, 422, 'validation_failed');
        expect(answer.body.detail).toBe('is nested too deeply');
      }
    },
  );

  it('is told of unknown fields as long as that is readable, however many there are and however long', async () => {
    const site = (fields: object) => api.post('/api/config/sites/', { code: 'a', ...fields });
    const many = await site(
      Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`n${index}`, 1])),
    );
    expectProblem(many, 422, 'validation_failed');
    expect(many.body.detail).toMatch(
      /^there is no field "n0"; known: code, name, shifts, networks; .*; and 59990 more/,
    );
    expect(JSON.stringify(many.body).length).toBeLessThan(5_000);
    const long = await site({ ['x'.repeat(1_000_000)]: 1 });
    expectProblem(long, 422, 'validation_failed');
    expect(JSON.stringify(long.body).length).toBeLessThan(5_000);
  });

  it('is told of the first hundred of many wrong points, and how many there are', async () => {
    const points = Array.from({ length: 2_000 }, () => ({ device_id: 'x', code: '' }));
    const answer = await api.post('/api/config/points/', points);
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toHaveLength(100);
    expect(answer.body.errors[99].path).toMatch(/^\d+\.\w+$/);
    const [, more] = /\(and (\d+) more\)$/.exec(answer.body.detail) ?? [];
    expect(Number(more)).toBeGreaterThanOrEqual(4_000 - 3);
  });

  it('names half of a filter that stands in the body of what deletes by the other half', async () => {
    const answer = await api.request('DELETE', '/api/system/quarantine/?reason=x', { stream: 'SAMPLES' });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.detail).toBe('there is no field "stream"; this takes none');
    expect((await api.request('DELETE', '/api/system/quarantine/?reason=x')).status).toBe(200);
    expect((await api.request('DELETE', '/api/system/quarantine/?reason=x', {})).status).toBe(200);
  });

  it('takes an empty object where nothing is needed', async () => {
    expect((await api.post('/api/system/quarantine/send-again/', {})).status).toBe(200);
    expect((await api.raw('/api/system/quarantine/send-again/', { method: 'POST' })).status).toBe(200);
  });

  it('counts what would be too much to tell', async () => {
    const said = await post('/api/config/tasks/', {
      code: ' ',
      period_ms: 0,
      device_ids: 1,
      enabled: 1,
      x: 1,
    });
    expect(said).toMatch(/period_ms: .*; .* \(and [12] more\)$/);
  });

  it('says what a start needs, where a device is reached, and where all calls are', async () => {
    expect(await post(`${sessionsPath}/start-task/`, { task_code: 'press' })).toContain(
      'task_id: must be the id of a task, such as 1',
    );
    expect(await post('/api/config/devices/', { code: 'a', host: '10.0.0.1:502' })).toMatch(
      /^host: .* the port has a field of its own$/,
    );
    expect((await api.get('/api/nothing')).body.detail).toContain('/docs');
  });
});

describe('text from outside', () => {
  it.each(["'; drop table sessions; --", '%', '\u202e', '😀'.repeat(20), 'a b'])(
    'is only text, wherever it stands: %j',
    async (text) => {
      const encoded = encodeURIComponent(text);
      expect(await api.get(`${sessionsPath}/?task=${encoded}`)).toMatchObject({
        status: 200,
        body: { results: [] },
      });
      expect((await api.get(`${sessionsPath}/${encoded}/`)).status).toBe(404);
      expect((await api.get(`/api/config/devices/?code=${encoded}`)).body.results).toEqual([]);
    },
  );

  it('with a null character is refused or not found, never an error of ours', async () => {
    for (const path of [
      `${sessionsPath}/?task=a%00`,
      `${sessionsPath}/a%00/`,
      `${sessionsPath}/point-history/?point_code=a%00&device=b%00`,
      '/api/config/sites/?code=a%00',
    ]) {
      expect((await api.get(path)).status).toBeLessThan(500);
    }
  });
});
