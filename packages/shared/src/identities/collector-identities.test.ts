import { describe, expect, it } from 'vitest';
import { grantedRights } from './collector-identities.ts';
import { parseLabels } from './collector-labels.ts';

const identity = { capacity: 50, labels: { site: 'hall-1' } };

describe('a collector', () => {
  it('without an account of its own is given what its lease says', () => {
    const lease = { capacity: 7, labels: { site: 'hall-2' } };
    expect(grantedRights(lease, undefined)).toEqual({ ...lease, excess: undefined });
    expect(grantedRights(undefined, undefined)).toEqual({ capacity: 0, labels: {}, excess: undefined });
  });

  it('with one gets what its identity says, and what its lease claims beyond it is reported', () => {
    const claimed = { capacity: 99, labels: { site: 'hall-1', network: 'all' } };
    expect(grantedRights(claimed, identity)).toEqual({ ...identity, excess: 'network=all, capacity 99' });
    expect(grantedRights({ capacity: 9, labels: { site: 'hall-2' } }, identity)).toEqual({
      ...{ capacity: 9, labels: identity.labels },
      excess: 'site=hall-2',
    });
  });

  it('that says nothing of itself claims nothing', () => {
    const quiet = { capacity: 10_000, labels: {} };
    expect(grantedRights(quiet, identity)).toEqual({ ...identity, excess: undefined });
    // A lease of unknown form is a reason to give the collector nothing.
    expect(grantedRights(undefined, identity)).toMatchObject({ capacity: 0 });
  });

  it('tells its drivers by itself, and its identity takes none away unless it names some', () => {
    const drivers = { 'driver.melsec': 'yes', 'driver.mqtt': 'yes' };
    const claimed = { capacity: 50, labels: { site: 'hall-1', ...drivers } };
    expect(grantedRights(claimed, identity)).toEqual({
      ...identity,
      labels: { site: 'hall-1', ...drivers },
      excess: undefined,
    });
    const bound = { ...identity, labels: { 'driver.mqtt': 'yes', 'driver.modbus_tcp': 'yes' } };
    expect(grantedRights({ capacity: 50, labels: drivers }, bound)).toEqual({
      ...bound,
      labels: { 'driver.mqtt': 'yes' },
      excess: undefined,
    });
  });

  it('that calls something else a driver is not believed', () => {
    const claimed = { capacity: 50, labels: { 'driver.melsec': 'no', 'driver.': 'x', driver: 'yes' } };
    expect(grantedRights(claimed, identity)).toEqual({
      ...identity,
      excess: 'driver.melsec=no, driver.=x, driver=yes',
    });
    expect(parseLabels('driver.melsec=no')).toContain('must read driver.melsec=yes');
  });

  it('whose key was revoked gets no work, whatever it claims', () => {
    const revoked = { capacity: 0, labels: {} };
    expect(grantedRights({ capacity: 5, labels: { a: 'b' } }, revoked)).toMatchObject(revoked);
  });
});
