import { expect, it } from 'vitest';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from './lease-store.ts';

/** No write is given up because the machine is busy. */
const patienceMs = 20_000;

/** A record without the time of its write, which not every store reports. */
const withoutTime = ({ key, value, revision }: LeaseRecord) => ({ key, value, revision });

/** The contract of lease stores. `waitFor` gives the store the time it needs. */
export function leaseStoreContract(
  open: () => Promise<LeaseStore>,
  waitFor: (condition: () => boolean, what: string) => Promise<unknown>,
): void {
  it('has no record of a key that was never written, and no keys at first', async () => {
    const store = await open();
    expect(await store.read('a')).toBeUndefined();
    expect(await store.list()).toEqual([]);
  });

  it('gives back what was written, with a revision that rises', async () => {
    const store = await open();
    const first = await store.write('a', 'one', 0, patienceMs);
    expect(await store.read('a')).toMatchObject({ key: 'a', value: 'one', revision: first });
    const second = await store.write('a', 'two', first, patienceMs);
    expect(second).toBeGreaterThan(first);
    expect(await store.read('a')).toMatchObject({ key: 'a', value: 'two', revision: second });
  });

  it('refuses a write that expects another revision, and keeps what is there', async () => {
    const store = await open();
    const first = await store.write('a', 'one', 0, patienceMs);
    const second = await store.write('a', 'two', first, patienceMs);
    for (const expected of [0, first, second + 100]) {
      await expect(store.write('a', 'late', expected, patienceMs)).rejects.toBeInstanceOf(LeaseConflict);
    }
    await expect(store.write('b', 'late', 5, patienceMs)).rejects.toBeInstanceOf(LeaseConflict);
    expect((await store.list()).map(withoutTime)).toEqual([{ key: 'a', value: 'two', revision: second }]);
  });

  it('lets one of several writers win', async () => {
    const store = await open();
    const writes = Array.from({ length: 8 }, (_, n) => store.write('a', `${n}`, 0, patienceMs));
    const results = await Promise.allSettled(writes);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(LeaseConflict);
    }
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect((await store.read('a'))?.value).toBe(`${winner}`);
  });

  it('lists every key once, as it is now', async () => {
    const store = await open();
    const expected: LeaseRecord[] = [];
    for (let n = 0; n < 30; n += 1) {
      const before = await store.write(`k${n}`, 'before', 0, patienceMs);
      const revision = await store.write(`k${n}`, 'now', before, patienceMs);
      expected.push({ key: `k${n}`, value: 'now', revision });
    }
    const byKey = (a: LeaseRecord, b: LeaseRecord) => a.key.localeCompare(b.key);
    expect((await store.list()).map(withoutTime).sort(byKey)).toEqual(expected.sort(byKey));
  });

  it('tells a watcher what is there and what changes, until it stops watching', async () => {
    const store = await open();
    const first = await store.write('a', 'one', 0, patienceMs);
    const records: LeaseRecord[] = [];
    const stop = await store.watch((record) => records.push(record));
    const second = await store.write('a', 'two', first, patienceMs);
    await waitFor(() => records.some(({ revision }) => revision === second), 'the change');
    expect(records.at(-1)).toMatchObject({ key: 'a', value: 'two', revision: second });
    stop();
    const otherSeen: LeaseRecord[] = [];
    const other = await store.watch((record) => otherSeen.push(record));
    const third = await store.write('a', 'three', second, patienceMs);
    await waitFor(
      () => otherSeen.some(({ revision }) => revision === third),
      'the change at another watcher',
    );
    expect(records.some(({ revision }) => revision === third)).toBe(false);
    other();
  });
}
