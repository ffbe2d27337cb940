import type { RequestOptions } from '../../ports.ts';

/** Longer than the pauses that adapters and gateways put into the middle of a frame. */
const resyncMs = 30;

/** 3.5 characters of 11 bits; above 19200 baud the specification fixes it. */
export function frameSilenceMs(baudRate: number): number {
  return baudRate > 19_200 ? 1.75 : (3.5 * 11 * 1000) / baudRate;
}

/**
 * When the next request may go out on a line of RTU frames. Nothing in such a frame says which request it answers,
 * so what may still come must have come, or be too late for good, before the same unit is asked again.
 */
export class RtuLine {
  readonly #silenceMs: number;
  /** By unit id, until when an answer to an earlier request may come. */
  readonly #lateAnswers = new Map<number, number>();
  #lastByteAtMs = Number.NEGATIVE_INFINITY;
  #isInStep = true;

  /** @param silenceMs between two frames */
  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  /** Also when the line has just been opened: what was on it before is not known. */
  byteSeen(nowMs: number): void {
    this.#lastByteAtMs = nowMs;
  }

  /** What came is not, or not only, the reply that was waited for: the rest of it may follow. */
  outOfStep(): void {
    this.#isInStep = false;
  }

  mayAnswerLate({ unitId, acceptUnitZero }: RequestOptions, untilMs: number): void {
    this.#lateAnswers.set(unitId, untilMs);
    // From the answer alone nobody would know whose it is.
    if (acceptUnitZero) this.#lateAnswers.set(0, untilMs);
    this.#isInStep = false;
  }

  /** How long the line must stay as quiet as it is; 0 when a request may go out. */
  silenceWaitMs(nowMs: number): number {
    const waitMs =
      this.#lastByteAtMs + (this.#isInStep ? this.#silenceMs : Math.max(resyncMs, this.#silenceMs)) - nowMs;
    if (waitMs > 0) return waitMs;
    this.#isInStep = true;
    return 0;
  }

  /** For how long an answer to an earlier request would be taken for the answer to this one. */
  lateAnswerWaitMs({ unitId, acceptUnitZero }: RequestOptions, nowMs: number): number {
    if (this.#lateAnswers.size === 0) return 0;
    const ofUnitMs = this.#waitForUnitMs(unitId, nowMs);
    return acceptUnitZero ? Math.max(ofUnitMs, this.#waitForUnitMs(0, nowMs)) : ofUnitMs;
  }

  #waitForUnitMs(unitId: number, nowMs: number): number {
    const untilMs = this.#lateAnswers.get(unitId);
    if (untilMs === undefined) return 0;
    if (untilMs > nowMs) return untilMs - nowMs;
    this.#lateAnswers.delete(unitId);
    return 0;
  }
}
