import type { LeaseTimes } from '@holdfast/shared/lease/lease-times.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import * as z from 'zod';

/**
 * Written by each supervisor when it looks at the leases: it proves that NATS takes writes, and shows the others how
 * fast.
 */
const probeSchema = z.object({
  v: z.literal(1),
  /** Names one life of a supervisor. */
  instance: z.string().min(1).max(100),
  /** How long its last look took. */
  look_ms: z.number().nonnegative(),
});

/** A supervisor leaves the lead to one that is so many times faster … */
const fasterBy = 4;
/** … where its own looks take more than this share of a lease. */
const slowShare = 0.2;
/** Supervisors that are remembered: each life of one is another. */
const rememberedAtMost = 100;

export interface LeadChoiceOptions {
  readonly instance: string;
  readonly times: Pick<LeaseTimes, 'ttlMs'>;
  readonly reconcileIntervalMs: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Logger;
  /** Called when this supervisor should no longer lead. */
  readonly onResign: () => void;
}

interface OtherSupervisor {
  readonly lookMs: number;
  /** When its last two probes were seen. */
  readonly seenAtMs: number;
  readonly formerSeenAtMs: number;
}

/**
 * Decides whether this supervisor should lead. A leader on a slow link keeps its lease, since renewals arrive in time, but
 * each of its passes takes many round trips, and sessions wait for it. So it resigns, and stands back, while another
 * supervisor is seen that is far faster; also when it finishes no pass for as long as a lease lasts. Without another one
 * in sight, a slow leader is better than none.
 */
export class LeadChoice {
  readonly #options: LeadChoiceOptions;
  /** The other supervisors that were seen looking. */
  readonly #others = new Map<string, OtherSupervisor>();
  #lookBeganMs: number | undefined;
  #lookMs: number | undefined;
  /** Start of the first of the looks in a row that took long, or undefined if the last one did not. */
  #slowSinceMs: number | undefined;
  #isSlower = false;
  /** Start of a leader's pass that is not over, or its last progress. */
  #unfinishedSinceMs: number | undefined;
  #hasPassFailed = false;
  #standsBackUntilMs = Number.NEGATIVE_INFINITY;
  #mayLead = true;

  constructor(options: LeadChoiceOptions) {
    this.#options = options;
  }

