import { roles } from '@holdfast/shared/contracts/api-key.ts';
import { operationOf } from '../../services/api/src/http/openapi.ts';
import { type Route, tags } from '../../services/api/src/http/route.ts';
import { allRoutes } from '../../services/api/testing/all-routes.ts';
import { code, page, type Row, table } from './markdown.ts';

export function rightsPage(): string {
  const names = Object.keys(tags) as (keyof typeof tags)[];
  return page([
    '# Rights of each role',
    'The lowest role that a call needs, and where that role must hold ([sites](docs/security.md#sites)): at all sites, at the sites of what the request names, or at any site, in which case the answer lists only what belongs to the caller’s sites.',
    ...names.flatMap((tag) => {
      const routes = allRoutes.filter((route) => route.tag === tag && route.role !== 'open');
      return routes.length === 0 ? [] : [`## ${tag}`, table(head, routes.map(rowOf))];
    }),
  ]);
}

const head = ['Right', 'Call', ...roles, 'Sites'];

function rowOf(route: Route): Row {
  const { summary, role, sites } = route;
  const marks = roles.map((each) =>
    role !== 'open' && (role === 'known' || roles.indexOf(each) >= roles.indexOf(role)) ? '✓' : '–',
  );
  const where = sites === 'all' ? 'all' : sites === 'own' ? 'any; lists its own' : 'those named';
  return [summary, code(operationOf(route)), ...marks, where];
}
