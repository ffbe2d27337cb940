import { request as ask, METHODS } from 'node:http';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, startApi, startTask } from './api-under-test.ts';

// biome-ignore lint/suspicious/noExplicitAny: parts of an OpenAPI document
type Json = any;

let api: ApiUnderTest;
let document: Json;
let session: string;

beforeAll(async () => {
  api = await startApi({ nats: (await natsForTest()).url, database: await freshDatabase() });
  await api.ready();
  document = (await api.get('/openapi.json')).body;
  session = await startTask(api, await configureTask(api, 'forms'));
  const list = await fetch(`${api.url}/api/config/imports/?name=list.csv`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: 'device,host,point,address,data type\r\nforms-2,127.0.0.1,level,40001,int16',
  });
  expect(list.status).toBe(201);
});

/**
 * Texts, of which each form accepts some. All ages among them lie in 1h to 3650d, because no pattern states these
 * bounds.
 */
const texts = [
  ...['', 'p0', 'p17', 'p01', 'g0.0', 'g1700000000000.3', 'cDE3', 'x'],
  ...[
    'now',
    '-30m',
    '-999999999s',
    '-999999999w',
    '2026-01-31T08:00:00+08:00',
    '2026-02-30T08:00:00Z',
    '2026-01-31',
  ],
  ...['30s', '90m', '1d', '0m', '1y', '999999999w', '30d', '8w', 'Z', '+08:00', '-03:30', '+15:00', '08:00'],
  ...[
    'running',
    'running,paused',
    'paused, running',
    'stopped,error',
    'error',
    'asleep',
    'timeout,overrun',
    ',',
  ],
];

/** Judges a text by the part of JSON Schema that describes forms of texts. */
function allows(schema: Json, text: string): boolean {
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

describe('the OpenAPI document', () => {
  it('says of each text in a query which forms are taken, and those are', async () => {
    const forms = /cursor|_time$|^from$|^to$|^at$|interval|offset|older_than|status|cause/;
    let told = 0;
    for (const [path, { get }] of Object.entries<Json>(document.paths)) {
      for (const { in: place, name, schema } of get?.parameters ?? []) {
        if (place !== 'query' || !forms.test(name)) continue;
        for (const text of texts) {
          const query = new URLSearchParams({
            ...(path.includes('point-history') && { point_code: 'value-0' }),
            ...(path.includes('points/history') && { point: 'a/value-0' }),
            ...(path.includes('cleanup') && { older_than: '30d' }),
            [name]: text,
          });
          // Everything configured above has the first id of its kind.
          const id = path.startsWith('/api/config/') ? '1' : session;
          const { status, body } = await api.get(`${path.replace('{id}', id)}?${query}`);
          const isRefused =
            status === 422 &&
            (body.code === 'invalid_cursor' ||
              body.errors.some(
                (error: Json) => error.path.split('.')[0] === name && !/must be before/.test(error.message),
              ));
          expect(!isRefused, `${path} ${name}=${text}: ${status} ${body?.detail}`).toBe(allows(schema, text));
          told += 1;
        }
      }
    }
    expect(told).toBeGreaterThan(25 * texts.length);
  });

  it('says of codes and of the numbers of an enumeration which are taken, and those are', async () => {
    const bodyOf = (path: string) => {
      const { schema } = document.paths[path].post.requestBody.content['application/json'];
      return (schema.anyOf?.[0] ?? schema).properties;
    };
    const { code } = bodyOf('/api/config/sites/');
    for (const text of ['a', '\\', 'a\\', 'a\\b', ' a', 'a ', 'hall 1', 'é']) {
      const { status } = await api.post('/api/config/sites/', { code: text });
      expect(status === 201, text).toBe(allows(code, text));
    }
    const { enumeration } = bodyOf('/api/config/points/');
    const names = enumeration.anyOf[0].propertyNames;
    for (const [index, text] of ['0', '7', '-12', '007', '-0', '1.5', 'x', '__proto__'].entries()) {
      // Written as text, because in JavaScript an object literal gets no own key __proto__.
      const body = `{"device_id":1,"code":"named-${index}","table":"holding_register","address":9,"data_type":"int16","enumeration":{"${text}":"on"}}`;
      const { status } = await fetch(`${api.url}/api/config/points/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(status === 201, text).toBe(allows(names, text));
    }
  });

  it('bounds no header that is taken at any length, and says what becomes of it', async () => {
    const { post } = document.paths['/api/config/sites/'];
    const headers = post.parameters.filter((each: Json) => each.in === 'header');
    for (const name of ['X-Request-Id', 'X-Operator']) {
      const { schema, description } = headers.find((each: Json) => each.name === name);
      expect(schema).toEqual({ type: 'string' });
      expect(description).toMatch(/128|64/);
    }
    const long = 'x'.repeat(300);
    const answer = await api.post(
      '/api/config/sites/',
      { code: 'long' },
      { 'x-request-id': long, 'x-operator': long },
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    // Audit entries are written after the answers.
    await expect
      .poll(async () => (await api.get('/api/system/audit/?action=site.create')).body.results[0]?.who)
      .toBe('x'.repeat(64));
  });

  it('says who needs a key: nobody on this machine while there is none, or everybody', async () => {
    const securityOf = (of: Json) => of.paths['/api/config/sites/'].get.security;
    expect(securityOf(document)).toEqual([{ apiKey: [] }, { login: [] }, {}]);
    expect(document.paths['/api/login/'].post.security).toEqual([]);
    expect(document.paths['/health/live'].get.security).toEqual([]);
    const strict = await startApi({
      nats: (await natsForTest()).url,
      database: await freshDatabase(),
      env: { API_ANONYMOUS_LOOPBACK: 'false' },
    });
    await strict.ready();
    expect(securityOf((await strict.get('/openapi.json')).body)).toEqual([{ apiKey: [] }, { login: [] }]);
    await strict.process.stop();
  });

  it('says that a stream or part of the reason is needed to delete many', () => {
    const { parameters } = document.paths['/api/system/quarantine/'].delete;
    for (const [name, other] of [
      ['stream', 'reason'],
      ['reason', 'stream'],
    ]) {
      const { description } = parameters.find((each: Json) => each.name === name);
      expect(description).toContain(`\`${other}\` must be given`);
    }
  });
});

describe('a method that a path does not have', () => {
  const answerTo = (method: string, path: string) =>
    new Promise<{ status: number | undefined; allow: string | undefined }>((resolve, reject) => {
      const sent = ask(`${api.url}${path}`, { method, agent: false }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode, allow: answer.headers.allow });
      });
      sent.on('error', reject).end();
    });

  it.each([
    ['/api/config/sites/', 'GET, HEAD, POST'],
    ['/api/config/sites/1/', 'DELETE, GET, HEAD, PATCH'],
    ['/health/live', 'GET, HEAD'],
    ['/metrics', 'GET, HEAD'],
    // The last part of neither path is taken for an id.
    ['/api/acquisition/sessions/start-task/', 'POST'],
    ['/api/system/quarantine/send-again/', 'POST'],
  ])('is answered with 405 and those that it has, whichever it is: %s', async (path, allow) => {
    // CONNECT asks for a tunnel and has no path.
    const others = METHODS.filter((method) => method !== 'CONNECT' && !allow.split(', ').includes(method));
    expect(others).toContain('QUERY');
    for (const method of others) {
      expect({ method, ...(await answerTo(method, path)) }).toEqual({ method, status: 405, allow });
    }
  });
});
