import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { roles } from '@holdfast/shared/contracts/api-key.ts';
import { expect, it } from 'vitest';
import { operationOf } from '../../services/api/src/http/openapi.ts';
import { type Route, tags } from '../../services/api/src/http/route.ts';
import { allRoutes } from '../../services/api/testing/all-routes.ts';

const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'security.md'), 'utf8');

const head = `| Right | Call | ${roles.join(' | ')} | Sites |\n|---|---|${roles.map(() => '---').join('|')}|---|`;

function rowOf(route: Route): string {
  const { summary, role, sites } = route;
  const may = roles.map((each) =>
    role !== 'open' && (role === 'known' || roles.indexOf(each) >= roles.indexOf(role)) ? '✓' : '–',
  );
  const where = sites === 'all' ? 'all' : sites === 'own' ? 'some: lists those' : 'of what is named';
  return `| ${summary} | \`${operationOf(route)}\` | ${may.join(' | ')} | ${where} |`;
}

it('docs/security.md has the table of rights as the routes declare them', () => {
  const tagNames = Object.keys(tags);
  const rows = allRoutes
    .filter(({ role }) => role !== 'open')
    .sort((one, other) => tagNames.indexOf(one.tag) - tagNames.indexOf(other.tag))
    .map(rowOf);
  expect(rows.length).toBeGreaterThan(45);
  // On a difference, the expected text is the table that belongs there.
  expect(page.slice(page.indexOf('| Right |'))).toBe(`${[head, ...rows].join('\n')}\n`);
});
