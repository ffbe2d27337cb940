import { describe, expect, it } from 'vitest';
import type { PlacementEvent } from '../placement/events.ts';
import { timedPlacements } from './timed-placements.ts';

const event = (type: PlacementEvent['type'], reason: string) => ({ type, reason }) as PlacementEvent;
const log = (...events: PlacementEvent[]) =>
  events.map((each, index) => ({ event: each, sequence: index + 1, timeMs: 1_000 * (index + 1) }));

describe('assignments of a session', () => {
  it('know since when their session was moved for balance or by a drain, and only that', () => {
    const events = log(
      event('session.assigned', 'start'),
      event('session.released', 'rebalance'),
      event('session.assigned', 'rebalance'),
      event('session.released', 'refused'),
      event('session.assigned', 'recovery'),
      event('session.released', 'rebalance'),
      event('session.assigned', 'resume'),
      event('session.assigned', 'rebalance'),
      event('session.released', 'drain'),
      event('session.assigned', 'drain'),
    );
    expect(timedPlacements(events)).toEqual([
      { timeMs: 1_000, epoch: 1, reason: 'start' },
      { timeMs: 3_000, epoch: 3, reason: 'rebalance', releasedMs: 2_000 },
      { timeMs: 5_000, epoch: 5, reason: 'recovery' },
      { timeMs: 7_000, epoch: 7, reason: 'resume' },
      { timeMs: 8_000, epoch: 8, reason: 'rebalance', releasedMs: undefined },
      { timeMs: 10_000, epoch: 10, reason: 'drain', releasedMs: 9_000 },
    ]);
  });
});
