import { describe, expect, it } from 'vitest';
import { FakeProcess } from '../runtime/testing/fake-time.ts';
import { LeaseBucket, SlowLeaseStore } from './testing/in-memory-lease-store.ts';
import { answerLost, hourMs, lost, prompt, World } from './testing/lease-world.ts';

describe('a holder of a free lease', () => {
  it('holds it at once, renews it and says who it is', async () => {
    const world = new World();
    const { holder, happened } = world.start('one');
    await world.time.advance(0);
    expect(happened).toEqual(['held']);
    expect(holder.isHeld()).toBe(true);
    expect(world.value()).toMatchObject({
      instance: 'one',
      state: 'active',
      host: 'edge-1',
      capacity: 5,
      renewals: 1,
    });
    await world.time.advance(60_000);
    expect(holder.isHeld()).toBe(true);
    expect(world.value()?.renewals).toBe(31);
    expect(happened).toEqual(['held']);
  });

  it('renews it when it is asked to, and says when that is confirmed or will not be', async () => {
    const world = new World();
    const { holder, store } = world.start('one');
    await world.time.advance(1_900);
    store.passage = () => ({ requestMs: 0, answerMs: 300 });
    let isRenewed = false;
    void holder.renewedWithin(1_000).then(() => {
      isRenewed = true;
    });
    await world.time.advance(299);
    expect([isRenewed, holder.remainingMs()]).toEqual([false, 7_801]);
    await world.time.advance(1);
    expect([isRenewed, holder.remainingMs()]).toEqual([true, 9_700]);
    store.passage = () => lost;
    const begunMs = world.time.nowMs();
    await world.time.until(holder.renewedWithin(1_000));
    expect(world.time.nowMs() - begunMs).toBe(1_000);
    expect(holder.remainingMs()).toBe(8_700);
  });

  it('holds it from the moment of sending on, however late the answer', async () => {
    const world = new World();
    const { holder, store } = world.start('one');
    await world.time.advance(0);
    store.passage = () => ({ requestMs: 0, answerMs: 1_500 });
    await world.time.advance(2_000); // sent now
    expect(holder.remainingMs()).toBe(8_000);
    await world.time.advance(1_500); // answered now
    expect(holder.remainingMs()).toBe(8_500);
  });

  it('does not hold it when the first answer comes after its end', async () => {
    const world = new World();
    const { holder, store, happened } = world.start('one', {
      times: { ttlMs: 500, marginMs: 100, renewEveryMs: 400 },
    });
    store.passage = () => ({ requestMs: 0, answerMs: 600 });
    await world.time.advance(5_000);
    expect(holder.isHeld()).toBe(false);
    expect(happened).toEqual([]);
  });

  it('loses it exactly at its end when no renewal gets through, without being asked', async () => {
    const world = new World();
    const { holder, store, happened } = world.start('one');
    await world.time.advance(0);
    store.passage = () => lost;
    await world.time.advance(9_999);
    expect(holder.isHeld()).toBe(true);
    await world.time.advance(1);
    expect(happened).toEqual(['held', 'expired']);
    expect(holder.isHeld()).toBe(false);
    expect(holder.remainingMs()).toBe(0);
  });

  it('holds it again when a renewal still succeeds', async () => {
    const world = new World();
    const { holder, store, happened } = world.start('one');
    await world.time.advance(0);
    store.passage = () => lost;
    await world.time.advance(15_000);
    store.passage = () => prompt;
    await world.time.advance(3_000);
    expect(happened).toEqual(['held', 'expired', 'held']);
    expect(holder.isHeld()).toBe(true);
  });

  it('goes on from a renewal of its own whose answer was lost', async () => {
    const world = new World();
    const { holder, store, happened } = world.start('one');
    await world.time.advance(0);
    store.passage = () => answerLost;
    await world.time.advance(5_000);
    store.passage = () => prompt;
    await world.time.advance(4_000);
    expect(happened).toEqual(['held']);
    expect(holder.isHeld()).toBe(true);
    expect(holder.remainingMs()).toBeGreaterThan(7_000);
  });

  it('finds its own first write whose answer was lost', async () => {
    const world = new World();
    const { holder, store } = world.start('one');
    store.passage = () => answerLost;
    await world.time.advance(2_000);
    expect(holder.isHeld()).toBe(false);
    store.passage = () => prompt;
    await world.time.advance(4_000);
    expect(holder.isHeld()).toBe(true);
  });
});

