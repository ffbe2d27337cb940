import { describe, expect, it } from 'vitest';
import type { CollectorRecord } from '../ports.ts';
import { missedSince, stateOf } from './collectors-view.ts';

const nowMs = Date.parse('2026-01-01T08:00:00.000Z');
const ago = (seconds: number) => new Date(nowMs - seconds * 1_000).toISOString();
const collector = (changes: Partial<CollectorRecord>): CollectorRecord => ({
  ...{ id: 'c1', state: 'active', isLost: false, stateSince: ago(600), lastHeartbeat: ago(1) },
  ...{ version: '1', host: 'h', startedAt: ago(600), formerLives: [], capacity: 10, labels: {}, ...changes },
});

describe('the state of a collector', () => {
  it.each([
    [collector({}), 0, 'active'],
    [collector({ state: 'draining' }), 2, 'draining'],
    [collector({ state: 'draining' }), 0, 'drained'],
    [collector({ lastHeartbeat: ago(16) }), 0, 'silent'],
    [collector({ lastHeartbeat: ago(61) }), 1, 'silent'],
    [collector({ lastHeartbeat: ago(61) }), 0, 'lost'],
    [collector({ state: 'given_up' }), 0, 'ended'],
    [collector({ state: 'given_up', isLost: true }), 0, 'lost'],
    [collector({ lastHeartbeat: undefined }), 0, 'active'],
  ] as const)('of %j with %d sessions is %s', (collectorOf, sessions, state) => {
    expect(stateOf(collectorOf, sessions, nowMs)).toBe(state);
  });

  it('tells since when it is missed', () => {
    expect(missedSince(collector({ lastHeartbeat: ago(61) }), nowMs)).toBe(ago(61));
    expect(missedSince(collector({ state: 'given_up', isLost: true }), nowMs)).toBe(ago(600));
    expect(missedSince(collector({ state: 'given_up' }), nowMs)).toBeUndefined();
  });
});
