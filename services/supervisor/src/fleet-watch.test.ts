import { parseLeaseValue } from '@holdfast/shared/contracts/lease-value.ts';
import { LeaseJudge } from '@holdfast/shared/lease/lease-judge.ts';
import { LeaseBucket, SlowLeaseStore } from '@holdfast/shared/lease/testing/in-memory-lease-store.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { describe, expect, it } from 'vitest';
import { FleetWatch } from './fleet-watch.ts';

class World {
  readonly time = new FakeTime();
  readonly bucket = new LeaseBucket();
  readonly process = new FakeProcess(this.time);
  readonly watch = new FleetWatch({
    collectors: new SlowLeaseStore(this.bucket, this.time, this.process),
    judge: new LeaseJudge(this.process.clock, { ttlMs: 3_000, marginMs: 500, renewEveryMs: 500 }),
    clock: this.process.clock,
    reconcileIntervalMs: 1_000,
    callForRenewals: () => undefined,
  });

  renew(renewals: number, state = 'active'): void {
    const value = { v: 1, instance: 'one', state, renewals, host: 'edge-1', started_at: 'then', capacity: 5 };
    this.bucket.write('A', JSON.stringify(value), this.bucket.read('A')?.revision ?? 0);
  }

  lease() {
    return parseLeaseValue(this.bucket.read('A')?.value ?? '');
  }

  async look(forMs: number): Promise<void> {
    for (let passed = 0; passed < forMs; passed += 1_000) {
      await this.time.until(this.watch.look());
      await this.time.advance(1_000);
    }
    await this.time.until(this.watch.look());
  }
}

describe('the lease of a collector that was judged dead', () => {
  it('is taken, and says up to where all that the collector had is void', async () => {
    const world = new World();
    world.renew(1);
    await world.look(6_000);
    expect(world.watch.fleet().get('A')?.verdict).toBe('dead');
    expect(await world.time.until(world.watch.fence('A', 40))).toBe(true);
    expect(world.lease()).toMatchObject({ state: 'given_up', void_up_to: 40, fenced: 'dead', capacity: 5 });
    expect(world.watch.fleet().get('A')).toMatchObject({ verdict: 'given_up', voidUpTo: 40, fenced: 'dead' });
  });

  it('is not taken when it was renewed since', async () => {
    const world = new World();
    world.renew(1);
    await world.look(6_000);
    world.renew(2);
    expect(await world.time.until(world.watch.fence('A', 40))).toBe(false);
    expect(world.lease()).toMatchObject({ instance: 'one', state: 'active' });
    await world.look(0);
    expect(world.watch.fleet().get('A')).toMatchObject({ verdict: 'alive', voidUpTo: 0 });
  });
});

describe('the lease of a collector', () => {
  it('that is alive is not taken', async () => {
    const world = new World();
    world.renew(1);
    await world.look(0);
    world.renew(2);
    await world.look(1_000);
    expect(await world.time.until(world.watch.fence('A', 40))).toBe(false);
    expect(world.lease()?.instance).toBe('one');
  });

  it('that gave it up is taken as such', async () => {
    const world = new World();
    world.renew(1, 'given_up');
    await world.look(0);
    expect(await world.time.until(world.watch.fence('A', 40))).toBe(true);
    expect(world.lease()).toMatchObject({ void_up_to: 40, fenced: 'given_up' });
  });

  it('of which nobody knows anything is made, so that it cannot come up unnoticed', async () => {
    const world = new World();
    await world.look(0);
    expect(await world.time.until(world.watch.fence('A', 40))).toBe(true);
    expect(world.lease()).toMatchObject({ void_up_to: 40, fenced: 'dead' });
  });
});

describe('a fleet', () => {
  it('is unchanged only as long as it was looked at: not over an outage of the broker', async () => {
    const world = new World();
    const unchangedForMs = () => world.watch.unchangedForMs(world.watch.fleet());
    world.renew(1);
    await world.look(0);
    world.renew(2);
    await world.look(1_000);
    expect(world.watch.fleet().get('A')?.verdict).toBe('alive');
    expect(unchangedForMs()).toBe(0);
    await world.time.advance(2_000);
    expect(unchangedForMs()).toBe(2_000);
    world.watch.brokerUnusable();
    await world.time.advance(2_000);
    world.renew(3);
    await world.look(0);
    expect(unchangedForMs()).toBe(0);
    await world.time.advance(1_000);
    expect(unchangedForMs()).toBe(1_000);
  });
});
