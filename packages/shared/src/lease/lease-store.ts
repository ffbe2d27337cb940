export interface LeaseRecord {
  readonly key: string;
  readonly value: string;
  /** Changes with every write of the key. */
  readonly revision: number;
  /** When it was written by the broker's clock, in ms since 1970: for people, not for judging. */
  readonly writtenAtMs?: number;
}

/**
 * The store of leases. Callers may rely on this: of two writes that expect the same revision, one wins; `read` and
 * `list` may be stale, so only an accepted write proves anything; `watch` is a hint that may be missed.
 */
export interface LeaseStore {
  read(key: string): Promise<LeaseRecord | undefined>;
  list(): Promise<LeaseRecord[]>;
  /**
   * @param expectedRevision 0: the key must not exist
   * @param timeoutMs as long as answers take now, unless said
   * @returns the new revision
   * @throws LeaseConflict when the key was written by another client, or by an earlier attempt of the caller
   */
  write(key: string, value: string, expectedRevision: number, timeoutMs?: number): Promise<number>;
  watch(onChange: (record: LeaseRecord) => void): Promise<() => void>;
}

export class LeaseConflict extends Error {
  override readonly name = 'LeaseConflict';
}
