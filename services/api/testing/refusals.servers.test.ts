import { connect } from 'node:net';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../src/http/route.ts';
import { allRoutes } from './all-routes.ts';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type Answer, type ApiClient, configureTask, sessionsPath, startTask } from './api-under-test.ts';
import { type BadRequest, impliedRefusals, nameOf, type Refusal, refusals } from './refusals.ts';

// biome-ignore lint/suspicious/noExplicitAny: parts of an OpenAPI document
type Json = any;

let api: ApiClient;
/** Requires If-Match. */
let strict: ApiClient;
let document: Json;
/** The existing thing that a route is called about, by the beginning of its URL. */
let idsByUrl: readonly (readonly [url: string, id: string | number])[];

beforeAll(async () => {
  const settings = { nats: (await natsForTest()).url, database: await apiDatabase() };
  api = await startApiInProcess({ ...settings, env: { API_REFUSED_PER_MINUTE: '0' } });
  await api.ready();
  strict = await startApiInProcess({
    ...settings,
    env: { API_REFUSED_PER_MINUTE: '0', API_REQUIRE_IF_MATCH: 'true' },
  });
  await strict.ready();
  document = (await api.get('/openapi.json')).body;

  const session = await startTask(api, await configureTask(api, 'refusals'));
  const create = async (kind: string, body: object) => (await api.post(`/api/config/${kind}/`, body)).body.id;
  const site = await create('sites', { code: 'hall-1' });
  const spare = await create('devices', { code: 'spare', host: '10.0.0.1' });
  const point = { device_id: spare, code: 'spare', table: 'coil', address: 0, data_type: 'bool' };
  // The table names these.
  expect([spare, await create('points', point)]).toEqual([2, 3]);
  await api.request('PATCH', '/api/config/tasks/1/', { period_ms: 2_000 });
  const change = await api.request('PATCH', `/api/config/sites/${site}/`, { name: 'Hall 1' });
  const list = await api.raw('/api/config/imports/?name=list.csv', {
    ...{ method: 'POST', headers: { 'content-type': 'text/csv' } },
    body: 'device,host,point,address,data type\nlisted,127.0.0.1,level,40001,int16',
  });
  expect(list).toMatchObject({ status: 201 });
  const user = await api.post('/api/system/users/', { login: 'lin', role: 'viewer' });
  expect(user).toMatchObject({ status: 201 });
  idsByUrl = [
    ['/api/acquisition/sessions/', session],
    ['/api/config/change-sets/', change.headers.get('change-set') ?? ''],
    ['/api/config/imports/', list.body.id],
    ['/api/system/users/', user.body.id],
  ];
});

function documented({ method, url }: Pick<Route, 'method' | 'url'>): Json {
  const path = url.replace(/:(\w+)/g, '{$1}');
  return document.paths[path.startsWith('/api/') ? `${path}/` : path][method.toLowerCase()];
}

function pathOf(url: string, id: string | undefined): string {
  const defaultId = idsByUrl.find(([start]) => url.startsWith(start))?.[1] ?? 1;
  const path = url
    .replace(/:id|:sequence/, String(id ?? defaultId))
    .replace(':other', id ?? 'current')
    .replace(/:\w+/g, id ?? '1');
  return url.startsWith('/api/') ? `${path}/` : path;
}

