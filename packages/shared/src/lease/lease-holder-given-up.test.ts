import { describe, expect, it } from 'vitest';
import { answerLost, lost, prompt, World } from './testing/lease-world.ts';

describe('a drain', () => {
  it('is reported at once, and the lease stays held until it is given up', async () => {
    const world = new World();
    const { holder } = world.start('one');
    await world.time.advance(500);
    holder.markDraining();
    await world.time.advance(0);
    expect(world.value()?.state).toBe('draining');
    await world.time.advance(20_000);
    expect(holder.isHeld()).toBe(true);
    await world.time.until(holder.giveUp());
    expect(world.value()?.state).toBe('given_up');
    await world.time.advance(60_000);
    expect(world.value()?.state).toBe('given_up');
    expect(holder.isHeld()).toBe(false);
  });

  it('is reported at once also when a renewal is on its way', async () => {
    const world = new World();
    const { holder, store } = world.start('one');
    await world.time.advance(0);
    store.passage = () => ({ requestMs: 100, answerMs: 100 });
    await world.time.advance(2_050);
    holder.markDraining();
    await world.time.advance(300);
    expect(world.value()?.state).toBe('draining');
  });

  it('gives up although the answer to the last renewal was lost', async () => {
    const world = new World();
    const { holder, store } = world.start('one');
    await world.time.advance(0);
    store.passage = () => answerLost;
    await world.time.advance(2_000);
    const givenUp = holder.giveUp();
    store.passage = () => prompt;
    await world.time.until(givenUp);
    expect(world.value()?.state).toBe('given_up');
  });

  it('leaves the lease of another process alone', async () => {
    const world = new World();
    const one = world.start('one');
    await world.time.advance(0);
    const two = world.start('two', { isKnownDead: async () => true });
    await world.time.advance(500);
    await world.time.until(one.holder.giveUp());
    expect(world.value()).toMatchObject({ instance: 'two', state: 'active' });
    expect(two.holder.isHeld()).toBe(true);
  });

  it('ends although the broker is unavailable', async () => {
    const world = new World();
    const { holder, store } = world.start('one');
    await world.time.advance(0);
    store.passage = () => lost;
    await world.time.until(holder.giveUp(), 20_000);
    expect(holder.isHeld()).toBe(false);
  });
});

describe('a lease that a supervisor took because its holder seemed dead', () => {
  const fence = JSON.stringify({
    v: 1,
    instance: 'fence-1',
    state: 'given_up',
    renewals: 5,
    host: 'edge-1',
    void_up_to: 40,
    fenced: 'dead',
  });

  it('is held again only after the holder has learnt up to where all it had is void', async () => {
    const world = new World();
    const { holder, process, happened } = world.start('one');
    await world.time.advance(0);
    process.stop();
    await world.time.advance(11_000);
    world.bucket.write('collector-a', fence, world.bucket.read('collector-a')?.revision ?? 0);
    expect(holder.voidUpTo()).toBe(0);
    process.continue();
    await world.time.advance(5_000);
    expect(happened).toEqual(['held', 'expired', 'held']);
    expect(holder.voidUpTo()).toBe(40);
  });

  it('tells every later holder', async () => {
    const world = new World();
    world.bucket.write('collector-a', fence, 0);
    const first = world.start('one');
    await world.time.advance(0);
    expect(first.holder.voidUpTo()).toBe(40);
    expect(world.value()).toMatchObject({ instance: 'one', state: 'active', void_up_to: 40 });
    expect(world.value()?.fenced).toBeUndefined();
    await world.time.until(first.holder.giveUp());
    const second = world.start('two');
    await world.time.advance(1_000);
    expect(second.holder.voidUpTo()).toBe(40);
    expect(world.value()).toMatchObject({ instance: 'two', void_up_to: 40 });
  });

  it('is held again, and voids nothing, where an epoch that does not exist yet was forged', async () => {
    const world = new World();
    world.bucket.write('collector-a', fence.replace('40', '1000000'), 0);
    const { holder } = world.start('one', { lastEvent: async () => 50 });
    await world.time.advance(5_000);
    // The answering node may have lagged.
    expect(holder.isHeld()).toBe(false);
    await world.time.advance(10_000);
    expect(holder.isHeld()).toBe(true);
    expect(holder.voidUpTo()).toBe(0);
    expect(world.value()?.void_up_to).toBeUndefined();
  });
});