describe('a holder whose clocks misbehave', () => {
  it('does not hold it longer when the wall clock is set back', async () => {
    const world = new World();
    const { holder, process, store, happened } = world.start('one');
    await world.time.advance(0);
    store.passage = () => lost;
    process.setWallClock(-hourMs);
    await world.time.advance(9_999);
    expect(holder.isHeld()).toBe(true);
    await world.time.advance(1);
    expect(holder.isHeld()).toBe(false);
    expect(happened).toEqual(['held', 'expired']);
  });

  it('ends early when the wall clock is set forward, and holds it again after the next renewal', async () => {
    const world = new World();
    const { holder, process, happened } = world.start('one');
    await world.time.advance(1_000);
    process.setWallClock(hourMs);
    expect(holder.isHeld()).toBe(false);
    await world.time.advance(2_000);
    expect(holder.isHeld()).toBe(true);
    expect(happened).toEqual(['held', 'expired', 'held']);
  });

  it('finds out before it acts that it stood still past the end', async () => {
    const world = new World();
    const { holder, process, happened } = world.start('one');
    await world.time.advance(0);
    process.stop();
    await world.time.advance(60_000);
    expect(holder.remainingMs()).toBe(0);
    process.continue();
    expect(holder.isHeld()).toBe(false);
    await world.time.advance(3_000);
    expect(happened).toEqual(['held', 'expired', 'held']);
  });

  it('finds out by the wall clock that its machine was suspended, while the monotonic clock stood still', async () => {
    const world = new World();
    const { holder, process } = world.start('one');
    await world.time.advance(0);
    process.suspend();
    await world.time.advance(hourMs);
    process.continue();
    expect(holder.isHeld()).toBe(false);
  });

  it('reports the loss also when it was not asked for before a renewal succeeds: others may have judged it dead', async () => {
    const world = new World();
    const { holder, process, happened } = world.start('one');
    await world.time.advance(1_000);
    process.suspend();
    await world.time.advance(hourMs);
    process.continue();
    await world.time.advance(3_000);
    expect(happened).toEqual(['held', 'expired', 'held']);
    expect(holder.isHeld()).toBe(true);
  });
});

