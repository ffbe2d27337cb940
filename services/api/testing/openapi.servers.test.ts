import { connect } from 'node:net';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { companyCallbackPath } from '../src/access/company/company-routes.ts';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import type { AskedApi } from './api-under-test.ts';

let api: AskedApi;
// biome-ignore lint/suspicious/noExplicitAny: a document of OpenAPI
let document: any;

beforeAll(async () => {
  api = await startApiInProcess({ nats: (await natsForTest()).url, database: await apiDatabase() });
  await api.ready();
  document = (await api.get('/openapi.json')).body;
});

describe('the OpenAPI document', () => {
  it('has every call with a summary, a tag, an answer and problems', () => {
    expect(document.openapi).toBe('3.1.0');
    const tags = document.tags.map(({ name }: { name: string }) => name);
    const ids = new Set<string>();
    // biome-ignore lint/suspicious/noExplicitAny: parts of that document
    for (const [path, methods] of Object.entries<Record<string, any>>(document.paths)) {
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
        // biome-ignore lint/suspicious/noExplicitAny: parts of that document
        const described = operation.parameters.filter((parameter: any) => parameter.in === 'path');
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
    // biome-ignore lint/suspicious/noExplicitAny: parts of that document
    for (const [path, methods] of Object.entries<Record<string, any>>(document.paths)) {
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
    // biome-ignore lint/suspicious/noExplicitAny: parts of that document
    for (const [path, methods] of Object.entries<Record<string, any>>(document.paths)) {
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

  it('takes no other query parameters than those that it names, in every call, with others or alone', async () => {
    const withQuery: string[] = [];
    // biome-ignore lint/suspicious/noExplicitAny: parts of that document
    for (const [path, methods] of Object.entries<Record<string, any>>(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const where = `${method} ${path}`;
        // Left out, because an identity provider adds any parameters it likes.
        if (path === companyCallbackPath) continue;
        // The ids need not exist, and the rest of the request may be wrong.
        const at = path.replaceAll(/\{\w+\}/g, '1');
        const ask = (query: string) => api.request(method.toUpperCase(), `${at}?${query}`);
        if (!path.startsWith('/api/')) {
          const answer = await fetch(`${api.url}${at}?stauts=1`);
          await answer.arrayBuffer();
          expect(answer.status, where).toBe(200);
          continue;
        }
        // biome-ignore lint/suspicious/noExplicitAny: parts of that document
        const named = operation.parameters.filter((parameter: any) => parameter.in === 'query');
        const names: string[] = named.map(({ name }: { name: string }) => name);
        const known = names.length === 0 ? 'this takes none' : `known: ${names.join(', ')}`;
        const refused = (message: string) => ({
          status: 422,
          body: { code: 'validation_failed', detail: message, errors: [{ path: '', message }] },
        });
        expect(await ask('xyzzyxyzzy=1'), where).toMatchObject(
          refused(`there is no query parameter "xyzzyxyzzy"; ${known}`),
        );
        for (const odd of ['__proto__', 'constructor', 'toString', '', 'filter[status]']) {
          expect(await ask(`${encodeURIComponent(odd)}=1`), where).toMatchObject(
            refused(`there is no query parameter "${odd}"; ${known}`),
          );
        }
        // Names as short as `to` or `at` are not suggested.
        for (const name of names.filter(({ length }) => length > 2)) {
          expect(await ask(`${name}=1&${name}z=1`), where).toMatchObject(
            refused(`there is no query parameter "${name}z"; did you mean ${name}?`),
          );
        }
        if (names.length > 0) withQuery.push(where);
      }
    }
    expect(withQuery).toEqual(
      expect.arrayContaining([
        'post /api/system/quarantine/send-again/',
        'delete /api/system/quarantine/',
        'get /api/acquisition/live/',
      ]),
    );
    expect(withQuery.length).toBeGreaterThan(15);
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
    // biome-ignore lint/suspicious/noExplicitAny: parts of that document
    const headersOf = ({ parameters }: any): string[] =>
      // biome-ignore lint/suspicious/noExplicitAny: parts of that document
      parameters.filter((parameter: any) => parameter.in === 'header').map(({ name }: any) => name);

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
// biome-ignore lint/suspicious/noExplicitAny: a schema of JSON
function openObjects(given: any, where: string): string[] {
  const name = given.$ref?.split('/').at(-1);
  const schema = name === undefined ? given : document.components.schemas[name];
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

it('what is no request at all is answered with a problem too', async () => {
  for (const [text, status, code] of [
    ['nonsense\r\n\r\n', 400, 'bad_request'],
    [`GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ] as const) {
    const answer = await answerTo(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('content-type: application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status, code });
  }
});

it('an address with letters that are not encoded is refused with how to encode them', async () => {
  const answer = await answerTo('GET /api/config/points/?code=名称 HTTP/1.1\r\nhost: x\r\n\r\n');
  const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
  expect(problem).toMatchObject({ status: 400, code: 'bad_request' });
  expect(problem.detail).toContain('--data-urlencode');
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

describe('the id of a request', () => {
  it('is the one that the caller gave, and stands in the answer', async () => {
    const answer = await api.raw('/api/nothing', { headers: { 'x-request-id': 'order-7/3' } });
    expect(answer.headers.get('x-request-id')).toBe('order-7/3');
    expect(answer.body.instance).toBe('order-7/3');
  });

  it('is made where there is none that can be kept', async () => {
    for (const given of ['a b', 'x'.repeat(200), '<script>']) {
      const { headers } = await api.raw('/health/live', { headers: { 'x-request-id': given } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
