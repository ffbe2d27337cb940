import { describe, expect, it } from 'vitest';
import {
  deviceOf,
  isDryRun,
  problemOf,
  reasonOf,
  remarkOf,
  sessionOf,
  targetOf,
  writtenOf,
} from './entry-facts.ts';

const things = (...all: [thing: string, name: string][]) => ({
  form: 'things',
  things: all.map(([thing, name]) => ({ thing, name })),
});

describe('the target of an audit entry', () => {
  it.each([
    ['session 7-3', things(['session', '7-3'])],
    ['task 7, session 7-3', things(['task', '7'], ['session', '7-3'])],
    ['device press 1 point set point', things(['device', 'press 1'], ['point', 'set point'])],
    ['device press, session 2', things(['device', 'press, session 2'])],
    ['quarantine', things(['quarantine', ''])],
    ['5 points', { form: 'many', kind: 'point', count: 5 }],
    ['/api/system/keys', { form: 'text', text: '/api/system/keys' }],
    ['recipe 7', { form: 'text', text: 'recipe 7' }],
    ['', { form: 'text', text: '' }],
  ])('is read: %s', (target, read) => {
    expect(targetOf({ target })).toEqual(read);
  });

  it('names the device by its id where the call did, else by its code', () => {
    const changed = { target: 'device 5', data: { path: '/api/config/devices/5/copies/' } };
    expect(deviceOf(changed)).toEqual({ id: 5 });
    expect(deviceOf({ target: 'device 5', data: { path: '/api/config/devices/' } })).toEqual({ code: '5' });
    expect(deviceOf({ target: 'device 5', data: { change_set: 7, session: '7-3' } })).toEqual({ id: 5 });
    expect(deviceOf({ target: 'device press point first', data: {} })).toEqual({ code: 'press' });
    expect(deviceOf({ target: 'session 7-3' })).toEqual({});
  });

  it('names the session, also one whose readings led to a change', () => {
    expect(sessionOf({ target: 'task 7, session 7-3' })).toBe('7-3');
    expect(sessionOf({ target: 'device 5', data: { session: '7-3' } })).toBe('7-3');
    expect(sessionOf({ target: 'session' })).toBeUndefined();
  });
});

describe('an audit entry', () => {
  it('has the reason that was sent, in the body or the query', () => {
    expect(reasonOf({ data: { body: { reason: 'mould change' } } })).toBe('mould change');
    expect(reasonOf({ data: { query: { reason: 'new gear' } } })).toBe('new gear');
    expect(reasonOf({ data: { body: { reason: 7 } } })).toBe('');
    expect(reasonOf({})).toBe('');
  });

  it('tells a dry run', () => {
    expect(isDryRun({ data: { body: { dry_run: true } } })).toBe(true);
    expect(isDryRun({ data: { body: { dry_run: false } } })).toBe(false);
  });

  it('has the code of a problem, and no other words', () => {
    expect(problemOf({ outcome: 'refused', detail: 'role_too_low' })).toBe('role_too_low');
    expect(problemOf({ outcome: 'refused', detail: 'the point is not marked writable' })).toBeUndefined();
    expect(problemOf({ outcome: 'done', detail: 'learned' })).toBeUndefined();
  });

  it('has a remark where its detail is neither a code nor the reason', () => {
    const detail = 'the point is not marked writable';
    expect(remarkOf({ outcome: 'refused', detail })).toBe(detail);
    expect(remarkOf({ outcome: 'refused', detail: 'role_too_low' })).toBe('');
    expect(remarkOf({ outcome: 'requested', detail: 'recipe 7', data: { reason: 'recipe 7' } })).toBe('');
  });

  it('has the values of a write, zero and false among them', () => {
    const data = { value: 0, before: { value: false }, read_back: { value: null } };
    expect(writtenOf({ action: 'point.write', data })).toEqual({ before: 'false', asked: '0', after: '' });
    expect(writtenOf({ action: 'point.update', data })).toBeUndefined();
  });
});