describe('a second process with the same key', () => {
  it('waits for the whole time after the last change, then takes over; the first learns of it', async () => {
    const world = new World();
    const one = world.start('one');
    await world.time.advance(3_000);
    one.process.stop();
    const two = world.start('two');
    await world.time.advance(0); // sees the last change now
    expect(two.holder.sawOtherHolder()).toBe(false);
    await world.time.advance(10_999);
    expect(two.holder.isHeld()).toBe(false);
    await world.time.advance(501);
    expect(two.holder.isHeld()).toBe(true);

    one.process.continue();
    expect(one.holder.isHeld()).toBe(false);
    await world.time.advance(3_000);
    expect(one.happened).toEqual(['held', 'expired']);
    expect(one.holder.isHeld()).toBe(false);
    expect(two.holder.isHeld()).toBe(true);
    // And it does not come back while the other renews.
    await world.time.advance(60_000);
    expect(one.holder.isHeld()).toBe(false);
    expect(two.happened).toEqual(['held']);
  });

  it('that takes over before the first one’s end makes it lose the lease as taken', async () => {
    const world = new World();
    const one = world.start('one');
    await world.time.advance(0);
    const two = world.start('two', { isKnownDead: async () => true });
    await world.time.advance(2_500);
    expect(two.holder.isHeld()).toBe(true);
    expect(one.happened).toEqual(['held', 'taken']);
    expect(one.holder.isHeld()).toBe(false);
  });

  it('never takes over from one that renews, and knows that it was there', async () => {
    const world = new World();
    const one = world.start('one');
    await world.time.advance(0);
    const two = world.start('two');
    await world.time.advance(10 * 60_000);
    expect(one.holder.isHeld()).toBe(true);
    expect(two.happened).toEqual([]);
    expect(two.holder.sawOtherHolder()).toBe(true);
    expect(one.holder.sawOtherHolder()).toBe(false);
  });

  it('waits no shorter because its own wall clock is set forward', async () => {
    const world = new World();
    const one = world.start('one');
    await world.time.advance(0);
    const two = world.start('two');
    await world.time.advance(1_000);
    one.process.stop();
    two.process.setWallClock(hourMs);
    await world.time.advance(9_500);
    expect(two.holder.isHeld()).toBe(false);
    await world.time.advance(2_000);
    expect(two.holder.isHeld()).toBe(true);
  });

  it('takes over at once from one that has given up', async () => {
    const world = new World();
    const one = world.start('one');
    await world.time.advance(3_000);
    await world.time.until(one.holder.giveUp());
    expect(one.holder.isHeld()).toBe(false);
    expect(world.value()?.state).toBe('given_up');
    const two = world.start('two');
    await world.time.advance(0);
    expect(two.holder.isHeld()).toBe(true);
  });

  it('takes over at once from a value that says nothing', async () => {
    const world = new World();
    world.bucket.write('collector-a', 'scribble', 0);
    const { holder } = world.start('one');
    await world.time.advance(0);
    expect(holder.isHeld()).toBe(true);
  });

  it('that races with a third for a free lease: one of them holds it', async () => {
    const world = new World();
    const [two, three] = [world.start('two'), world.start('three')];
    two.store.passage = () => ({ requestMs: 10, answerMs: 10 });
    three.store.passage = () => ({ requestMs: 10, answerMs: 10 });
    await world.time.advance(5_000);
    expect([two, three].filter(({ holder }) => holder.isHeld())).toHaveLength(1);
    await world.time.advance(60_000);
    expect([two, three].filter(({ holder }) => holder.isHeld())).toHaveLength(1);
  });
});

describe('a holder whose renewal is refused', () => {
  const former = { v: 1, instance: 'former', state: 'given_up', renewals: 1, host: 'edge-2' };
  it.each([
    ['that lags behind for another holder', undefined, 0, 4_500],
    ['from before its time for a loss', former, 4_000, 2_500],
  ])('does not take a read %s', async (_what, before, heldForMs, lostForMs) => {
    const world = new World();
    if (before) world.bucket.write('collector-a', JSON.stringify(before), 0);
    const staleBefore = world.bucket.read('collector-a');
    const { holder, store, happened } = world.start('one');
    await world.time.advance(heldForMs);
    const stale = before ? staleBefore : world.bucket.read('collector-a');
    store.passage = () => answerLost;
    await world.time.advance(lostForMs);
    store.passage = () => prompt;
    store.read = async () => stale;
    await world.time.advance(1_500);
    expect(happened).toEqual(['held']);
    store.read = async (key) => world.bucket.read(key);
    await world.time.advance(2_000);
    expect(holder.remainingMs()).toBeGreaterThan(7_000);
    expect(happened).toEqual(['held']);
  });

  it('acquires it again when the bucket was emptied', async () => {
    const world = new World();
    const { holder, store, happened } = world.start('one');
    await world.time.advance(0);
    const emptied = new SlowLeaseStore(new LeaseBucket(), world.time, new FakeProcess(world.time));
    store.read = (key) => emptied.read(key);
    store.write = async (...args) => emptied.write(...args);
    await world.time.advance(5_000);
    expect(happened).toEqual(['held', 'taken', 'held']);
    expect(holder.isHeld()).toBe(true);
  });

  it('acquires it again when the bucket was set back to an older state', async () => {
    const world = new World();
    const { holder, store } = world.start('one');
    await world.time.advance(0);
    const restored = new LeaseBucket();
    restored.write('collector-a', world.bucket.read('collector-a')?.value ?? '', 0);
    await world.time.advance(20_000);
    const back = new SlowLeaseStore(restored, world.time, new FakeProcess(world.time));
    store.read = (key) => back.read(key);
    store.write = async (...args) => back.write(...args);
    await world.time.advance(20_000);
    expect(holder.isHeld()).toBe(true);
  });
});
