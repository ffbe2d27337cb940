import { describe, expect, it } from 'vitest';
import { type GrantsByValue, mappedGrants } from './map-grants.ts';

const byValue: GrantsByValue = {
  'hall-1-shift': [{ role: 'operator', sites: ['hall-1'] }],
  'hall-2-shift': [
    { role: 'operator', sites: ['hall-2'] },
    { role: 'viewer', sites: ['*'] },
  ],
  engineers: [{ role: 'engineer', sites: ['*'] }],
  'all-halls': [{ role: 'operator', sites: ['*'] }],
};
const grantsOf = (claims: object, claim = 'groups') =>
  mappedGrants(claims as Record<string, unknown>, claim, byValue);

describe('the grants of a person of the company', () => {
  it('are the sum of what the groups give, one a role', () => {
    expect(grantsOf({ groups: ['hall-2-shift', 'canteen', 'hall-1-shift'] })).toEqual({
      ok: true,
      grants: [
        { role: 'operator', sites: ['hall-1', 'hall-2'] },
        { role: 'viewer', sites: ['*'] },
      ],
    });
    expect(grantsOf({ groups: ['hall-1-shift', 'all-halls'] })).toMatchObject({
      grants: [{ role: 'operator', sites: ['*'] }],
    });
  });

  it('come of a single value, and of a claim within others, by its path', () => {
    expect(grantsOf({ groups: 'engineers' })).toMatchObject({ ok: true });
    expect(grantsOf({ realm_access: { roles: ['engineers'] } }, 'realm_access.roles')).toMatchObject({
      ok: true,
    });
    expect(
      grantsOf({ 'https://plant.example/roles': ['engineers'] }, 'https://plant.example/roles'),
    ).toMatchObject({
      ok: true,
    });
  });

  it('are none, each with its reason', () => {
    expect(grantsOf({})).toEqual({ ok: false, why: 'no_claim' });
    expect(grantsOf({ groups: null })).toEqual({ ok: false, why: 'no_claim' });
    expect(grantsOf({ groups: [] })).toEqual({ ok: false, why: 'none_mapped' });
    expect(grantsOf({ groups: ['canteen'] })).toEqual({ ok: false, why: 'none_mapped' });
    expect(grantsOf({ _claim_names: { groups: 'src1' } })).toEqual({ ok: false, why: 'too_many' });
  });

  it('are never those of a name that every object has', () => {
    expect(grantsOf({ groups: ['constructor', '__proto__', 'toString'] })).toEqual({
      ok: false,
      why: 'none_mapped',
    });
    expect(grantsOf({}, 'constructor.name')).toEqual({ ok: false, why: 'no_claim' });
  });
});
