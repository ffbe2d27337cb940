import { thorough } from '@holdfast/test/support/thorough.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../runtime/logger.ts';
import { FakeProcess, FakeTime } from '../runtime/testing/fake-time.ts';
import { LeaseHolder } from './lease-holder.ts';
import { LeaseJudge } from './lease-judge.ts';
import type { LeaseTimes } from './lease-times.ts';
import { LeaseBucket, type Passage, SlowLeaseStore } from './testing/in-memory-lease-store.ts';

const times: LeaseTimes = { ttlMs: 1_000, marginMs: 100, renewEveryMs: 200 };
const log = createLogger('test', 'silent');
const stepMs = 50;

type Event =
  | { readonly type: 'pass' }
  | { readonly type: 'stop' | 'suspend' | 'continue' | 'drain' | 'restart'; readonly who: number }
  | { readonly type: 'network'; readonly who: number; readonly passage: Passage }
  | { readonly type: 'wall'; readonly who: number; readonly byMs: number };

const who = fc.nat(2);
const delay = fc.option(fc.oneof({ weight: 3, arbitrary: fc.nat(60) }, fc.nat(2_500)), {
  nil: undefined,
  freq: 4,
});
const passage = fc.record({ requestMs: delay, answerMs: delay });
const sound: Passage = { requestMs: 5, answerMs: 5 };
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Event>({ type: 'pass' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom('stop' as const, 'suspend' as const, 'drain' as const, 'restart' as const),
      who,
    }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('continue' as const), who }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('network' as const), who, passage }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('network' as const), who, passage: fc.constant(sound) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('wall' as const),
      who,
      byMs: fc.constantFrom(-3_600_000, -500, 500, 3_600_000),
    }),
  },
);

interface Life {
  readonly process: FakeProcess;
  readonly store: SlowLeaseStore;
  readonly holder: LeaseHolder;
  /** Held according to onHeld and onLost alone. */
  toldHeld: boolean;
}

class World {
  readonly time = new FakeTime();
  readonly bucket = new LeaseBucket();
  readonly lives: Life[] = [];
  /** Former lives: a process that was replaced may stand still somewhere and go on later. */
  readonly everybody: Life[] = [];
  readonly observer = new FakeProcess(this.time);
  readonly judge = new LeaseJudge(this.observer.clock, times);

  start(slot: number): void {
    const process = new FakeProcess(this.time, 1_000_000 * (slot + 1));
    const store = new SlowLeaseStore(this.bucket, this.time, process);
    store.passage = this.lives[slot]?.store.passage ?? (() => sound);
    const life: Life = {
      process,
      store,
      toldHeld: false,
      holder: new LeaseHolder({
        store,
        key: 'k',
        times,
        clock: process.clock,
        timers: process.timers,
        log,
        instance: `life-${this.everybody.length}`,
        host: 'edge',
        fields: {},
        onHeld: () => {
          life.toldHeld = true;
        },
        onLost: () => {
          life.toldHeld = false;
        },
      }),
    };
    this.lives[slot] = life;
    this.everybody.push(life);
    life.holder.start();
  }

  async happen(next: Event): Promise<void> {
    if (next.type === 'pass') return this.pass(4);
    const life = this.lives[next.who];
    if (!life) throw new Error('no life left');
    switch (next.type) {
      case 'stop':
        return life.process.stop();
      case 'suspend':
        return life.process.suspend();
      case 'continue':
        return life.process.continue();
      case 'drain':
        if (!life.process.isStandingStill()) void life.holder.giveUp();
        return;
      case 'restart':
        // The former life goes on as a twin that was never stopped: the worst that a restart can leave behind.
        this.start(next.who);
        return;
      case 'network':
        life.store.passage = () => next.passage;
        return;
      case 'wall':
        life.process.setWallClock(next.byMs);
    }
  }

  async pass(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      await this.time.advance(stepMs);
      this.check();
    }
  }

  check(): void {
    // remainingMs changes nothing: it also shows a process that stands still and would act when it goes on.
    const held = this.everybody.filter(({ holder }) => holder.remainingMs() > 0);
    expect(held.length, `${held.length} hold the lease at ${this.time.nowMs()} ms`).toBeLessThanOrEqual(1);
    for (const { holder, toldHeld } of held) {
      expect(holder.isHeld()).toBe(true);
      expect(toldHeld).toBe(true);
    }
    this.judge.see(this.bucket.list());
    const verdict = this.judge.verdict('k');
    if (verdict === 'dead' || verdict === 'given_up') expect(held).toEqual([]);
  }
}

describe('whatever is delayed, lost, stopped, suspended, restarted or drained', () => {
  it('no two processes hold a lease at once, and no holder is judged dead', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 40, size: 'max' }),
        fc.boolean(),
        async (all, suspends) => {
          // A wall clock that was set back hides a suspend that follows within the same lease: the only thing that the
          // larger of both clocks does not see. So a world has one or the other.
          const events = all.filter(({ type }) => type !== (suspends ? 'wall' : 'suspend'));
          const world = new World();
          for (const slot of [0, 1, 2]) world.start(slot);
          for (const next of events) {
            await world.happen(next);
            world.check();
          }
          // Once the faults are over, the lease has a holder again.
          for (const life of world.everybody) life.process.continue();
          for (const life of world.everybody) life.store.passage = () => sound;
          world.start(0);
          await world.pass(Math.ceil((2 * times.ttlMs + times.marginMs + 3_000) / stepMs));
          expect(world.everybody.filter(({ holder }) => holder.isHeld())).toHaveLength(1);
        },
      ),
      { numRuns: thorough(300) },
    );
  });
});
