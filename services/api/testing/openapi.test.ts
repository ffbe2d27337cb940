import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
// biome-ignore lint/suspicious/noExplicitAny: a document of OpenAPI
let document: any;

beforeAll(async () => {
  api = await startApi({ nats: (await natsForTest()).url, database: await freshDatabase() });
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
      }
    }
    expect(ids.size).toBeGreaterThan(40);
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
    // Scripts in the page itself are not run under the policy of this API.
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
  });
});

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
