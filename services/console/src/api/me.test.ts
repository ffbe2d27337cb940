import type { Me } from '@holdfast/shared/contracts/http/login-http.ts';
import { expect, it, vi } from 'vitest';

// The client of the API looks at the page for its address.
vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/' });
const { sitesWithout } = await import('./me.ts');
vi.unstubAllGlobals();

it('the sites at which a session keeps its commands from a user are those where the role is missing', () => {
  const me = {
    grants: [
      { role: 'operator', sites: ['hall-1'] },
      { role: 'viewer', sites: ['hall-2'] },
    ],
  } as unknown as Me;
  expect(sitesWithout(me, 'operator', ['hall-1', 'hall-2', ''])).toEqual(['hall-2', '']);
  expect(sitesWithout(me, 'operator', ['hall-1'])).toEqual([]);
  // The role is missing everywhere, so it is not a matter of sites.
  expect(sitesWithout(me, 'engineer', ['hall-1', 'hall-2'])).toEqual([]);
  const everywhere = { grants: [{ role: 'operator', sites: ['*'] }] } as unknown as Me;
  expect(sitesWithout(everywhere, 'operator', ['hall-1', ''])).toEqual([]);
});
