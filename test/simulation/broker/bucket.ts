import type { LeaseRecord } from '@holdfast/shared/lease/lease-store.ts';
import type { World } from '../kernel/world.ts';

type Watcher = (record: LeaseRecord) => void;

/** A key-value bucket with compare-and-set. Remembers the past, for reads that are answered by a follower. */
export class Bucket {
  readonly #world: World;
  readonly #records = new Map<string, { atMs: number; record: LeaseRecord }[]>();
  #revision = 0;
  readonly watchers = new Set<Watcher>();

  constructor(world: World) {
    this.#world = world;
  }

  /** @returns the new revision, undefined when another process has written the key */
  put(key: string, value: string, expectedRevision: number): number | undefined {
    if ((this.read(key, 0)?.revision ?? 0) !== expectedRevision) return undefined;
    this.#revision += 1;
    const record = { key, value, revision: this.#revision };
    const past = this.#records.get(key) ?? [];
    past.push({ atMs: this.#world.nowMs, record });
    if (past.length > 40) past.shift();
    this.#records.set(key, past);
    for (const watcher of this.watchers) watcher(record);
    return this.#revision;
  }

  /** @param staleMs how far the answering server lags behind */
  read(key: string, staleMs: number): LeaseRecord | undefined {
    const untilMs = this.#world.nowMs - staleMs;
    return this.#records.get(key)?.findLast(({ atMs }) => atMs <= untilMs)?.record;
  }

  list(staleMs: number): LeaseRecord[] {
    return [...this.#records.keys()].flatMap((key) => this.read(key, staleMs) ?? []);
  }

  forget(): void {
    this.#records.clear();
    this.#revision = 0;
  }
}