function send(
  { method, url }: Route,
  { id, query, headers, body, text, isStrict }: BadRequest,
): Promise<Answer> {
  const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return (isStrict ? strict : api).raw(`${pathOf(url, id)}${query === undefined ? '' : `?${query}`}`, {
    method,
    headers: { ...(content !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(content !== undefined && { body: content }),
  });
}

/** Expects a problem document with this status and code, and nothing internal in it. */
function expectProblem({ status, headers, body }: Answer, expected: Refusal[2], about: string): void {
  expect(`${status} ${body?.code}`, `${about}: ${body?.detail}`).toBe(expected);
  expect(headers.get('content-type'), about).toContain('application/problem+json');
  expect(body, about).toMatchObject({
    ...{ status, type: expect.any(String), title: expect.any(String), detail: expect.any(String) },
  });
  expect(JSON.stringify(body), about).not.toMatch(
    /\bat [^\n]*\.(?:ts|js):\d+|node_modules|services\/api\/src/,
  );
}

async function expectRefusal(route: Route, [what, request, expected, says]: Refusal): Promise<void> {
  const about = `${nameOf(route)} with ${what}`;
  const answer = await send(route, request);
  expectProblem(answer, expected, about);
  const { status, body } = answer;
  // Every route may refuse a path, which none documents.
  if (status !== 414) expect(Object.keys(documented(route).responses), about).toContain(String(status));
  if (body.code === 'precondition_failed') expect(body.etag, about).toMatch(/^"[\w-]{27}"$/);
  if (body.code === 'validation_failed') {
    expect(body.errors.length, about).toBeGreaterThan(0);
    expect(body.errors.length, about).toBeLessThanOrEqual(100);
  }
  if (typeof says === 'string') expect(body.detail, about).toBe(says);
  else if (says instanceof RegExp) expect(body.detail, about).toMatch(says);
  else if (says)
    expect(
      body.errors.map(({ path }: Json) => path),
      about,
    ).toContain(says.at);
}

const queryOf = (operation: Json): Json[] => operation.parameters.filter((each: Json) => each.in === 'query');

describe('every route', () => {
  it.each(allRoutes.map((route) => [nameOf(route), route] as const))(
    '%s refuses what is wrong',
    async (name, route) => {
      const operation = documented(route);
      const names = queryOf(operation).map((each) => each.name);
      const implied = impliedRefusals(route, names, operation.requestBody?.required === true);
      const wrong: string[] = [];
      for (const refusal of [...implied, ...(refusals[name] ?? [])]) {
        await expectRefusal(route, refusal).catch((error: Error) => wrong.push(error.message));
      }
      expect(wrong).toEqual([]);
    },
  );

  it('is there for every line of the table', () => {
    expect(allRoutes.map(nameOf)).toEqual(expect.arrayContaining(Object.keys(refusals)));
  });

  it('names the methods that its path has to whoever tries another', async () => {
    const methodsByUrl = Map.groupBy(allRoutes, ({ url }) => url);
    for (const [url, routes] of methodsByUrl) {
      const methods = routes.map(({ method }) => method as string);
      const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
      for (const method of ['DELETE', 'GET', 'PATCH', 'POST', 'PUT', 'QUERY', 'PROPFIND']) {
        if (methods.includes(method)) continue;
        const answer = await api.raw(pathOf(url, undefined), { method });
        expectProblem(answer, '405 method_not_allowed', `${method} ${url}`);
        expect(answer.headers.get('allow'), `${method} ${url}`).toBe(allow);
      }
    }
  });
});

describe('no route', () => {
  it.each([
    ['an unknown path', '/api/nothing', '404 route_not_found', /\/docs/],
    ['a path that is no path', '/api/%zz', '400 bad_request', /./],
  ] as const)('takes %s', async (_what, path, expected, says) => {
    const answer = await api.get(path);
    expectProblem(answer, expected, path);
    expect(answer.body.detail).toMatch(says);
  });

  it.each([
    ['what is no request at all', 'nonsense', '400 bad_request', /./],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}`,
      '431 headers_too_large',
      /./,
    ],
    [
      'letters that are not encoded',
      'GET /api/config/points/?code=名称 HTTP/1.1\r\nhost: x',
      '400 bad_request',
      /--data-urlencode/,
    ],
  ])('takes %s', async (_what, request, expected, says) => {
    const answer = await answerTo(`${request}\r\n\r\n`);
    expect(answer).toContain('content-type: application/problem+json');
    const { status, code, detail } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(`${status} ${code}`).toBe(expected);
    expect(detail).toMatch(says);
  });
});

/** The answer to a request whose text is sent as it is. */
function answerTo(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (part) => {
      answer += part;
    });
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

describe('what the OpenAPI document allows', () => {
  /** Each form accepts some of these texts. All ages lie within 1h to 3650d, because no pattern states those bounds. */
  const texts = [
    ...[
      '',
      'p0',
      'p17',
      'p01',
      'g0.0',
      'g1700000000000.3',
      'cDE3',
      'x',
      'now',
      '-30m',
      '-999999999s',
      '-999999999w',
    ],
    ...['2026-01-31T08:00:00+08:00', '2026-02-30T08:00:00Z', '2026-01-31', '30s', '90m', '1d', '0m', '1y'],
    ...['999999999w', '30d', '8w', 'Z', '+08:00', '-03:30', '+15:00', '08:00', 'running', 'running,paused'],
    ...['paused, running', 'stopped,error', 'error', 'asleep', 'timeout,overrun', ','],
  ];

  it('in a query is taken, and nothing else', async () => {
    const forms = /cursor|_time$|^from$|^to$|^at$|interval|offset|older_than|status|cause|limit/;
    let questions = 0;
    for (const route of allRoutes.filter(({ method, isWatched }) => method === 'GET' && !isWatched)) {
      for (const { name, schema } of queryOf(documented(route))) {
        if (!forms.test(name)) continue;
        const { minimum, maximum } = schema;
        const limits = [minimum - 1, minimum, maximum - 1, maximum, maximum + 1].map(String);
        for (const text of schema.type === 'integer' ? limits : texts) {
          const query = new URLSearchParams({
            ...(route.url.includes('point-history') && { point_code: 'value-0' }),
            ...(route.url.includes('points/history') && { point: 'refusals-device/value-0' }),
            ...(route.url.includes('exports/values') && { point: 'refusals-device/value-0' }),
            ...(route.url.includes('cleanup') && { older_than: '30d' }),
            [name]: text,
          });
          const { status, body } = await send(route, { query: query.toString() });
          const isRefused =
            status === 422 &&
            (body.code === 'invalid_cursor' ||
              body.errors?.some(
                ({ path, message }: Json) => path.split('.')[0] === name && !/must be before/.test(message),
              ));
          expect(!isRefused, `${route.url} ${name}=${text}: ${status} ${body?.detail}`).toBe(
            allows(schema, text),
          );
          questions += 1;
        }
      }
    }
    expect(questions).toBeGreaterThan(25 * texts.length);
  });

  it('in a code and in the numbers of an enumeration is taken, and nothing else', async () => {
    const propertiesOf = (path: string) => {
      const { schema } = document.paths[path].post.requestBody.content['application/json'];
      return (schema.anyOf?.[0] ?? schema).properties;
    };
    const { code } = propertiesOf('/api/config/sites/');
    for (const text of ['a', '\\', 'a\\', 'a\\b', ' a', 'a ', 'hall 1', 'é']) {
      const { status } = await api.post('/api/config/sites/', { code: text });
      expect(status === 201, text).toBe(allows(code, text));
    }
    const names = propertiesOf('/api/config/points/').enumeration.anyOf[0].propertyNames;
    for (const [index, text] of ['0', '7', '-12', '007', '-0', '1.5', 'x', '__proto__'].entries()) {
      // Written as text, because in JavaScript an object literal gets no own key __proto__.
      const body = `{"device_id":1,"code":"named-${index}","table":"holding_register","address":9,"data_type":"int16","enumeration":{"${text}":"on"}}`;
      const { status } = await api.raw('/api/config/points/', {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body },
      });
      expect(status === 201, text).toBe(allows(names, text));
    }
  });

  it.each(["'; drop table sessions; --", '%', '\u202e', '😀'.repeat(20), 'a b'])(
    'is only text, wherever it stands: %j',
    async (text) => {
      const encoded = encodeURIComponent(text);
      expect(await api.get(`${sessionsPath}/?task=${encoded}`)).toMatchObject({
        ...{ status: 200, body: { results: [] } },
      });
      expect((await api.get(`${sessionsPath}/${encoded}/`)).status).toBe(404);
      expect((await api.get(`/api/config/devices/?code=${encoded}`)).body.results).toEqual([]);
    },
  );

  it('is never an error of ours, even with a null character', async () => {
    for (const path of [
      `${sessionsPath}/?task=a%00`,
      `${sessionsPath}/point-history/?point_code=a%00&device=b%00`,
      '/api/config/sites/?code=a%00',
    ]) {
      expect((await api.get(path)).status, path).toBeLessThan(500);
    }
  });

  it('may be any parameter of a call that is not below /api/, such as a mark against caches', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await api.get(`${path}?xyzzyxyzzy=1`)).status, path).toBe(200);
    }
  });

  it('may be an empty object or nothing where no field is needed', async () => {
    const again = '/api/system/quarantine/send-again/';
    expect((await api.post(again, {})).status).toBe(200);
    expect((await api.raw(again, { method: 'POST' })).status).toBe(200);
    expect((await api.request('DELETE', '/api/system/quarantine/?reason=x', {})).status).toBe(200);
    expect((await api.request('DELETE', '/api/system/quarantine/?reason=x')).status).toBe(200);
  });
});

/** Judges a text by the part of JSON Schema that describes texts and the bounds of numbers. */
function allows(schema: Json, text: string): boolean {
  if (schema.type === 'integer') return Number(text) >= schema.minimum && Number(text) <= schema.maximum;
  if (schema.anyOf && !schema.anyOf.some((each: Json) => allows(each, text))) return false;
  if (schema.enum && !schema.enum.includes(text)) return false;
  if (schema.const !== undefined && text !== schema.const) return false;
  if (schema.pattern && !new RegExp(schema.pattern, 'u').test(text)) return false;
  if (text.length < (schema.minLength ?? 0) || text.length > (schema.maxLength ?? text.length)) return false;
  return schema.format !== 'date-time' || (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) && isDay(text));
}

function isDay(text: string): boolean {
  const day = text.slice(0, 10);
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}
