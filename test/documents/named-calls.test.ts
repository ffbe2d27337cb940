import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { operationOf } from '../../services/api/src/http/openapi.ts';
import { allRoutes } from '../../services/api/testing/all-routes.ts';

const root = join(import.meta.dirname, '..', '..');
const patterns = allRoutes.map(
  (route) =>
    new RegExp(
      `^${operationOf(route)
        .replaceAll('.', '\\.')
        .replace(/\{[^}]+\}/g, '[^/]+')}$`,
    ),
);

it('calls of the API that the documents name are there', async () => {
  const named = new Map<string, string>();
  for await (const page of glob(['*.md', 'docs/*.md', 'drivers/**/README.md'], {
    cwd: root,
    exclude: ['**/node_modules'],
  })) {
    const markdown = await readFile(join(root, page), 'utf8');
    for (const [, method, path = ''] of markdown.matchAll(
      /`(GET|POST|PATCH|DELETE) (\/(?:api|health|metrics)\S*?)[`? ]/g,
    )) {
      named.set(`${method} ${path.replace(/\/$/, '')}`, page);
    }
  }
  expect(named.size).toBeGreaterThan(10);
  const unknown = [...named].filter(([call]) => !patterns.some((pattern) => pattern.test(call)));
  expect(unknown).toEqual([]);
});
