import { describe, expect, it } from 'vitest';
import { FakeProcess } from '../runtime/testing/fake-time.ts';
import { LeaseJudge } from './lease-judge.ts';
import { NoAnswer } from './testing/in-memory-lease-store.ts';
import { lost, prompt, times, World } from './testing/lease-world.ts';

/** An observer that sees each write of the key at once. */
function judgeOf(world: World) {
  const judge = new LeaseJudge(new FakeProcess(world.time).clock, times);
  const watch = async (ms: number, until: () => boolean = () => false) => {
    for (let remainingMs = ms; remainingMs > 0 && !until(); remainingMs -= 250) {
      await world.time.advance(250);
      judge.see(world.bucket.list());
    }
  };
  return { watch, verdict: () => judge.verdict('collector-a'), brokerUnusable: () => judge.brokerUnusable() };
}

/**
 * Stores everything and confirms nothing, like a connection that is lost each time before the answer; all other requests
 * are answered.
 */
function loseConfirmations(world: World, { store, process }: ReturnType<World['start']>): () => void {
  store.write = (key, value, expectedRevision, timeoutMs = times.ttlMs) =>
    new Promise((_, reject) => {
      try {
        world.bucket.write(key, value, expectedRevision);
        process.timers.after(timeoutMs, () => reject(new NoAnswer('no answer in time')));
      } catch (error) {
        reject(error);
      }
    });
  return () => void Reflect.deleteProperty(store, 'write');
}

describe('a holder on a slow link', () => {
  it.each([1_600, 3_200, 4_600])('with answers after %i ms keeps its lease', async (answeredMs) => {
    const world = new World();
    const { holder, store, happened } = world.start('one');
    store.passage = () => ({ requestMs: answeredMs / 2, answerMs: answeredMs / 2 });
    await world.time.advance(10 * 60_000);
    expect(happened).toEqual(['held']);
    expect(holder.isHeld()).toBe(true);
  });

  it('keeps it over renewals of which every other gets no answer', async () => {
    const world = new World();
    const { store, happened } = world.start('one');
    let sent = 0;
    store.passage = () => {
      sent += 1;
      return sent % 2 === 0 ? lost : { requestMs: 1_500, answerMs: 1_500 };
    };
    await world.time.advance(10 * 60_000);
    expect(happened).toEqual(['held']);
  });
});

describe('a holder whose renewals arrive and are never confirmed', () => {
  it('says so, is taken for dead for it, and acts by none of what it has sent', async () => {
    const world = new World();
    const one = world.start('one');
    const { watch, verdict } = judgeOf(world);
    await watch(4_000);
    expect(verdict()).toBe('alive');
    const beganMs = world.time.nowMs();
    loseConfirmations(world, one);
    await watch(60_000, () => verdict() === 'dead');
    expect(world.value()?.starved).toBe(true);
    // A lease, its margin, and half a lease in which one prompt answer would have ended it.
    expect(world.time.nowMs() - beganMs).toBeLessThan(19_000);
    await watch(60_000);
    expect(verdict()).toBe('dead');
    expect(one.happened).toEqual(['held', 'expired']);
    expect(one.holder.isHeld()).toBe(false);
  });

  it('makes room for another process that waits for the key', async () => {
    const world = new World();
    const one = world.start('one');
    await world.time.advance(3_000);
    loseConfirmations(world, one);
    const two = world.start('two');
    await world.time.advance(25_000);
    expect(two.holder.isHeld()).toBe(true);
    await world.time.advance(60_000);
    expect(one.happened).toEqual(['held', 'expired']);
  });

  it('holds it again once answers come in time, if it was not taken meanwhile', async () => {
    const world = new World();
    const one = world.start('one');
    const { watch, verdict } = judgeOf(world);
    await watch(4_000);
    const heal = loseConfirmations(world, one);
    await watch(40_000);
    heal();
    one.store.passage = () => ({ requestMs: 1_600, answerMs: 1_600 });
    await watch(25_000);
    expect(one.happened).toEqual(['held', 'expired', 'held']);
    expect(one.holder.isHeld()).toBe(true);
    expect(world.value()?.starved).toBeUndefined();
    expect(verdict()).toBe('alive');
  });
});

describe('a holder that was cut off for a minute', () => {
  it('is not taken for dead by what it says first', async () => {
    const world = new World();
    const { store, happened } = world.start('one');
    const { watch, verdict, brokerUnusable } = judgeOf(world);
    await watch(4_000);
    store.passage = () => lost;
    await world.time.advance(60_000);
    store.passage = () => prompt;
    // The judge was disconnected as well.
    brokerUnusable();
    const verdicts = new Set<string | undefined>();
    await watch(20_000, () => {
      verdicts.add(verdict());
      return false;
    });
    expect([...verdicts]).not.toContain('dead');
    expect(happened).toEqual(['held', 'expired', 'held']);
  });
});

describe('a holder that may not hold the lease for now', () => {
  it('lets go of it at once, leaves it to another, and takes it again when it may and the other is gone', async () => {
    const world = new World();
    let may = true;
    const one = world.start('one', { mayHold: () => may });
    const two = world.start('two');
    await world.time.advance(4_000);
    expect(one.holder.isHeld()).toBe(true);
    may = false;
    expect(one.holder.isHeld()).toBe(false);
    one.holder.renewNow();
    await world.time.advance(1_000);
    expect(one.happened).toEqual(['held', 'resigned']);
    expect(two.holder.isHeld()).toBe(true);
    may = true;
    await world.time.advance(30_000);
    expect(one.holder.isHeld()).toBe(false);
    await world.time.until(two.holder.giveUp());
    await world.time.advance(1_000);
    expect(one.holder.isHeld()).toBe(true);
  });
});
