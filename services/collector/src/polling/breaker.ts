import type { MissCause } from '@holdfast/shared/contracts/sample/sample.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { type BackoffLimits, backoffMs } from './backoff.ts';

export interface Failure {
  readonly cause: MissCause;
  /** With the device and the request. */
  readonly detail: Text;
}

/** Why something is not asked now. */
export interface Refusal extends Failure {
  /** ms until it may be asked, or undefined while another's probe is under way. */
  readonly waitMs: number | undefined;
}

/** "not asked, next try in 2.0 s after: …" */
export function refusalText({ waitMs, detail }: Refusal): Text {
  return waitMs === undefined
    ? collectorText('not_asked_trying', { why: detail })
    : collectorText('not_asked_next_try', { count: (waitMs / 1000).toFixed(1), why: detail });
}

/**
 * Keeps a device that does not answer from being asked all the time. Closed: every tick asks. After the third failure
 * in a row the breaker opens for a pause that grows without end, up to a maximum. Then it lets one probe through, which
 * closes it or opens it again. Times are ms on one clock of the caller's.
 */
export class Breaker {
  readonly #limits: BackoffLimits;
  readonly #jitter: () => number;
  #failures = 0;
  #openUntilMs: number | undefined;
  #isProbing = false;
  #last: Failure = { cause: 'connection', detail: collectorText('no_answer') };

  /** @param jitter 0…1 */
  constructor(limits: BackoffLimits, jitter: () => number) {
    this.#limits = limits;
    this.#jitter = jitter;
  }

  isOpen(): boolean {
    return this.#openUntilMs !== undefined;
  }

  /** The failure that opened the breaker. */
  lastFailure(): Failure {
    return this.#last;
  }

  /** Undefined when a request may be made now, even if only as a probe. */
  refusal(nowMs: number): Refusal | undefined {
    if (this.#openUntilMs === undefined) return undefined;
    const waitMs = this.#openUntilMs - nowMs;
    if (waitMs > 0) return { ...this.#last, waitMs };
    return this.#isProbing ? { ...this.#last, waitMs: undefined } : undefined;
  }

  /** A request begins; one of `succeeded`, `failed` and `abandoned` follows. */
  began(): void {
    this.#isProbing = this.isOpen();
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openUntilMs = undefined;
    this.#isProbing = false;
  }

  /**
   * @param pauseAtLeastMs shortest pause, if there is one
   * @param opensAtOnce whether even a first failure is followed by a pause
   */
  failed(nowMs: number, failure: Failure, pauseAtLeastMs = 0, opensAtOnce = false): void {
    this.#failures += 1;
    this.#last = failure;
    this.#isProbing = false;
    const grownMs = backoffMs(this.#failures, this.#limits, this.#jitter());
    const pauseMs = opensAtOnce ? Math.max(grownMs, this.#limits.firstMs) : grownMs;
    this.#openUntilMs = pauseMs > 0 ? nowMs + Math.max(pauseMs, pauseAtLeastMs) : undefined;
  }

  /** Call it when the probe was given up before it had an outcome. */
  abandoned(): void {
    this.#isProbing = false;
  }

  /** Allows a probe at once: the trouble that kept others from answering is over. */
  probeSoon(nowMs: number): void {
    if (this.#openUntilMs !== undefined) this.#openUntilMs = Math.min(this.#openUntilMs, nowMs);
  }
}
