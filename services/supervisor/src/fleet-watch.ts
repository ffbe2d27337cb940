import { randomUUID } from 'node:crypto';
import { type CollectorLease, parseCollectorLease } from '@holdfast/shared/contracts/collector-lease.ts';
import { type LeaseValue, parseLeaseValue } from '@holdfast/shared/contracts/lease-value.ts';
import { type CollectorRights, grantedRights } from '@holdfast/shared/identities/collector-identities.ts';
import type { LeaseJudge, LeaseVerdict } from '@holdfast/shared/lease/lease-judge.ts';
import { LeaseConflict, type LeaseRecord, type LeaseStore } from '@holdfast/shared/lease/lease-store.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { News } from '@holdfast/shared/runtime/news.ts';
import type { LeadChoice } from './lead-choice.ts';
import type { Collector, Fleet } from './reconcile/fleet.ts';

/** A key that is not a collector's id: written to prove that the lease bucket takes writes. */
const probeKey = 'probe.supervisor';
/** Most events by which another supervisor may be ahead of this one for a moment. */
const aheadAtMost = 100_000;
/** A claim that is not believed is logged once in so long. */
const claimsLoudEveryMs = 10 * 60_000;

export interface FleetWatchOptions {
  readonly collectors: LeaseStore;
  readonly judge: LeaseJudge;
  readonly clock: Clock;
  readonly reconcileIntervalMs: number;
  /** Measures the looks, and compares them with those of other supervisors. */
  readonly choice: LeadChoice;
  /** Asks every collector to renew its lease now; a hint. */
  readonly callForRenewals: () => void;
  /** The rights of a collector with an account of its own; claims beyond them are not believed. */
  readonly identityOf: (collectorId: string) => CollectorRights | undefined;
  readonly log: Logger;
}

export interface WatchedLease {
  readonly collectorId: string;
  readonly verdict: LeaseVerdict;
  /** ms since its last change was seen. */
  readonly ageMs: number;
  /** Whether it claims more than its collector's identity grants. */
  readonly claimsMore: boolean;
}

/** Whether a record of the lease bucket is what its readers expect under its key. */
export function isReadableLease({ key, value }: LeaseRecord): boolean {
  return key === probeKey || parseCollectorLease(value) !== undefined;
}

/** Knows the collectors, and which of them are alive. */
export class FleetWatch {
  readonly #options: FleetWatchOptions;
  #beatAtMs: number | undefined;
  /** Revision of the last known probe, or undefined if it has to be read. */
  #probeRevision: number | undefined;
  #listedAtMs = Number.NEGATIVE_INFINITY;
  #members: string | undefined;
  #membersSinceMs = 0;
  readonly #forgers = new News();
  readonly #claimants = new News(claimsLoudEveryMs);

  constructor(options: FleetWatchOptions) {
    this.#options = options;
  }

