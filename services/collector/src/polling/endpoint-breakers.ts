import type { BackoffLimits } from './backoff.ts';
import { Breaker, type Failure, type Refusal } from './breaker.ts';

/** Largest share of an endpoint's time for units that do not answer while others on it do. */
const probeShare = 0.1;

/**
 * The breakers of one endpoint: one for each unit, and one for the endpoint itself, so that an absent host does not
 * cost each of its units a connect timeout. On an endpoint that serves living units, the dead ones share the time for
 * probes: one probe at a time, each after a rest of nine times what the one before it took.
 */
export class EndpointBreakers {
  readonly #limits: BackoffLimits;
  readonly #jitter: () => number;
  readonly #endpoint: Breaker;
  readonly #units = new Map<string, UnitBreaker>();
  #openUnits = 0;
  #isProbing = false;
  #nextProbeMs = 0;

  constructor(limits: BackoffLimits, jitter: () => number) {
    this.#limits = limits;
    this.#jitter = jitter;
    this.#endpoint = new Breaker(limits, jitter);
  }

  /** All who ask this unit get the same breaker. */
  unit(name: string): UnitBreaker {
    const present = this.#units.get(name);
    if (present) return present;
    const unit = new UnitBreaker(new Breaker(this.#limits, this.#jitter), this);
    this.#units.set(name, unit);
    return unit;
  }

  /** Forgets a unit that is no longer asked: if it were dead, the others would go on resting for its sake. */
  forget(name: string): void {
    const unit = this.#units.get(name);
    if (!unit) return;
    this.#units.delete(name);
    if (unit.isOpen()) this.#openUnits -= 1;
    unit.forgotten();
  }

  /** Whether the endpoint itself may be refused just now. */
  isOpen(): boolean {
    return this.#endpoint.isOpen();
  }

  /** The refusal of the endpoint itself. */
  refusal(nowMs: number): Refusal | undefined {
    return this.#endpoint.refusal(nowMs);
  }

  requestBegan(): void {
    this.#endpoint.began();
  }

  /** Bytes of the request have left, whatever came of it: the endpoint is there. */
  reached(): void {
    this.#endpoint.succeeded();
  }

  notReached(nowMs: number, failure: Failure): void {
    this.#endpoint.failed(nowMs, failure);
  }

  requestAbandoned(): void {
    this.#endpoint.abandoned();
  }

  /**
   * How long the endpoint has no time for a probe of a dead unit, or undefined while another probe is under way. For
   * UnitBreaker.
   */
  probeWaitMs(nowMs: number): number | undefined {
    if (!this.#servesLivingUnits()) return 0;
    return this.#isProbing ? undefined : this.#nextProbeMs - nowMs;
  }

  probeBegan(): void {
    this.#isProbing = true;
  }

  probeEnded(nowMs: number, tookMs: number): void {
    this.#isProbing = false;
    this.#nextProbeMs = nowMs + restAfter(tookMs);
  }

  probeAbandoned(): void {
    this.#isProbing = false;
  }

  /** Shortest rest of a unit after a failure that took so long: each of the others must have its turn. */
  restMs(tookMs: number): number {
    return this.#servesLivingUnits() ? this.#openUnits * restAfter(tookMs) : 0;
  }

  unitOpened(): void {
    this.#openUnits += 1;
  }

  unitClosed(nowMs: number): void {
    this.#openUnits -= 1;
    // The trouble that kept this unit from answering has often kept the others too.
    for (const unit of this.#units.values()) unit.probeSoon(nowMs);
  }

  /** Whether timeouts of one unit hold up others. */
  isShared(): boolean {
    return this.#units.size > 1;
  }

  #servesLivingUnits(): boolean {
    return this.#openUnits < this.#units.size;
  }
}

function restAfter(tookMs: number): number {
  return (tookMs * (1 - probeShare)) / probeShare;
}

/** Whether a unit may be asked, and what came of it. Ticks, not requests, succeed and fail. */
export class UnitBreaker {
  readonly #breaker: Breaker;
  readonly #shared: EndpointBreakers;
  #isProbing = false;
  #hasAnswered = false;
  #isExpected = false;
  #isForgotten = false;

  constructor(breaker: Breaker, shared: EndpointBreakers) {
    this.#breaker = breaker;
    this.#shared = shared;
  }

  isOpen(): boolean {
    return this.#breaker.isOpen();
  }

  /**
   * Notes that the unit answered when it was read last, perhaps by another process. Until it fails here it counts as
   * answering.
   */
  expectAnswers(): void {
    this.#isExpected = true;
  }

  /** Whether asking it may well cost its neighbours a timeout: no answer from it is known. */
  isUnknown(): boolean {
    return !this.#hasAnswered && !this.#isExpected && this.#shared.isShared();
  }

  refusal(nowMs: number): Refusal | undefined {
    const refusal = this.#shared.refusal(nowMs) ?? this.#breaker.refusal(nowMs);
    if (refusal || !this.#breaker.isOpen()) return refusal;
    const waitMs = this.#shared.probeWaitMs(nowMs);
    if (waitMs !== undefined && waitMs <= 0) return undefined;
    return { ...this.#breaker.lastFailure(), waitMs };
  }

  /** One of `succeeded`, `failed` and `abandoned` follows. */
  began(): void {
    this.#isProbing = this.#breaker.isOpen();
    this.#breaker.began();
    if (this.#isProbing) this.#shared.probeBegan();
  }

  /** @param tookMs how long the endpoint was busy with it */
  succeeded(nowMs: number, tookMs: number): void {
    const wasOpen = this.#breaker.isOpen();
    this.#endProbe(nowMs, tookMs);
    this.#breaker.succeeded();
    this.#hasAnswered = true;
    if (wasOpen && !this.#isForgotten) this.#shared.unitClosed(nowMs);
  }

  failed(nowMs: number, tookMs: number, failure: Failure): void {
    const wasOpen = this.#breaker.isOpen();
    this.#endProbe(nowMs, tookMs);
    this.#isExpected = false;
    // A unit that has never answered may well not be there: on a shared endpoint it costs its neighbours one timeout at
    // the start, not three (measured: ten such units behind a gateway took 9 s).
    const opensAtOnce = this.#shared.isShared() && !this.#hasAnswered;
    this.#breaker.failed(nowMs, failure, this.#shared.restMs(tookMs), opensAtOnce);
    if (!wasOpen && this.#breaker.isOpen() && !this.#isForgotten) this.#shared.unitOpened();
  }

  abandoned(nowMs: number): void {
    this.#endProbe(nowMs, 0);
    this.#breaker.abandoned();
  }

  probeSoon(nowMs: number): void {
    this.#breaker.probeSoon(nowMs);
  }

  /** See `EndpointBreakers.forget`. */
  forgotten(): void {
    if (this.#isProbing) this.#shared.probeAbandoned();
    this.#isProbing = false;
    this.#isForgotten = true;
  }

  #endProbe(nowMs: number, tookMs: number): void {
    if (this.#isProbing) this.#shared.probeEnded(nowMs, tookMs);
    this.#isProbing = false;
  }
}
