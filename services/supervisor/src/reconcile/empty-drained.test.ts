import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import { describe, expect, it } from 'vitest';
import { emptyDrained } from './empty-drained.ts';
import type { Collector, Fleet } from './fleet.ts';
import { Occupancy } from './occupancy.ts';
import type { Placed } from './rebalance.ts';

const drained = { verdict: 'draining', isToBeEmptied: true } as const;

function fleetOf(collectors: Readonly<Record<string, Partial<Collector>>>): Fleet {
  return new Map(
    Object.entries(collectors).map(([collectorId, rest]) => [
      collectorId,
      { collectorId, verdict: 'alive', capacity: 10, labels: {}, voidUpTo: 0, ...rest },
    ]),
  );
}

function moved(fleet: Fleet, sessions: Readonly<Record<string, Partial<SessionNeeds>>>, on = 'c1'): string[] {
  const occupancy = new Occupancy();
  const placed = Object.entries(sessions).map(
    ([taskId, { labels = {}, drivers, endpoints = [] }]): Placed => ({
      taskId,
      collectorId: on,
      needs: { labels, ...(drivers && { drivers }), endpoints },
      heldForMs: 0,
    }),
  );
  for (const { taskId, needs } of placed) occupancy.add(on, `${taskId}-1`, needs);
  return emptyDrained(fleet, placed, occupancy).map(({ taskId }) => taskId);
}

describe('a collector that is to stay up without work', () => {
  it('has all its sessions taken where another collector is up', () => {
    expect(moved(fleetOf({ c1: drained, c2: {} }), { 1: {}, 2: {} })).toEqual(['1', '2']);
  });

  it('keeps them where there is none', () => {
    expect(moved(fleetOf({ c1: drained, c2: { verdict: 'dead' } }), { 1: {} })).toEqual([]);
    expect(moved(fleetOf({ c1: drained, c2: drained }), { 1: {} })).toEqual([]);
  });

  it('is another than one that ends: that one gives its sessions back by itself', () => {
    expect(moved(fleetOf({ c1: { verdict: 'draining' }, c2: {} }), { 1: {} })).toEqual([]);
    expect(moved(fleetOf({ c1: {}, c2: {} }), { 1: {} })).toEqual([]);
  });

  it('keeps what no other collector has the labels or the drivers for', () => {
    const fleet = fleetOf({ c1: drained, c2: { labels: { site: 'b' } } });
    expect(moved(fleet, { 1: { labels: { site: 'a' } }, 2: { labels: { site: 'b' } } })).toEqual(['2']);
    expect(moved(fleet, { 1: { drivers: { mqtt: 'meter' } }, 2: {} })).toEqual(['2']);
  });

  it('gives others no more than they may hold', () => {
    expect(moved(fleetOf({ c1: drained, c2: { capacity: 2 } }), { 1: {}, 2: {}, 3: {} })).toHaveLength(2);
  });

  it('has those that share endpoints, over any number of steps, taken together or not at all', () => {
    const chain = { 1: { endpoints: ['a'] }, 2: { endpoints: ['c'] }, 3: { endpoints: ['a', 'b', 'c'] } };
    expect(moved(fleetOf({ c1: drained, c2: { capacity: 2 } }), { ...chain, 4: {} })).toEqual(['4']);
    expect(moved(fleetOf({ c1: drained, c2: { capacity: 3 } }), chain).sort()).toEqual(['1', '2', '3']);
    const fleet = fleetOf({ c1: drained, c2: { labels: { x: '1' } }, c3: { labels: { y: '1' } } });
    const split = {
      1: { endpoints: ['a'], labels: { x: '1' } },
      2: { endpoints: ['a'], labels: { y: '1' } },
    };
    expect(moved(fleet, split)).toEqual([]);
  });
});
