import { randomUUID } from 'node:crypto';
import { parseCollectorLease } from '@holdfast/shared/contracts/collector-lease.ts';
import { type LeaseValue, parseLeaseValue } from '@holdfast/shared/contracts/lease-value.ts';
import type { LeaseJudge, LeaseVerdict } from '@holdfast/shared/lease/lease-judge.ts';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from '@holdfast/shared/lease/lease-store.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Collector, Fleet } from './reconcile/fleet.ts';

/** A key that is no collector's id: written to prove that the lease bucket takes writes. */
const probeKey = 'probe.supervisor';

export interface FleetWatchOptions {
  readonly collectors: LeaseStore;
  readonly judge: LeaseJudge;
  readonly clock: Clock;
  readonly reconcileIntervalMs: number;
  /** Asks every collector to renew its lease now; a hint. */
  readonly callForRenewals: () => void;
}

/** Knows the collectors, and which of them are alive. */
export class FleetWatch {
  readonly #options: FleetWatchOptions;
  #lookedAtMs: number | undefined;
  #listedAtMs = Number.NEGATIVE_INFINITY;
  #members: string | undefined;
  #membersSinceMs = 0;

  constructor(options: FleetWatchOptions) {
    this.#options = options;
  }

  /**
   * Reads all leases while proving that the bucket takes writes: during a leader election reads can still be
   * answered although no holder can renew, and that silence must not be taken for death.
   */
  async look(): Promise<void> {
    const { collectors, judge, clock, reconcileIntervalMs } = this.#options;
    const now = clock.monotonicMs();
    if (now - this.#listedAtMs < reconcileIntervalMs / 2 && judge.nextDeathInMs() > 0) return;
    const sinceLast = this.#lookedAtMs === undefined ? 0 : now - this.#lookedAtMs;
    this.#lookedAtMs = now;
    // This process stood still itself: what it did not see in that time says nothing.
    if (sinceLast > 3 * reconcileIntervalMs + 2_000) this.brokerUnusable();
    try {
      const probe = await collectors.read(probeKey);
      await collectors.write(probeKey, String(now), probe?.revision ?? 0, 1_000).catch((error: unknown) => {
        // Another supervisor's probe was first: the bucket takes writes.
        if (!(error instanceof LeaseConflict)) throw error;
      });
      const askedAtMs = clock.monotonicMs();
      const leases = await collectors.list();
      judge.see(
        leases.filter(({ key }) => key !== probeKey),
        askedAtMs,
      );
      this.#listedAtMs = clock.monotonicMs();
      if (this.hasUnproven()) this.#options.callForRenewals();
    } catch (error) {
      this.brokerUnusable();
      throw error;
    }
  }

  /** ms until a collector that stays silent can be called dead; Infinity when none is silent. */
  nextDeathInMs(): number {
    return this.#options.judge.nextDeathInMs();
  }

  /** True while a collector may be alive of which no renewal was seen yet. */
  hasUnproven(): boolean {
    const { judge } = this.#options;
    return [...judge.keys()].some((key) => judge.verdict(key) === 'unproven');
  }

  /** Silence while the broker could not be used says nothing about anybody. */
  brokerUnusable(): void {
    this.#options.judge.brokerUnusable();
    this.#members = undefined;
  }

  /** A lease was written. @returns whether that changed a verdict: renewals come all the time */
  notice(record: LeaseRecord): boolean {
    if (record.key === probeKey) return false;
    const { judge } = this.#options;
    const before = judge.verdict(record.key);
    judge.notice(record);
    return judge.verdict(record.key) !== before;
  }

  fleet(): Fleet {
    const { judge } = this.#options;
    const fleet = new Map<string, Collector>();
    for (const collectorId of judge.keys()) {
      const record = judge.record(collectorId);
      const lease = record && parseCollectorLease(record.value);
      const verdict = judge.verdict(collectorId);
      // A lease that cannot be read, of a newer release, is a reason to give it nothing, not to take what it holds.
      if (verdict) {
        fleet.set(collectorId, {
          collectorId,
          verdict,
          capacity: lease?.capacity ?? 0,
          labels: lease?.labels ?? {},
          voidUpTo: lease?.void_up_to ?? 0,
          isToBeEmptied: lease?.stays_up,
          fenced: lease?.fenced,
        });
      }
    }
    return fleet;
  }

  /**
   * Takes the lease of a collector whose lease is over. From then on it must acquire it anew before it acts again,
   * and learns by that what it has lost: everything up to `voidUpTo`. Only the accepted write proves that the
   * collector has not come back since it was judged.
   * @param voidUpTo a sequence of SESSIONS that is not below any epoch that is going to be given to others
   * @returns whether the lease was taken
   */
  async fence(collectorId: string, voidUpTo: number): Promise<boolean> {
    const { collectors, judge, clock } = this.#options;
    const record = judge.record(collectorId);
    const verdict = judge.verdict(collectorId) ?? 'dead';
    if (verdict !== 'dead' && verdict !== 'given_up') return false;
    const former = record && parseLeaseValue(record.value);
    const value = JSON.stringify({
      ...(former ?? { v: 1, renewals: 0, host: '', started_at: new Date(0).toISOString(), capacity: 1 }),
      instance: `fence-${randomUUID()}`,
      state: 'given_up',
      stays_up: undefined,
      ...silenceOf(former, record, clock),
      void_up_to: Math.max(voidUpTo, former?.void_up_to ?? 0),
      fenced: former?.fenced ?? verdict,
    });
    try {
      const revision = await collectors.write(collectorId, value, record?.revision ?? 0, 2_000);
      judge.notice({ key: collectorId, value, revision });
      return true;
    } catch (error) {
      if (!(error instanceof LeaseConflict)) throw error;
      // It is back, or another supervisor was first: the next look shows which.
      this.#listedAtMs = Number.NEGATIVE_INFINITY;
      return false;
    }
  }

  /** The age of each lease's last change that was seen, and the verdict that follows. */
  leases(): { collectorId: string; verdict: LeaseVerdict; ageMs: number }[] {
    const { judge } = this.#options;
    return [...judge.keys()].flatMap((collectorId) => {
      const verdict = judge.verdict(collectorId);
      const ageMs = judge.changedAgoMs(collectorId);
      return verdict && ageMs !== undefined ? [{ collectorId, verdict, ageMs }] : [];
    });
  }

  /** How long ago the collector gave a sign of life, in ms; 0 when it is not known. */
  silentForMs(collectorId: string): number {
    return this.#options.judge.changedAgoMs(collectorId) ?? 0;
  }

  /**
   * For how long the same collectors have been seen alive without a break, in ms: after an outage of the broker they first
   * go on with what they have, and are not given something else meanwhile.
   */
  unchangedForMs(fleet: Fleet): number {
    const nowMs = this.#options.clock.monotonicMs();
    const members = [...fleet.values()]
      .map(({ collectorId, verdict }) => `${collectorId}:${verdict}`)
      .join(' ');
    if (members !== this.#members) {
      this.#members = members;
      this.#membersSinceMs = nowMs;
    }
    return nowMs - this.#membersSinceMs;
  }
}

/** Since when it is given up, for people, and when its holder last gave a sign of life; fencing it again changes neither. */
function silenceOf(
  former: LeaseValue | undefined,
  record: LeaseRecord | undefined,
  clock: Clock,
): Pick<LeaseValue, 'state_since' | 'last_renewed_at'> {
  if (former?.fenced) return { state_since: former.state_since, last_renewed_at: former.last_renewed_at };
  const writtenAt =
    record?.writtenAtMs === undefined ? undefined : new Date(record.writtenAtMs).toISOString();
  const isOver = former?.state === 'given_up';
  return {
    state_since: isOver ? former.state_since : new Date(clock.wallMs()).toISOString(),
    last_renewed_at: writtenAt,
  };
}
