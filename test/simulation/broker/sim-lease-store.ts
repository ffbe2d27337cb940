import { parseLeaseValue } from '@holdfast/shared/contracts/lease-value.ts';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from '@holdfast/shared/lease/lease-store.ts';
import type { Bucket } from './bucket.ts';
import { type Link, NoAnswer } from './link.ts';

export interface SimLeaseStoreOptions {
  readonly bucket: Bucket;
  readonly link: Link;
  /** How far the server that answers a read may lag behind, in ms; drawn again for each read. */
  readonly staleness: () => number;
}

/** A lease bucket over a link. */
export class SimLeaseStore implements LeaseStore {
  readonly #options: SimLeaseStoreOptions;
  /** True time at which the last confirmed write that gives a lease was sent: answers may overtake one another. */
  confirmedSentAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: SimLeaseStoreOptions) {
    this.#options = options;
  }

  read(key: string): Promise<LeaseRecord | undefined> {
    const { bucket, link, staleness } = this.#options;
    return link.request(`read lease ${key}`, () => bucket.read(key, staleness()), 5_000);
  }

  list(): Promise<LeaseRecord[]> {
    const { bucket, link, staleness } = this.#options;
    return link.request('list leases', () => bucket.list(staleness()), 5_000);
  }

  async write(key: string, value: string, expectedRevision: number, timeoutMs = 1_000): Promise<number> {
    const { bucket, link } = this.#options;
    const { world } = link.process;
    const { fenced, starved } = parseLeaseValue(value) ?? {};
    const sentAtMs = world.nowMs;
    let isStored = false;
    const put = () => {
      const revision = bucket.put(key, value, expectedRevision);
      isStored ||= revision !== undefined;
      return revision;
    };
    try {
      const revision = await link.request(`write lease ${key}`, put, timeoutMs);
      if (fenced) {
        link.process.tell(
          `takes the lease of ${key} (${fenced}): ${revision === undefined ? 'refused' : 'done'}`,
        );
        world.note(
          revision === undefined ? 'a lease could not be taken: renewed meanwhile' : `lease taken: ${fenced}`,
        );
      }
      if (revision === undefined) throw new LeaseConflict(`${key} was written by another process`);
      if (starved) world.note('lease renewal: starved');
      else this.confirmedSentAtMs = Math.max(this.confirmedSentAtMs, sentAtMs);
      return revision;
    } catch (error) {
      if (error instanceof NoAnswer && isStored) world.note('lease renewal: answer lost, write stored');
      throw error;
    }
  }

  async watch(onChange: (record: LeaseRecord) => void): Promise<() => void> {
    const { bucket, link } = this.#options;
    const watcher = (record: LeaseRecord) => link.push(() => onChange(record));
    bucket.watchers.add(watcher);
    link.onReconnect(() => link.fire(() => bucket.list(0).forEach(watcher)));
    return () => bucket.watchers.delete(watcher);
  }
}
