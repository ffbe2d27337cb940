import { describe, expect, it } from 'vitest';
import { FakeProcess, FakeTime } from '../runtime/testing/fake-time.ts';
import { LeaseJudge } from './lease-judge.ts';
import type { LeaseRecord } from './lease-store.ts';

const times = { ttlMs: 10_000, marginMs: 1_000, renewEveryMs: 2_000 };

function key(name: string, revision: number, state = 'active'): LeaseRecord {
  const value = { v: 1, instance: `${name}-1`, state, renewals: revision, host: 'edge-1' };
  return { key: name, value: JSON.stringify(value), revision };
}

class World {
  readonly time = new FakeTime();
  readonly process = new FakeProcess(this.time);
  readonly judge = new LeaseJudge(this.process.clock, times);

  /** Lists the same keys every second for so long, as a healthy observer does. */
  async watch(ms: number, ...records: LeaseRecord[]): Promise<void> {
    for (let remainingMs = ms; remainingMs > 0; remainingMs -= 1_000) {
      await this.time.advance(Math.min(1_000, remainingMs));
      this.judge.see(records);
    }
  }
}

describe('the moment at which a silent holder can be called dead', () => {
  it('moves on with every renewal, and a look at just that moment shows the death', async () => {
    const world = new World();
    world.judge.see([key('a', 1)]);
    await world.watch(2_000, key('a', 2));
    expect(world.judge.nextDeathInMs()).toBe(10_000);
    await world.watch(2_000, key('a', 2));
    expect(world.judge.nextDeathInMs()).toBe(8_000);
    await world.time.advance(7_999);
    world.judge.see([key('a', 2)]);
    expect(world.judge.verdict('a')).toBe('alive');
    await world.time.advance(world.judge.nextDeathInMs());
    world.judge.see([key('a', 2)]);
    expect(world.judge.verdict('a')).toBe('dead');
  });

  it('is never for who is dead, has given up, or while the broker cannot be used', async () => {
    const world = new World();
    expect(world.judge.nextDeathInMs()).toBe(Number.POSITIVE_INFINITY);
    await world.watch(12_000, key('a', 1), key('b', 1, 'given_up'));
    expect(world.judge.verdict('a')).toBe('dead');
    expect(world.judge.nextDeathInMs()).toBe(Number.POSITIVE_INFINITY);
    world.judge.see([key('a', 2)]);
    expect(world.judge.nextDeathInMs()).toBe(11_000);
    world.judge.brokerUnusable();
    expect(world.judge.nextDeathInMs()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a lease', () => {
  it('that was never seen has no verdict', () => {
    expect(new World().judge.verdict('a')).toBeUndefined();
  });

  it('is unproven at first sight: its holder may be long dead', async () => {
    const { judge } = new World();
    judge.see([key('a', 1)]);
    expect(judge.verdict('a')).toBe('unproven');
  });

  it('is alive once a renewal was seen', async () => {
    const world = new World();
    world.judge.see([key('a', 1)]);
    await world.watch(2_000, key('a', 2));
    expect(world.judge.verdict('a')).toBe('alive');
  });

  it('is draining, or given up, when its holder says so', async () => {
    const world = new World();
    world.judge.see([key('a', 1)]);
    await world.watch(1_000, key('a', 2, 'draining'));
    expect(world.judge.verdict('a')).toBe('draining');
    await world.watch(1_000, key('a', 3, 'given_up'));
    expect(world.judge.verdict('a')).toBe('given_up');
    await world.watch(60_000, key('a', 3, 'given_up'));
    expect(world.judge.verdict('a')).toBe('given_up');
  });

  it('given up long ago is known as such at first sight, and alive once it is taken', async () => {
    const world = new World();
    world.judge.see([key('a', 7, 'given_up')]);
    expect(world.judge.verdict('a')).toBe('given_up');
    world.judge.see([key('a', 8)]);
    expect(world.judge.verdict('a')).toBe('alive');
  });

  it.each([
    { what: 'proven', first: [key('a', 1)], last: key('a', 2) },
    { what: 'unproven', first: [], last: key('a', 2) },
    { what: 'draining', first: [key('a', 1)], last: key('a', 2, 'draining') },
  ])('that is $what is dead after TTL and margin without a change, not before', async ({ first, last }) => {
    const world = new World();
    world.judge.see(first);
    world.judge.see([last]);
    await world.watch(10_999, last);
    expect(world.judge.verdict('a')).not.toBe('dead');
    await world.watch(1, last);
    expect(world.judge.verdict('a')).toBe('dead');
    // A change proves the contrary.
    world.judge.see([key('a', 3)]);
    expect(world.judge.verdict('a')).toBe('alive');
  });

  it('whose value says nothing is judged by its changes alone', async () => {
    const world = new World();
    world.judge.see([{ key: 'a', value: 'scribble', revision: 1 }]);
    world.judge.see([{ key: 'a', value: '{"v":2}', revision: 2 }]);
    expect(world.judge.verdict('a')).toBe('alive');
    await world.watch(11_000, { key: 'a', value: '{"v":2}', revision: 2 });
    expect(world.judge.verdict('a')).toBe('dead');
  });

  it('that was deleted is dead after the same silence', async () => {
    const world = new World();
    world.judge.see([key('a', 1), key('b', 1)]);
    world.judge.see([key('a', 2), key('b', 2)]);
    await world.watch(10_999, key('b', 2));
    expect(world.judge.verdict('a')).toBe('alive');
    await world.watch(1, key('b', 2));
    expect(world.judge.verdict('a')).toBe('dead');
  });

  it('is judged for itself', async () => {
    const world = new World();
    world.judge.see([key('a', 1), key('b', 1)]);
    for (let revision = 2; revision < 15; revision += 1) {
      await world.watch(1_000, key('a', 1), key('b', revision));
    }
    expect(world.judge.verdict('a')).toBe('dead');
    expect(world.judge.verdict('b')).toBe('alive');
    expect([...world.judge.keys()]).toEqual(['a', 'b']);
    expect(world.judge.record('b')?.revision).toBe(14);
  });
});

describe('silence', () => {
  async function alive(): Promise<World> {
    const world = new World();
    world.judge.see([key('a', 1)]);
    world.judge.see([key('a', 2)]);
    return world;
  }

  it('while the broker could not be used does not count', async () => {
    const world = await alive();
    await world.watch(9_000, key('a', 2));
    world.judge.brokerUnusable();
    await world.time.advance(60_000);
    expect(world.judge.verdict('a')).toBe('alive');
    world.judge.see([key('a', 2)]);
    await world.watch(10_999, key('a', 2));
    expect(world.judge.verdict('a')).toBe('alive');
    await world.watch(1, key('a', 2));
    expect(world.judge.verdict('a')).toBe('dead');
  });

  it('starts over with every outage, so that no process is declared dead while outages follow each other', async () => {
    const world = await alive();
    for (let outage = 0; outage < 10; outage += 1) {
      await world.watch(10_000, key('a', 2));
      world.judge.brokerUnusable();
    }
    world.judge.see([key('a', 2)]);
    expect(world.judge.verdict('a')).toBe('alive');
  });

  it('without a look does not count: the observer stood still after its last one', async () => {
    const world = await alive();
    await world.watch(2_000, key('a', 2));
    world.process.stop();
    await world.time.advance(60_000);
    world.process.continue();
    expect(world.judge.verdict('a')).toBe('alive');
  });

  it('does not count beyond the moment for which a late list speaks', async () => {
    const world = await alive();
    const askedAtMs = world.process.clock.monotonicMs();
    // The answer was on its way for long, or lay there while this process stood still.
    await world.time.advance(60_000);
    world.judge.see([key('a', 2)], askedAtMs);
    expect(world.judge.verdict('a')).toBe('alive');
  });

  it('does not count for the others when one key changes', async () => {
    const world = await alive();
    world.judge.see([key('a', 2), key('b', 1)]);
    await world.time.advance(60_000);
    world.judge.notice(key('b', 2));
    expect(world.judge.verdict('a')).toBe('alive');
    expect(world.judge.verdict('b')).toBe('alive');
  });

  it('is not lengthened by the wall clock', async () => {
    const world = await alive();
    await world.watch(2_000, key('a', 2));
    world.process.setWallClock(3_600_000);
    await world.watch(2_000, key('a', 2));
    expect(world.judge.verdict('a')).toBe('alive');
    world.process.setWallClock(-7_200_000);
    await world.watch(7_000, key('a', 2));
    expect(world.judge.verdict('a')).toBe('dead');
  });
});