  /** The value of this supervisor's probe; undefined before its first look is over. */
  probe(): string | undefined {
    if (this.#lookMs === undefined) return undefined;
    const { instance } = this.#options;
    return JSON.stringify({ v: 1, instance, look_ms: Math.round(this.#lookMs) });
  }

  /** Takes a probe that was written. One that cannot be read is of another release. */
  sawProbe(value: string): void {
    const { instance, look_ms: lookMs } = parseProbe(value) ?? {};
    if (instance === undefined || lookMs === undefined || instance === this.#options.instance) return;
    const formerSeenAtMs = this.#others.get(instance)?.seenAtMs ?? Number.NEGATIVE_INFINITY;
    this.#others.delete(instance);
    this.#others.set(instance, { lookMs, seenAtMs: this.#nowMs(), formerSeenAtMs });
    const [oldest] = this.#others.keys();
    if (this.#others.size > rememberedAtMost && oldest !== undefined) this.#others.delete(oldest);
  }

  lookBegan(): void {
    this.#lookBeganMs = this.#nowMs();
  }

  /**
   * A look has ended. One that did not get its answers in time counts as slow, however soon it was given up. Where the
   * probe came second, the look shows nothing: the broker refuses it at once, without asking its other nodes.
   */
  lookEnded(probe: 'written' | 'second' | 'unanswered'): void {
    if (this.#lookBeganMs === undefined) return;
    const tookMs = this.#nowMs() - this.#lookBeganMs;
    if (probe === 'second' && !this.#isSlow(tookMs)) {
      this.#lookBeganMs = undefined;
      return;
    }
    const slowMs = slowShare * this.#options.times.ttlMs + 1;
    this.#lookMs = Math.max(tookMs, probe === 'unanswered' ? slowMs : 0);
    if (this.#isSlow(this.#lookMs)) this.#slowSinceMs ??= this.#lookBeganMs;
    else {
      this.#slowSinceMs = undefined;
      this.#isSlower = false;
    }
    this.#lookBeganMs = undefined;
    this.mayLead();
  }

  /** This supervisor leads and begins a pass. */
  passBegan(): void {
    this.#unfinishedSinceMs ??= this.#nowMs();
  }

  /** A part of a pass is done, so that a long one does not look like one that cannot be done. */
  progressed(): void {
    if (this.#unfinishedSinceMs !== undefined && !this.#hasPassFailed)
      this.#unfinishedSinceMs = this.#nowMs();
  }

  /** A pass cannot be completed: what the next one does is no progress before it gets further. */
  passFailed(): void {
    this.#hasPassFailed = true;
  }

  /** A pass was completed, or this supervisor does not lead. */
  passEnded(): void {
    this.#unfinishedSinceMs = undefined;
    this.#hasPassFailed = false;
  }

  /** Whether this supervisor should lead if it can. It is cheap: ask it often. */
  mayLead(): boolean {
    const { times, onResign, log } = this.#options;
    const nowMs = this.#nowMs();
    const isStuck =
      this.#unfinishedSinceMs !== undefined &&
      nowMs - this.#unfinishedSinceMs > times.ttlMs &&
      [...this.#others.values()].some(
        ({ seenAtMs, lookMs }) => this.#isRecent(seenAtMs) && !this.#isSlow(lookMs),
      );
    if (isStuck) {
      this.passEnded();
      // By then another one leads, or none of them can.
      this.#standsBackUntilMs = nowMs + times.ttlMs;
    }
    this.#isSlower = this.#isOtherFaster();
    const may = !this.#isSlower && nowMs >= this.#standsBackUntilMs;
    if (may === this.#mayLead) return may;
    this.#mayLead = may;
    if (may) log.info('this supervisor may lead again');
    else {
      const others = [...this.#others.values()].map(({ lookMs }) => lookMs);
      const about = { look_ms: this.#lookMs, others_look_ms: others };
      log.warn(
        about,
        isStuck
          ? `this supervisor has completed no pass for ${times.ttlMs} ms and leaves the lead to another one`
          : 'another supervisor gets its answers from NATS far sooner; this one leaves the lead to it',
      );
      onResign();
    }
    return may;
  }

  /**
   * Whether another supervisor is far faster. Two of its probes since this one became slow show it: the first may show
   * a time when both were fast. Later on one that was seen lately will do, since of two probes at a time only one is
   * written.
   */
  #isOtherFaster(): boolean {
    const nowMs = this.#nowMs();
    const underWayMs = nowMs - (this.#lookBeganMs ?? nowMs);
    const tookMs = Math.max(underWayMs, this.#slowSinceMs === undefined ? 0 : (this.#lookMs ?? 0));
    const sinceMs = this.#slowSinceMs ?? this.#lookBeganMs;
    if (sinceMs === undefined || !this.#isSlow(tookMs)) return false;
    return [...this.#others.values()].some(({ lookMs, seenAtMs, formerSeenAtMs }) => {
      if (fasterBy * lookMs >= tookMs || !this.#isRecent(seenAtMs)) return false;
      return this.#isSlower || formerSeenAtMs >= sinceMs;
    });
  }

  #isSlow(lookMs: number): boolean {
    return lookMs > slowShare * this.#options.times.ttlMs;
  }

  #isRecent(atMs: number): boolean {
    return atMs >= this.#nowMs() - 2 * this.#options.reconcileIntervalMs - 1_000;
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}

function parseProbe(value: string): z.infer<typeof probeSchema> | undefined {
  try {
    return probeSchema.parse(JSON.parse(value));
  } catch {
    return undefined;
  }
}