  /**
   * Reads all leases, and proves that the bucket takes writes. During a leader election reads may be answered although
   * no holder can renew: that silence must not be taken for death.
   */
  async look(): Promise<void> {
    const { collectors, judge, clock, reconcileIntervalMs, choice } = this.#options;
    const askedAtMs = clock.monotonicMs();
    if (askedAtMs - this.#listedAtMs < reconcileIntervalMs / 2 && judge.nextDeathInMs() > 0) return;
    this.beat();
    choice.lookBegan();
    let outcome: 'written' | 'second' | 'unanswered' = 'unanswered';
    try {
      // On a slow link each round trip counts, so both are asked at the same time.
      const [leases, isWritten] = await Promise.all([collectors.list(), this.#probe()]);
      judge.see(
        leases.filter(({ key }) => key !== probeKey),
        askedAtMs,
      );
      outcome = isWritten ? 'written' : 'second';
      this.#listedAtMs = clock.monotonicMs();
      if (this.hasUnproven()) this.#options.callForRenewals();
    } catch (error) {
      this.brokerUnusable();
      throw error;
    } finally {
      choice.lookEnded(outcome);
    }
  }

  /** Proves that the bucket takes writes. @returns whether it took this one @throws when it does not, or not in time */
  async #probe(): Promise<boolean> {
    const { collectors, clock, choice } = this.#options;
    for (let attempts = 0; attempts < 2; attempts += 1) {
      const revision = this.#probeRevision;
      try {
        const expected = revision ?? (await collectors.read(probeKey))?.revision ?? 0;
        const value = choice.probe() ?? String(clock.monotonicMs());
        this.#probeRevision = await collectors.write(probeKey, value, expected);
        return true;
      } catch (error) {
        // The revision may be outdated. Otherwise the probe of another supervisor was first, which shows as well that the
        // bucket takes writes; but this supervisor should be seen too.
        if (this.#probeRevision === revision) this.#probeRevision = undefined;
        if (!(error instanceof LeaseConflict)) throw error;
      }
    }
    return false;
  }

  /**
   * Call it regularly. When this process itself stood still, whatever it did not see in that time proves nothing.
   * Answers that are long in coming are no standstill.
   */
  beat(): void {
    const { clock, reconcileIntervalMs } = this.#options;
    const nowMs = clock.monotonicMs();
    const sinceLastMs = nowMs - (this.#beatAtMs ?? nowMs);
    this.#beatAtMs = nowMs;
    if (sinceLastMs > 3 * reconcileIntervalMs + 2_000) this.brokerUnusable();
  }

  /** ms until a silent collector can be called dead; Infinity when none is silent. */
  nextDeathInMs(): number {
    return this.#options.judge.nextDeathInMs();
  }

  /** True while some collector may be alive although no renewal from it was seen yet. */
  hasUnproven(): boolean {
    const { judge } = this.#options;
    return [...judge.keys()].some((key) => judge.verdict(key) === 'unproven');
  }

  /** Silence while the broker could not be used proves nothing about any collector. */
  brokerUnusable(): void {
    this.#options.judge.brokerUnusable();
    this.#members = undefined;
  }

  /** Takes a written lease, readable or not. @returns whether it changed a verdict: most writes are mere renewals */
  notice(record: LeaseRecord): boolean {
    const { judge, choice } = this.#options;
    if (record.key === probeKey) {
      this.#probeRevision = record.revision;
      choice.sawProbe(record.value);
      return false;
    }
    const before = judge.verdict(record.key);
    judge.notice(record);
    return judge.verdict(record.key) !== before;
  }

  /** @param lastEvent the last known sequence of SESSIONS: no epoch beyond it was voided */
  fleet(lastEvent: number): Fleet {
    const { judge } = this.#options;
    const fleet = new Map<string, Collector>();
    for (const collectorId of judge.keys()) {
      const record = judge.record(collectorId);
      const lease = record && parseCollectorLease(record.value);
      const verdict = judge.verdict(collectorId);
      // An unreadable lease, of a newer release, means that the collector gets nothing new; what it holds is not taken
      // from it.
      if (verdict) {
        fleet.set(collectorId, {
          collectorId,
          verdict,
          ...this.#granted(collectorId, lease),
          voidUpTo: this.#voidUpTo(collectorId, lease?.void_up_to ?? 0, lastEvent),
          isToBeEmptied: lease?.stays_up,
          emptiedBy: lease?.traceparent,
          fenced: lease?.fenced,
        });
      }
    }
    return fleet;
  }

  #granted(collectorId: string, lease: CollectorLease | undefined): CollectorRights {
    const { capacity, labels, excess } = grantedRights(lease, this.#options.identityOf(collectorId));
    if (excess !== undefined && this.#claimants.isNew(collectorId)) {
      this.#options.log.warn(
        { collector: collectorId, claims: excess },
        'a collector claims more than its identity has; that is not believed. Where it is right: identity.mjs change COLLECTOR --labels … --capacity …',
      );
    }
    return { capacity, labels };
  }

  #claimsMore(collectorId: string): boolean {
    const { judge, identityOf } = this.#options;
    const record = judge.record(collectorId);
    const lease = record && parseCollectorLease(record.value);
    return grantedRights(lease, identityOf(collectorId)).excess !== undefined;
  }

  /** Anybody with the collector's key can write a claim, so a forged one voids nothing and is logged. */
  #voidUpTo(collectorId: string, claimed: number, lastEvent: number): number {
    if (claimed <= lastEvent) return claimed;
    // Another supervisor may just have taken the lease, at an event that this one has not seen yet.
    if (claimed > lastEvent + aheadAtMost && this.#forgers.isNew(collectorId)) {
      this.#options.log.warn(
        { collector: collectorId, void_up_to: claimed, last_event: lastEvent },
        'a lease says that epochs are void which do not exist yet; a client with the key of this collector has written it, and it is not believed',
      );
    }
    return 0;
  }

