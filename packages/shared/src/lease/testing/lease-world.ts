import { parseLeaseValue } from '../../contracts/lease-value.ts';
import { createLogger } from '../../runtime/logger.ts';
import { FakeProcess, FakeTime } from '../../runtime/testing/fake-time.ts';
import { LeaseHolder, type LeaseHolderOptions } from '../lease-holder.ts';
import type { LeaseTimes } from '../lease-times.ts';
import { LeaseBucket, SlowLeaseStore } from './in-memory-lease-store.ts';

export const times: LeaseTimes = { ttlMs: 10_000, marginMs: 1_000, renewEveryMs: 2_000 };
export const hourMs = 3_600_000;
export const log = createLogger('test', 'silent');

export class World {
  readonly time = new FakeTime();
  readonly bucket = new LeaseBucket();

  start(instance: string, options: Partial<LeaseHolderOptions> = {}) {
    const process = new FakeProcess(this.time);
    const store = new SlowLeaseStore(this.bucket, this.time, process);
    const happened: string[] = [];
    const holder = new LeaseHolder({
      store,
      key: 'collector-a',
      times,
      clock: process.clock,
      timers: process.timers,
      log,
      instance,
      host: 'edge-1',
      fields: { capacity: 5 },
      onHeld: () => happened.push('held'),
      onLost: (why) => happened.push(why),
      ...options,
    });
    holder.start();
    return { holder, process, store, happened };
  }

  value() {
    return parseLeaseValue(this.bucket.read('collector-a')?.value ?? '');
  }
}

export const lost = { requestMs: undefined, answerMs: undefined };
export const answerLost = { requestMs: 0, answerMs: undefined };
export const prompt = { requestMs: 0, answerMs: 0 };
