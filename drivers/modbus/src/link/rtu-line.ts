import { LateAnswers, type Steps } from './late-answers.ts';
import { answerShape, type BusRequest } from './request-pdu.ts';
import { UnsolicitedFrames } from './unsolicited-frames.ts';

/** Longer than the pauses that adapters and gateways put into the middle of a frame. */
const resyncMs = 30;

/** 3.5 characters of 11 bits; above 19200 baud the specification fixes it. */
export function frameSilenceMs(baudRate: number): number {
  return baudRate > 19_200 ? 1.75 : (3.5 * 11 * 1000) / baudRate;
}

/**
 * When the next request may go out on a line of RTU frames, and what has to go with it. Nothing in such a frame says which
 * request it answers: see {@link LateAnswers}.
 */
export class RtuLine {
  readonly #silenceMs: number;
  readonly #late = new LateAnswers();
  readonly #unsolicited = new UnsolicitedFrames();
  #lastByteAtMs = Number.NEGATIVE_INFINITY;
  #isInStep = true;
  /** The request whose answer counts only if no second answer follows. */
  #watched: BusRequest | undefined;
  #hasSecondAnswer = false;

  /** @param silenceMs silence between two frames */
  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  /** Call it also when the line has just been opened: what was on it before is not known. */
  byteSeen(nowMs: number): void {
    this.#lastByteAtMs = nowMs;
  }

  /** Notes that something else than the awaited reply came, or more than it: the rest of that may follow. */
  outOfStep(): void {
    this.#isInStep = false;
  }

  mayAnswerLate(request: BusRequest, nowMs: number): void {
    this.#late.noAnswer(request, nowMs);
    this.#isInStep = false;
  }

  /** @param isException whether the answer is an exception, which may answer an earlier request */
  answered(request: BusRequest, isException: boolean, nowMs: number, isMarker = false): void {
    if (isException) this.#late.refused(request, nowMs, isMarker);
    else this.#late.answered(request);
  }

  /** Takes bytes that do not answer the present request. */
  hear(bytes: Uint8Array, count: number): void {
    if (!this.#late.isWaiting() && !this.#watched) return;
    this.#unsolicited.hear(bytes, count, (unitId, shape) => {
      this.#late.heard(unitId, shape);
      const watched = this.#watched;
      const isItsUnit = unitId === watched?.unitId || (unitId === 0 && watched?.acceptUnitZero === true);
      if (watched && isItsUnit && shape === answerShape(watched)) this.#hasSecondAnswer = true;
    });
  }

  /** A request goes out: bytes that come from now on do not continue the bytes before. */
  requestLeaves(frame: Uint8Array): void {
    this.#unsolicited.requestLeaves(frame);
  }

  /** Watches from now on for a second answer to this request; undefined ends the watch. */
  watch(request: BusRequest | undefined): void {
    this.#watched = request;
    this.#hasSecondAnswer = false;
  }

  get hasSecondAnswer(): boolean {
    return this.#hasSecondAnswer;
  }

  /** How long the line must still stay quiet, or 0 if a request may go out. */
  silenceWaitMs(nowMs: number): number {
    const waitMs =
      this.#lastByteAtMs + (this.#isInStep ? this.#silenceMs : Math.max(resyncMs, this.#silenceMs)) - nowMs;
    if (waitMs > 0) return waitMs;
    this.#isInStep = true;
    return 0;
  }

  /** For how long an answer to an earlier request could not be distinguished from the answer to this one. */
  lateAnswerWaitMs(request: BusRequest, nowMs: number): number {
    return this.#late.waitMs(request, nowMs);
  }

  /** The frames to send for a request that need not wait. */
  stepsFor(request: BusRequest, nowMs: number): Steps {
    return this.#late.stepsFor(request, nowMs);
  }
}
