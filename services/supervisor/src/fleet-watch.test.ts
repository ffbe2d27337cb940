import { parseLeaseValue } from '@holdfast/shared/contracts/lease-value.ts';
import type { CollectorRights } from '@holdfast/shared/identities/collector-identities.ts';
import { LeaseJudge } from '@holdfast/shared/lease/lease-judge.ts';
import { LeaseBucket, SlowLeaseStore } from '@holdfast/shared/lease/testing/in-memory-lease-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { describe, expect, it } from 'vitest';
import { FleetWatch } from './fleet-watch.ts';
import { LeadChoice } from './lead-choice.ts';

class World {
  readonly time = new FakeTime();
  readonly bucket = new LeaseBucket();
  identity: CollectorRights | undefined;
  readonly process = new FakeProcess(this.time);
  readonly watch = new FleetWatch({
    collectors: new SlowLeaseStore(this.bucket, this.time, this.process),
    judge: new LeaseJudge(this.process.clock, { ttlMs: 3_000, marginMs: 500, renewEveryMs: 500 }),
    clock: this.process.clock,
    reconcileIntervalMs: 1_000,
    choice: new LeadChoice({
      ...{ instance: 'supervisor-1', times: { ttlMs: 3_000 }, reconcileIntervalMs: 1_000 },
      ...{ clock: this.process.clock, log: createLogger('test', 'silent'), onResign: () => undefined },
    }),
    callForRenewals: () => undefined,
    identityOf: () => this.identity,
    log: createLogger('test', 'silent'),
  });

  renew(renewals: number, state = 'active', more: object = {}): void {
    const about = { host: 'edge-1', started_at: 'then', capacity: 5 };
    const value = { v: 1, instance: 'one', state, renewals, ...about, ...more };
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
    expect(world.watch.fleet(100).get('A')?.verdict).toBe('dead');
    expect(await world.time.until(world.watch.fence('A', 40))).toBe(true);
    expect(world.lease()).toMatchObject({ state: 'given_up', void_up_to: 40, fenced: 'dead', capacity: 5 });
    expect(world.watch.fleet(100).get('A')).toMatchObject({
      verdict: 'given_up',
      voidUpTo: 40,
      fenced: 'dead',
    });
  });

  it('is not taken when it was renewed since', async () => {
    const world = new World();
    world.renew(1);
    await world.look(6_000);
    world.renew(2);
    expect(await world.time.until(world.watch.fence('A', 40))).toBe(false);
    expect(world.lease()).toMatchObject({ instance: 'one', state: 'active' });
    await world.look(0);
    expect(world.watch.fleet(100).get('A')).toMatchObject({ verdict: 'alive', voidUpTo: 0 });
  });
});

describe('a lease that says that epochs are void which do not exist yet', () => {
  const forged = { void_up_to: 1e15 };

  it('voids nothing, and is taken like any other when it is over, with what is true', async () => {
    const world = new World();
    world.renew(1, 'active', forged);
    await world.look(0);
    world.renew(2, 'active', forged);
    await world.look(1_000);
    expect(world.watch.fleet(100).get('A')).toMatchObject({ verdict: 'alive', voidUpTo: 0 });
    await world.look(6_000);
    expect(await world.time.until(world.watch.fence('A', 40, async () => 100))).toBe(true);
    expect(world.lease()).toMatchObject({ state: 'given_up', void_up_to: 40 });
    expect(world.watch.fleet(100).get('A')?.voidUpTo).toBe(40);
  });

  it('is believed as far as another supervisor may have seen more of the log', async () => {
    const world = new World();
    world.renew(1, 'given_up', { void_up_to: 60 });
    await world.look(0);
    expect(world.watch.fleet(50).get('A')?.voidUpTo).toBe(0);
    expect(await world.time.until(world.watch.fence('A', 50, async () => 60))).toBe(true);
    expect(world.lease()).toMatchObject({ void_up_to: 60 });
  });
});

describe('a collector with an identity', () => {
  it('is known by that, also once it is changed, and by its lease when it has none any more', async () => {
    const world = new World();
    world.renew(1, 'active', { capacity: 99_000, labels: { site: 'hall-2' } });
    await world.look(0);
    world.identity = { capacity: 50, labels: { site: 'hall-1' } };
    expect(world.watch.fleet(100).get('A')).toMatchObject(world.identity);
    expect(world.watch.leases()).toMatchObject([{ collectorId: 'A', claimsMore: true }]);
    world.identity = { capacity: 100_000, labels: { site: 'hall-2', network: 'b' } };
    expect(world.watch.fleet(100).get('A')).toMatchObject({
      capacity: 99_000,
      labels: world.identity.labels,
    });
    expect(world.watch.leases()).toMatchObject([{ claimsMore: false }]);
    world.identity = undefined;
    expect(world.watch.fleet(100).get('A')).toMatchObject({ capacity: 99_000, labels: { site: 'hall-2' } });
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

  it('of which nothing is known is created, so that it cannot come up unnoticed', async () => {
    const world = new World();
    await world.look(0);
    expect(await world.time.until(world.watch.fence('A', 40))).toBe(true);
    expect(world.lease()).toMatchObject({ void_up_to: 40, fenced: 'dead' });
  });
});

describe('a fleet', () => {
  it('is unchanged only as long as it was looked at: not over an outage of the broker', async () => {
    const world = new World();
    const unchangedForMs = () => world.watch.unchangedForMs(world.watch.fleet(100));
    world.renew(1);
    await world.look(0);
    world.renew(2);
    await world.look(1_000);
    expect(world.watch.fleet(100).get('A')?.verdict).toBe('alive');
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
