import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, configureTask, startTask } from './api-under-test.ts';

// biome-ignore lint/suspicious/noExplicitAny: parts of an OpenAPI document
type Json = any;

let api: ApiClient;
let settings: { nats: string; database: string };
let document: Json;

beforeAll(async () => {
  settings = { nats: (await natsForTest()).url, database: await apiDatabase() };
  api = await startApiInProcess(settings);
  await api.ready();
  document = (await api.get('/openapi.json')).body;
});

describe('the OpenAPI document', () => {
  it('has every call with a summary, a tag, an answer and problems', () => {
    expect(document.openapi).toBe('3.1.0');
    const tags = document.tags.map(({ name }: { name: string }) => name);
    const ids = new Set<string>();
    for (const [path, methods] of Object.entries<Record<string, Json>>(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const where = `${method} ${path}`;
        expect(operation.summary, where).toEqual(expect.any(String));
        expect(tags, where).toContain(operation.tags?.[0]);
        const statuses = Object.keys(operation.responses ?? {});
        expect(
          statuses.some((status) => status.startsWith('2')),
          where,
        ).toBe(true);
        expect(operation.responses.default, where).toMatchObject({
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        });
        expect(ids.has(operation.operationId), where).toBe(false);
        ids.add(operation.operationId);
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        const described = operation.parameters.filter((parameter: Json) => parameter.in === 'path');
        expect(
          described.map(({ name }: { name: string }) => name),
          where,
        ).toEqual(inPath);
      }
    }
    expect(ids.size).toBeGreaterThan(40);
    for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      expect(document.components.schemas).toHaveProperty([name ?? '']);
    }
  });

  it('says of every parameter what it is', () => {
    const silent: string[] = [];
    for (const [path, methods] of Object.entries<Record<string, Json>>(document.paths)) {
      for (const [method, { parameters }] of Object.entries(methods)) {
        for (const { name, description } of parameters) {
          if (typeof description !== 'string' || description === '')
            silent.push(`${method} ${path}: ${name}`);
        }
      }
    }
    expect(silent).toEqual([]);
  });

  it('takes no other fields than those that it names, in every body and in every object within', () => {
    const bodies: string[] = [];
    for (const [path, methods] of Object.entries<Record<string, Json>>(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (!['post', 'put', 'patch'].includes(method)) continue;
        const where = `${method} ${path}`;
        // A file has no fields.
        if (path === '/api/config/imports/' && operation.requestBody?.content?.['text/csv']) continue;
        const schema = operation.requestBody?.content?.['application/json']?.schema;
        expect(schema, where).toBeDefined();
        bodies.push(where);
        expect(openObjects(schema, where)).toEqual([]);
      }
    }
    expect(bodies.length).toBeGreaterThan(20);
  });

  it('demands no body that may be left out, and has none of a DELETE', () => {
    const required = (path: string, method = 'post') => document.paths[path][method].requestBody?.required;
    expect(required('/api/acquisition/sessions/start-task/')).toBe(true);
    expect(required('/api/config/points/')).toBe(true);
    expect(required('/api/config/points/{id}/', 'patch')).toBe(true);
    expect(required('/api/acquisition/sessions/{id}/pause/')).toBe(false);
    expect(required('/api/config/tasks/{id}/plan/')).toBe(false);
    expect(required('/api/config/devices/{id}/test/')).toBe(false);
    expect(document.paths['/api/system/quarantine/'].delete).not.toHaveProperty('requestBody');
  });

  it('has the problems of single calls, and the headers of requests and answers', () => {
    const of = (path: string, method: string) => document.paths[`/api/acquisition/${path}`][method];
    const headersOf = ({ parameters }: Json): string[] =>
      parameters.filter((parameter: Json) => parameter.in === 'header').map(({ name }: Json) => name);

    const start = of('sessions/start-task/', 'post');
    expect(Object.keys(start.responses)).toEqual(expect.arrayContaining(['404', '507']));
    expect(Object.keys(start.responses['201'].headers)).toEqual(['Idempotency-Replayed', 'Location']);
    expect(start.responses['503'].headers).toHaveProperty(['Retry-After']);
    expect(headersOf(start)).toEqual(['X-Request-Id', 'Idempotency-Key', 'X-Operator']);

    expect(Object.keys(of('points/{id}/write/', 'post').responses)).toEqual(
      expect.arrayContaining(['502', '504']),
    );
    expect(of('sessions/point-history/', 'get').responses).toHaveProperty('404');
    expect(headersOf(of('sessions/point-history/', 'get'))).toEqual(['X-Request-Id']);

    const live = of('live/', 'get');
    expect(live.responses).toHaveProperty('404');
    expect(headersOf(live)).toEqual(['X-Request-Id', 'Last-Event-ID']);
    expect(live.responses['200'].content['text/event-stream'].schema.type).toBe('string');
    expect(document.components.schemas.LiveSample.properties).toHaveProperty('through_tick');
    expect(document.components.schemas.LiveReset.properties).toHaveProperty('continues_after');
    expect(document.paths['/api/config/sites/{id}/'].get.responses['200'].headers).toHaveProperty('ETag');
  });

  it('says of each integer that may need it that it has 64 bits: ticks and sequences have', () => {
    const narrow: unknown[] = [];
    const look = (part: unknown): void => {
      if (typeof part !== 'object' || part === null) return;
      const { type, maximum, format } = part as Record<string, unknown>;
      if (type === 'integer' && Number(maximum) > 2 ** 31 - 1 && format !== 'int64') narrow.push(part);
      for (const inner of Object.values(part)) look(inner);
    };
    look(document);
    expect(narrow).toEqual([]);
    expect(document.components.schemas.LiveSample.properties.tick).toMatchObject({ format: 'int64' });
  });

  it('bounds no header that is taken at any length, and says what becomes of it', async () => {
    const { parameters } = document.paths['/api/config/sites/'].post;
    for (const name of ['X-Request-Id', 'X-Operator']) {
      const { schema, description } = parameters.find((each: Json) => each.name === name);
      expect(schema).toEqual({ type: 'string' });
      expect(description).toMatch(/128|64/);
    }
    const long = 'x'.repeat(300);
    const headers = { 'x-request-id': long, 'x-operator': long };
    const answer = await api.post('/api/config/sites/', { code: 'long' }, headers);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    // Audit entries are written after the answers.
    await expect
      .poll(async () => (await api.get('/api/system/audit/?action=site.create')).body.results[0]?.who)
      .toBe('x'.repeat(64));
  });

  it('says who needs a key: no caller on this machine while there is none, or every caller', async () => {
    const securityOf = (of: Json) => of.paths['/api/config/sites/'].get.security;
    expect(securityOf(document)).toEqual([{ apiKey: [] }, { login: [] }, {}]);
    expect(document.paths['/api/login/'].post.security).toEqual([]);
    expect(document.paths['/health/live'].get.security).toEqual([]);
    const strict = await startApiInProcess({ ...settings, env: { API_ANONYMOUS_LOOPBACK: 'false' } });
    await strict.ready();
    expect(securityOf((await strict.get('/openapi.json')).body)).toEqual([{ apiKey: [] }, { login: [] }]);
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

  it('names the status of every read that finds something', async () => {
    const queries: Record<string, string> = {
      '/api/acquisition/sessions/point-history/': '?point_code=value-0',
      '/api/acquisition/points/history/': '?point=documented-device/value-0',
      '/api/exports/values/': '?point=documented-device/value-0&start_time=-1h&end_time=now',
      '/api/system/cleanup/': '?older_than=30d',
    };
    await startTask(api, await configureTask(api, 'documented'));
    for (const [path, { get }] of Object.entries<Record<string, { responses: object } | undefined>>(
      document.paths,
    )) {
      // No company sign-on is set up here, and a stream of events does not end.
      if (!get || path.includes('{') || path.includes('/company/') || path.includes('/live/')) continue;
      const { status } = await api.get(`${path}${queries[path] ?? ''}`);
      expect(status, path).toBe(200);
      expect(Object.keys(get.responses), path).toContain('200');
    }
  });

  it('is shown by a page that loads nothing from elsewhere', async () => {
    const page = await fetch(`${api.url}/docs/`);
    expect(page.status).toBe(200);
    const html = await page.text();
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
    expect(sources.length).toBeGreaterThan(2);
    for (const source of sources) {
      const url = new URL(source, `${api.url}/docs/`);
      expect(url.origin).toBe(api.url);
      const part = await fetch(url);
      await part.arrayBuffer();
      expect(part.status, source).toBe(200);
    }
    // The policy of this API blocks scripts within the page itself.
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
  });
});

/**
 * Places where objects with named fields accept others as well; objects with names from users (labels, metadata) have
 * no fields.
 */
function openObjects(node: Json, where: string): string[] {
  const name = node.$ref?.split('/').at(-1);
  const schema = name === undefined ? node : document.components.schemas[name];
  const inner = [
    ...['anyOf', 'oneOf', 'allOf'].flatMap((key) => schema[key] ?? []),
    ...[schema.items, ...Object.values(schema.properties ?? {})].filter((each) => each !== undefined),
  ];
  const isKnown = inner.length > 0 || schema.type !== undefined || schema.enum !== undefined;
  return [
    ...(isKnown ? [] : [`${where}: anything at all`]),
    ...(schema.properties && schema.additionalProperties !== false ? [`${where}: open`] : []),
    ...inner.flatMap((each, index) => openObjects(each, `${where} ${each.title ?? index}`)),
  ];
}

describe('the id of a request', () => {
  it('is the one that the caller gave, and stands in the answer', async () => {
    const answer = await api.raw('/api/nothing', { headers: { 'x-request-id': 'order-7/3' } });
    expect(answer.headers.get('x-request-id')).toBe('order-7/3');
    expect(answer.body.instance).toBe('order-7/3');
  });

  it('is made where there is none that can be kept', async () => {
    for (const requestId of ['a b', 'x'.repeat(200), '<script>']) {
      const { headers } = await api.raw('/health/live', { headers: { 'x-request-id': requestId } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