  /**
   * Takes over the lease of a collector when it is over. Before the collector acts again, it must acquire the lease
   * again, and thereby learns what it has lost: everything up to `voidUpTo`. Only the accepted write proves that the
   * collector has not come back since it was judged.
   * @param voidUpTo a sequence of SESSIONS that is not below any epoch that is going to be given to others
   * @param lastEvent asks for the last sequence of SESSIONS, where another supervisor may have seen more of it
   * @returns whether the lease was taken
   */
  async fence(
    collectorId: string,
    voidUpTo: number,
    lastEvent: () => Promise<number> = async () => voidUpTo,
  ): Promise<boolean> {
    const { collectors, judge, clock } = this.#options;
    const record = judge.record(collectorId);
    const verdict = judge.verdict(collectorId) ?? 'dead';
    if (verdict !== 'dead' && verdict !== 'given_up') return false;
    const former = record && parseLeaseValue(record.value);
    const claimed = former?.void_up_to ?? 0;
    const isVoided = claimed > voidUpTo && claimed <= (await lastEvent());
    const value = JSON.stringify({
      ...(former ?? { v: 1, renewals: 0, host: '', started_at: new Date(0).toISOString(), capacity: 1 }),
      instance: `fence-${randomUUID()}`,
      state: 'given_up',
      stays_up: undefined,
      traceparent: undefined,
      ...silenceOf(former, record, clock),
      void_up_to: isVoided ? claimed : voidUpTo,
      fenced: former?.fenced ?? verdict,
    });
    try {
      const revision = await collectors.write(collectorId, value, record?.revision ?? 0);
      judge.notice({ key: collectorId, value, revision });
      return true;
    } catch (error) {
      if (!(error instanceof LeaseConflict)) throw error;
      // The collector is back, or another supervisor was first: the next look shows which.
      this.#listedAtMs = Number.NEGATIVE_INFINITY;
      return false;
    }
  }

  /** Each lease as it was seen last. */
  leases(): WatchedLease[] {
    const { judge } = this.#options;
    return [...judge.keys()].flatMap((collectorId) => {
      const verdict = judge.verdict(collectorId);
      const ageMs = judge.changedAgoMs(collectorId);
      if (!verdict || ageMs === undefined) return [];
      return [{ collectorId, verdict, ageMs, claimsMore: this.#claimsMore(collectorId) }];
    });
  }

  /** How long ago the collector gave a sign of life, in ms, or 0 if that is not known. */
  silentForMs(collectorId: string): number {
    return this.#options.judge.changedAgoMs(collectorId) ?? 0;
  }

  /**
   * How long the same collectors have been seen alive without a break, in ms. After an outage of the broker they first
   * go on with what they have, and get nothing else meanwhile.
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

/**
 * Since when the lease is given up, for people, and when its holder last gave a sign of life. Fencing it again changes
 * neither.
 */
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
