import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operationOf } from '../../services/api/src/http/openapi.ts';
import { allRoutes } from '../../services/api/testing/all-routes.ts';
import { codesIn, tableRows } from './markdown-tables.ts';

const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'api.md'), 'utf8');

/** Sections whose tables leave out the beginning of their paths. */
const below: Readonly<Record<string, string>> = {
  Sessions: '/api/acquisition/sessions/',
  System: '/api/system/',
  'Old sessions': '/api/system/',
};

/** Calls in tables, such as `POST {id}/pause/`; the others in the same cell have the same method. */
const inTables = tableRows(page).flatMap(({ section, cells }) => {
  const [first = '', ...others] = codesIn(cells[0] ?? '');
  const [, method, path = ''] = /^(GET|POST|PATCH|DELETE) (\S*)/.exec(first) ?? [];
  if (method === undefined) return [];
  const paths = [path, ...others.filter((code) => code.startsWith('{id}/'))];
  return paths.map((each) => `${method} ${each.startsWith('/') ? '' : (below[section] ?? '')}${each}`);
});
const inText = [
  ...page.matchAll(/`(GET|POST|PATCH|DELETE) (\/(?:api|health|metrics|docs|openapi)\S*?)[`? ]/g),
].map(([, method, path]) => `${method} ${path}`);
const calls = new Set([...inTables, ...inText].map((call) => call.replace(/\?.*$/, '').replace(/\/$/, '')));

const patterns = allRoutes.map(operationOf).map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
}));

describe('docs/api.md', () => {
  it('names no call that there is not', () => {
    expect(calls.size).toBeGreaterThan(35);
    expect([...calls].filter((call) => !patterns.some(({ pattern }) => pattern.test(call)))).toEqual([]);
  });

  it('names every call but the alike ones of configuration, which it tells together', () => {
    const missing = patterns
      .filter(({ pattern }) => ![...calls].some((call) => pattern.test(call)))
      .map(({ operation }) => operation);
    expect(
      missing.filter((each) => !/ \/api\/config\/(sites|devices|points|tasks)(\/\{id\})?$/.test(each)),
    ).toEqual([]);
    for (const kind of ['sites', 'devices', 'points', 'tasks']) expect(page).toContain(`\`${kind}\``);
  });
});
