import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ProblemCode, problemCodes } from '../src/problems/codes.ts';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type AskedApi, configureTask, startTask } from './api-under-test.ts';

// biome-ignore lint/suspicious/noExplicitAny: parts of an OpenAPI document
type Json = any;

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly definition: Json;
}

let api: AskedApi;
let operations: Operation[];
let schemas: Json;
/** Ids for the paths and bodies of calls that are to work. */
let known: { task: number; device: number; point: number; site: number; session: string };

beforeAll(async () => {
  api = await startApiInProcess({
    nats: (await natsForTest()).url,
    database: await apiDatabase(),
    env: { API_REFUSED_PER_MINUTE: '0', API_ANONYMOUS_LOOPBACK: 'true' },
  });
  await api.ready();
  const { body } = await api.get('/openapi.json');
  schemas = body.components.schemas;
  operations = Object.entries<Json>(body.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, definition]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      definition,
    })),
  );
  const task = await configureTask(api, 'contract');
  const site = (await api.post('/api/config/sites/', { code: 'contract' })).body.id;
  const device = (await api.get('/api/config/devices/')).body.results[0].id;
  const point = (await api.get('/api/config/points/')).body.results[0].id;
  known = { task, device, point, site, session: await startTask(api, task) };
});

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function call(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answered> {
  // Needed because a stream of events does not end by itself.
  const cut = new AbortController();
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.any([cut.signal, AbortSignal.timeout(60_000)]),
  });
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    cut.abort();
    return { status: response.status, type, text: '' };
  }
  return { status: response.status, type, text: await response.text() };
}

/** Expects no fault of ours, nothing internal, and every error with its documented status. */
function expectAsDocumented(answered: Answered, about: string): void {
  const { status, type, text } = answered;
  expect(status, `${about}: ${text}`).not.toBe(500);
  expect(text, about).not.toMatch(/\bat [^\n]*\.(?:ts|js):\d+|node_modules|services\/api\/src/);
  if (status < 400 || about.startsWith('GET /health/')) return;
  expect(type, about).toContain('application/problem+json');
  const problem = JSON.parse(text) as { code: string; status: number };
  expect(problem.status, about).toBe(status);
  const [documented] = problemCodes[problem.code as ProblemCode] ?? [];
  expect(documented, `${about}: ${problem.code}`).toBe(status);
}

function schemaOf(schema: Json): Json {
  const reference = schema?.$ref as string | undefined;
  return reference ? schemaOf(schemas[reference.split('/').at(-1) ?? '']) : (schema ?? {});
}

/** Any JSON, small enough to keep the run short. */
const anything = fc.jsonValue({ maxDepth: 2, noUnicodeString: false });
const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e999',
    '\u0000',
    'null',
    "';--",
    '../..',
    '%',
    '𝄞',
    'x'.repeat(600),
    '9'.repeat(30),
  ),
);

/** Values close to a schema: mostly its own shape, with something else here and there. */
function near(given: Json, depth = 0): fc.Arbitrary<unknown> {
  const schema = schemaOf(given);
  if (depth > 4) return anything;
  const alternatives = schema.anyOf ?? schema.oneOf;
  const fitting = alternatives
    ? fc.oneof(...alternatives.map((each: Json) => near(each, depth + 1)))
    : fittingOf(schema, depth);
  return fc.oneof(
    { weight: 6, arbitrary: fitting },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: oddText },
  );
}

function fittingOf(schema: Json, depth: number): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  switch (schema.type) {
    case 'object': {
      const parts = Object.entries<Json>(schema.properties ?? {}).map(([key, part]) => [
        key,
        near(part, depth + 1),
      ]);
      return fc.record(Object.fromEntries(parts), { requiredKeys: [] });
    }
    case 'array':
      return fc.array(near(schema.items, depth + 1), { maxLength: 3 });
    case 'integer':
      return fc.oneof(fc.integer({ min: -2, max: 70_000 }), fc.constantFrom(1, 0, 2 ** 53, -(2 ** 63)));
    case 'number':
      return fc.oneof(fc.double(), fc.integer());
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.oneof(oddText, fc.constantFrom('contract', '-1h', 'now', '127.0.0.1'));
  }
}

/** A path with existing ids, so that calls get further than `not found`. */
function pathOf({ path }: Operation, id?: string): string {
  return path.replace('{sequence}', id ?? '1').replace('{id}', () => {
    if (id !== undefined) return id;
    if (path.includes('/sessions/')) return known.session;
    if (path.includes('/sites/')) return String(known.site);
    if (path.includes('/devices/')) return String(known.device);
    if (path.includes('/points/')) return String(known.point);
    if (path.includes('/tasks/')) return String(known.task);
    return 'none';
  });
}

