import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { operationOf } from '../../services/api/src/http/openapi.ts';
import { allRoutes } from '../../services/api/testing/all-routes.ts';

const root = join(import.meta.dirname, '..', '..');

const operations = allRoutes.map((route) => {
  const [method = '', path = ''] = operationOf(route).split(' ');
  return { method, segments: path.split('/').filter((segment) => segment !== '') };
});

/** A whole call, such as `GET /api/me/`, or the end of one, such as `POST …/pause/`. */
const namedCalls =
  /`(GET|POST|PUT|PATCH|DELETE) (\/(?:api|health|metrics|docs|openapi)\b[^\s`?]*|…\/[^\s`?]*)/g;

it('documents name only calls that the API has', async () => {
  const unknown: string[] = [];
  let count = 0;
  for await (const page of glob(['*.md', 'docs/*.md', 'drivers/*/*.md'], { cwd: root })) {
    if (page === 'CHANGELOG.md') continue;
    for (const [, method = '', path = ''] of (await readFile(join(root, page), 'utf8')).matchAll(
      namedCalls,
    )) {
      count += 1;
      if (!isCall(method, path)) unknown.push(`${page}: ${method} ${path}`);
    }
  }
  expect(count).toBeGreaterThan(25);
  expect(unknown).toEqual([]);
});

function isCall(method: string, path: string): boolean {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '…');
  return operations.some((operation) => {
    if (operation.method !== method) return false;
    if (!path.startsWith('…') && operation.segments.length !== segments.length) return false;
    const end = operation.segments.slice(-segments.length);
    return end.length === segments.length && end.every((each, index) => matches(each, segments[index] ?? ''));
  });
}

function matches(segment: string, pattern: string): boolean {
  return segment.startsWith('{') || segment === pattern;
}
