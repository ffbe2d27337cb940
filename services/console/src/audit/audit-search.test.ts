import { expect, it } from 'vitest';
import { auditSearch } from './audit-search.ts';

const nothing = auditSearch({});

it('the address of the audit trail keeps what the API understands', () => {
  const search = {
    ...{ who: 'anna', target: 'session 7-3', action: 'session.stop', outcome: 'refused' },
    ...{ trace: '0123456789abcdef0123456789abcdef', entry: 'AUDIT-7', from: '-7d', to: undefined },
  };
  expect(auditSearch(search)).toEqual(search);
  expect(auditSearch({ action: 'session', target: 7 })).toMatchObject({ action: 'session', target: '7' });
});

it.each([
  { who: '' },
  { who: 'a'.repeat(201) },
  { who: ['anna'] },
  { target: { of: 'session' } },
  { action: 'Session.stop' },
  { action: 'session.stop.now' },
  { action: '%' },
  { outcome: 'maybe' },
  { trace: 'abc' },
  { entry: true },
  { from: 'whenever' },
  { other: 'thing' },
])('and leaves out %j', (search) => {
  expect(auditSearch(search)).toEqual(nothing);
});
