import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';

const together = 60_000;
/** Beyond that, the oldest kind is recorded before its minute is over. */
const kindsAtMost = 10_000;

interface Kind {
  readonly sinceMs: number;
  readonly first: AuditEntry;
  /** Those after the first. */
  count: number;
}

/**
 * Keeps refused requests in the audit log without letting a caller flood it: the first of a kind at once, those that
 * follow within a minute together as one entry with their `count`.
 */
export class Refusals {
  readonly #record: (entry: AuditEntry) => void;
  readonly #nowMs: () => number;
  /** In the order in which they began. */
  readonly #kinds = new Map<string, Kind>();

  /** @param nowMs of a clock that never jumps */
  constructor({
    record,
    nowMs = () => performance.now(),
  }: { record: (entry: AuditEntry) => void; nowMs?: () => number }) {
    this.#record = record;
    this.#nowMs = nowMs;
  }

  /** @param kind caller, route and code: what counts as the same */
  note(kind: string, entry: () => AuditEntry): void {
    this.tellOver();
    const ofKind = this.#kinds.get(kind);
    if (ofKind) {
      ofKind.count += 1;
      return;
    }
    const [oldest] = this.#kinds.size >= kindsAtMost ? this.#kinds.keys() : [];
    if (oldest !== undefined) this.#tell(oldest);
    const first = entry();
    this.#kinds.set(kind, { sinceMs: this.#nowMs(), first, count: 0 });
    this.#record(first);
  }

  /** Records the kinds whose minute is over. */
  tellOver(): void {
    const until = this.#nowMs() - together;
    for (const [kind, { sinceMs }] of this.#kinds) {
      if (sinceMs > until) return;
      this.#tell(kind);
    }
  }

  tellAll(): void {
    for (const kind of this.#kinds.keys()) this.#tell(kind);
  }

  #tell(kind: string): void {
    const ofKind = this.#kinds.get(kind);
    this.#kinds.delete(kind);
    if (!ofKind || ofKind.count === 0) return;
    const { first, count } = ofKind;
    const data = { ...first.data, count, since: first.time };
    this.#record({ ...first, id: randomUUID(), time: new Date().toISOString(), data });
  }
}
