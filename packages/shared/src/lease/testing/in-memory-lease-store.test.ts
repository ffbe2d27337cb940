import { describe } from 'vitest';
import { FakeProcess, FakeTime } from '../../runtime/testing/fake-time.ts';
import { leaseStoreContract } from '../lease-store.contract.ts';
import { LeaseBucket, SlowLeaseStore } from './in-memory-lease-store.ts';

describe('the lease store of simulations', () => {
  leaseStoreContract(
    async () => {
      const time = new FakeTime();
      const store = new SlowLeaseStore(new LeaseBucket(), time, new FakeProcess(time));
      return {
        read: (key) => time.until(store.read(key)),
        list: () => time.until(store.list()),
        write: (...args) => time.until(store.write(...args)),
        watch: (onChange) => store.watch(onChange),
      };
    },
    async (condition) => condition(),
  );
});
