import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { expect, it, vi } from 'vitest';

// The client of the API looks at the page for its address.
vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/' });
const { grantsOf, siteRolesOf, withRole } = await import('./site-roles.ts');
vi.unstubAllGlobals();

const grants: Grant[] = [
  { role: 'viewer', sites: ['*'] },
  { role: 'operator', sites: ['hall-1', 'hall-2'] },
];

it('grants are read as the highest role at each site, and written as few grants', () => {
  const roles = siteRolesOf([...grants, { role: 'viewer', sites: ['hall-1'] }]);
  expect(roles).toEqual(
    new Map([
      ['*', 'viewer'],
      ['hall-1', 'operator'],
      ['hall-2', 'operator'],
    ]),
  );
  expect(grantsOf(roles)).toEqual(grants);
});

it('a role that holds at all sites anyway is not granted at one of them', () => {
  const roles = withRole(siteRolesOf(grants), '*', 'engineer');
  expect(grantsOf(roles)).toEqual([{ role: 'engineer', sites: ['*'] }]);
  expect(grantsOf(withRole(roles, '*', undefined))).toEqual(grants.slice(1));
});

it('a site may have a code that objects have as a property', () => {
  const odd: Grant[] = [{ role: 'viewer', sites: ['constructor'] }];
  expect(grantsOf(siteRolesOf(odd))).toEqual(odd);
  expect(grantsOf(withRole(new Map(), 'constructor', 'viewer'))).toEqual(odd);
});
