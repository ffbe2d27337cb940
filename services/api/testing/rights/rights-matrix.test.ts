import { describe, expect, it } from 'vitest';
import { consoleRoutes } from '../../src/console/console-routes.ts';
import { type Route, route } from '../../src/http/route.ts';
import { pageRoutes } from '../../src/pages/page-routes.ts';
import { allRoutes, unused } from '../all-routes.ts';
import type { IdAt } from './places.ts';
import { callsOf, outcomeOf, testedGrants } from './rights-matrix.ts';

const idAt: IdAt = (kind, place) =>
  (place === 'both' && kind !== 'tasks' && kind !== 'sessions') || (kind === 'sites' && place === 'nowhere')
    ? undefined
    : 7;

describe('the matrix of rights', () => {
  it('asks every route, and each whose rights depend on what it names about something elsewhere', () => {
    for (const each of allRoutes) {
      const calls = callsOf(each, idAt);
      if (typeof each.sites !== 'function') continue;
      const refused = calls.filter(({ place }) =>
        testedGrants.some((grant) => outcomeOf(each, grant, place) === 'site_not_granted'),
      );
      expect(refused.length, `${each.method} ${each.url}`).toBeGreaterThan(0);
    }
  });

  it('refuses a route that was added and does not belong to it yet', () => {
    const added = (url: string): Route =>
      route({
        ...({ method: 'POST', url, role: 'engineer', action: 'recipe.load' } as const),
        sites: () => ({ devices: [1] }),
        ...({ tag: 'Devices', summary: 'Load a recipe' } as const),
        handler: async () => ({}),
      });
    for (const url of ['/api/config/recipes/:id', '/api/config/devices/recipes', '/api/recipes']) {
      expect(() => callsOf(added(url), idAt), url).toThrow('the matrix of rights knows nothing of');
    }
    expect(callsOf(added('/api/config/devices/:id/recipe'), idAt)).toHaveLength(3);
  });

  it('leaves out only pages, which are open to everybody', () => {
    const pages = [...consoleRoutes(unused as never), ...pageRoutes(unused as never)];
    expect(pages.length).toBeGreaterThan(5);
    for (const { method, url, role } of pages)
      expect(`${method} ${url} ${role}`).toBe(`${method} ${url} open`);
  });
});