const bodyOf = ({ definition }: Operation) => definition.requestBody?.content?.['application/json']?.schema;
const queriesOf = ({ definition }: Operation): Json[] =>
  (definition.parameters ?? []).filter((parameter: Json) => parameter.in === 'query');

describe('every call of the OpenAPI document', () => {
  it('answers what it should get with what the document says', async () => {
    const bodies: Record<string, unknown> = {
      'POST /api/acquisition/sessions/start-task/': { task_id: 1_000_000 },
      'POST /api/config/sites/': { code: 'another' },
      'POST /api/config/devices/': { code: 'another', host: '127.0.0.1' },
      'POST /api/config/tasks/': { code: 'another', name: 'another', period_ms: 1_000 },
      'POST /api/acquisition/points/{id}/write/': { value: 1 },
      'POST /api/system/cleanup/': { older_than: '30d' },
    };
    const queries: Record<string, string> = {
      'GET /api/acquisition/sessions/point-history/': '?point_code=value-0',
      'GET /api/acquisition/points/history/': '?point=contract-device/value-0',
      'GET /api/exports/values/': '?point=contract-device/value-0&start_time=-1h&end_time=now',
      'DELETE /api/system/quarantine/': '?stream=SAMPLES',
      'GET /api/system/cleanup/': '?older_than=30d',
    };
    // Deletions come last, because they remove what other calls need.
    const ordered = [...operations].sort(
      (one, other) => Number(one.method === 'DELETE') - Number(other.method === 'DELETE'),
    );
    const succeeded = new Set<string>();
    for (const operation of ordered) {
      const { name, method, definition } = operation;
      const body = bodies[name] ?? (bodyOf(operation) && method !== 'GET' ? {} : undefined);
      const answered = await call(
        method,
        pathOf(operation) + (queries[name] ?? ''),
        body === undefined ? {} : { 'content-type': 'application/json' },
        body === undefined ? undefined : JSON.stringify(body),
      );
      expectAsDocumented(answered, name);
      if (answered.status < 400) {
        succeeded.add(name);
        expect(Object.keys(definition.responses), name).toContain(String(answered.status));
      }
    }
    // Company sign-on is left out, since none is set up here.
    const reads = operations.filter(
      ({ method, path }) => method === 'GET' && !path.includes('{') && !path.includes('/company/'),
    );
    expect([...succeeded]).toEqual(expect.arrayContaining(reads.map(({ name }) => name)));
  });

  it('refuses what it cannot take with a documented problem, whatever it is', async () => {
    for (const operation of operations) {
      const { name, method } = operation;
      const body = bodyOf(operation);
      const query = queriesOf(operation);
      const request = fc.record({
        id: fc.option(oddText, { nil: undefined, freq: 3 }),
        body: body ? near(body) : fc.constant(undefined),
        query: fc.record(Object.fromEntries(query.map(({ name: key, schema }) => [key, near(schema)])), {
          requiredKeys: [],
        }),
      });
      for (const sent of fc.sample(request, {
        numRuns: body || query.length > 0 ? 12 : 3,
        seed: 20_261_124,
      })) {
        const id = sent.id === undefined ? undefined : encodeURIComponent(sent.id.toWellFormed()) || 'none';
        const search = new URLSearchParams(
          Object.entries(sent.query).map(([key, value]): [string, string] => {
            const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
            return [key, text.toWellFormed()];
          }),
        );
        const text = sent.body === undefined ? undefined : JSON.stringify(sent.body);
        const answered = await call(
          method,
          `${pathOf(operation, id)}?${search}`,
          text === undefined ? {} : { 'content-type': 'application/json' },
          text,
        );
        expectAsDocumented(answered, `${name} ${JSON.stringify({ ...sent, id })}`);
      }
    }
  });

  it('refuses headers and bodies that are none with a documented problem', async () => {
    for (const operation of operations) {
      const { name, method, definition } = operation;
      const path = pathOf(operation, 'none');
      const headers = (definition.parameters ?? [])
        .filter((parameter: Json) => parameter.in === 'header')
        .map((parameter: Json) => parameter.name as string);
      for (const header of headers) {
        for (const value of ['', 'a b', '"', 'x'.repeat(2_000)]) {
          expectAsDocumented(await call(method, path, { [header]: value }), `${name} ${header}`);
        }
      }
      if (method === 'GET') continue;
      for (const [type, body] of [
        ['application/json', '{'],
        ['application/json', '[[['],
        ['text/csv', 'a,b'],
        ['application/json; charset=utf-99', '{}'],
        ['nonsense', '{}'],
      ] as const) {
        expectAsDocumented(
          await call(method, path, { 'content-type': type }, body),
          `${name} ${type} ${body}`,
        );
      }
    }
  });
});
