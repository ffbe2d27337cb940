import { LeaseJudge } from '@holdfast/shared/lease/lease-judge.ts';
import { LeaseBucket, SlowLeaseStore } from '@holdfast/shared/lease/testing/in-memory-lease-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { describe, expect, it } from 'vitest';
import { FleetWatch } from './fleet-watch.ts';
import { LeadChoice } from './lead-choice.ts';

const times = { ttlMs: 10_000, marginMs: 1_000, renewEveryMs: 2_000 };
const log = createLogger('test', 'silent');

/** Supervisors that look at the same leases, each over a link of its own. */
class World {
  readonly time = new FakeTime();
  readonly #bucket = new LeaseBucket();

  supervisor(instance: string) {
    const process = new FakeProcess(this.time);
    const { clock } = process;
    const reconcileIntervalMs = 2_000;
    let resigned = 0;
    const choice = new LeadChoice({
      ...{ instance, times, reconcileIntervalMs, clock, log },
      onResign: () => {
        resigned += 1;
      },
    });
    const store = new SlowLeaseStore(this.#bucket, this.time, process);
    const judge = new LeaseJudge(clock, times);
    const watch = new FleetWatch({
      ...{ collectors: store, judge, clock, reconcileIntervalMs, choice, log },
      callForRenewals: () => undefined,
      identityOf: () => undefined,
    });
    void store.watch((record) => watch.notice(record));
    let isUp = true;
    const look = async (): Promise<void> => {
      if (!isUp) return;
      await watch.look().catch(() => undefined);
      this.time.after(reconcileIntervalMs, look);
    };
    void look();
    const beat = (): void => {
      watch.beat();
      process.timers.after(1_000, beat);
    };
    beat();
    return {
      choice,
      watch,
      renew: (renewals: number) => {
        const lease = {
          v: 1,
          instance: 'one',
          state: 'active',
          renewals,
          host: 'edge-1',
          started_at: 'then',
        };
        this.#bucket.write(
          'A',
          JSON.stringify({ ...lease, capacity: 5 }),
          this.#bucket.read('A')?.revision ?? 0,
        );
      },
      slow: (roundTripMs: number) => {
        store.passage = () => ({ requestMs: roundTripMs / 2, answerMs: roundTripMs / 2 });
      },
      /** No request arrives; what others write is seen all the same. */
      cutOff: () => {
        store.passage = () => ({ requestMs: undefined, answerMs: undefined });
      },
      stop: () => {
        isUp = false;
      },
      resigned: () => resigned,
    };
  }
}

describe('a leader on a slow link', () => {
  it('resigns for a faster supervisor, and stands back as long as there is one', async () => {
    const world = new World();
    const [slow, fast] = [world.supervisor('slow'), world.supervisor('fast')];
    await world.time.advance(10_000);
    expect(slow.choice.mayLead()).toBe(true);
    slow.slow(3_200);
    await world.time.advance(10_000);
    for (let looks = 0; looks < 20; looks += 1) {
      await world.time.advance(1_000);
      expect(slow.choice.mayLead()).toBe(false);
      expect(fast.choice.mayLead()).toBe(true);
    }
    expect(slow.resigned()).toBe(1);
    fast.stop();
    await world.time.advance(10_000);
    expect(slow.choice.mayLead()).toBe(true);
  });

  it('resigns for it also where its own looks get no answer', async () => {
    const world = new World();
    const [cut] = [world.supervisor('cut'), world.supervisor('fast')];
    await world.time.advance(10_000);
    cut.cutOff();
    await world.time.advance(15_000);
    expect(cut.choice.mayLead()).toBe(false);
  });

  it('may lead again once its link is as fast', async () => {
    const world = new World();
    const [slow] = [world.supervisor('slow'), world.supervisor('fast')];
    slow.slow(3_200);
    await world.time.advance(20_000);
    expect(slow.choice.mayLead()).toBe(false);
    slow.slow(0);
    await world.time.advance(10_000);
    expect(slow.choice.mayLead()).toBe(true);
  });

  it('goes on where it is alone, or all are as slow', async () => {
    const world = new World();
    const one = world.supervisor('one');
    one.slow(3_200);
    await world.time.advance(30_000);
    expect(one.resigned()).toBe(0);
    const other = world.supervisor('other');
    other.slow(2_400);
    await world.time.advance(60_000);
    expect([one.resigned(), other.resigned()]).toEqual([0, 0]);
  });

  it('calls a silent collector dead, however long its own passes take', async () => {
    const world = new World();
    const one = world.supervisor('one');
    one.renew(1);
    one.slow(4_500);
    await world.time.advance(10_000);
    one.renew(2);
    await world.time.advance(10_000);
    expect(one.watch.fleet(100).get('A')?.verdict).toBe('alive');
    await world.time.advance(15_000);
    expect(one.watch.fleet(100).get('A')?.verdict).toBe('dead');
  });
});

describe('a leader that completes no pass for as long as a lease lasts', () => {
  it('leaves the lead to another supervisor, and not when it is alone', async () => {
    const world = new World();
    const one = world.supervisor('one');
    one.choice.passBegan();
    await world.time.advance(30_000);
    expect(one.choice.mayLead()).toBe(true);
    world.supervisor('other');
    await world.time.advance(5_000);
    expect(one.choice.mayLead()).toBe(false);
    expect(one.resigned()).toBe(1);
  });

  it('goes on as long as its pass makes progress', async () => {
    const world = new World();
    const [one] = [world.supervisor('one'), world.supervisor('other')];
    one.choice.passBegan();
    for (let passedMs = 0; passedMs < 60_000; passedMs += 5_000) {
      await world.time.advance(5_000);
      one.choice.progressed();
    }
    expect(one.choice.mayLead()).toBe(true);
  });
});
