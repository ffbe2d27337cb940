import { latePatience, type ReadPlace, type RequestOptions } from '../../ports.ts';
import { answerShape, type BusRequest, isWrite } from './request-pdu.ts';

/** A request that got no answer in time. */
interface Unanswered {
  readonly unitId: number;
  readonly acceptUnitZero: boolean;
  readonly shape: number;
  /** Until when the unit is not asked at all: on a line of two wires its answer would meet the next request. */
  readonly hushUntilMs: number;
  /** Until when the answer may come, even in front of that to a later request. */
  readonly untilMs: number;
  /** Something that was asked later was answered: devices answer in order, so this one will not come any more. */
  isPassed: boolean;
  /** How many requests of this shape. */
  requests: number;
}

/** What goes over the line for one request, in order: the request itself and reads that only prove something. */
export type Steps = readonly BusRequest[];

/**
 * Keeps answers to requests that have timed out from being taken for those to later ones, on a line whose frames do not say
 * which request they answer. What tells answers apart is their shape: unit, function code and byte count.
 *
 * A device answers in order, so an answer to a *marker*, a read whose answer has another shape than all that may still
 * come, proves that nothing older will. That holds however late the device is. Whatever does not keep the order is given a time:
 * while that lasts, an answer counts only when a marker after it is answered with no second such answer in between.
 * Where a device has no marker, because all of its answers have one shape, there is the time alone; so there is for one that was
 * seen to answer out of order.
 */
export class LateAnswers {
  #unanswered: Unanswered[] = [];
  /** Units of which an answer was seen: what another process had asked before, which may be dead now, is not known. */
  readonly #known = new Set<number>();
  /** Units of which an answer came after that to a later request, or twice: of those a marker proves nothing. */
  readonly #outOfOrder = new Set<number>();

  noAnswer(request: BusRequest, nowMs: number): void {
    const { unitId, timeoutMs, acceptUnitZero = false } = request;
    const { lateAnswerMs = latePatience * timeoutMs } = request;
    const shape = answerShape(request);
    const before = this.#unanswered.find((each) => each.unitId === unitId && each.shape === shape);
    this.#unanswered = this.#unanswered.filter((each) => each !== before);
    this.#unanswered.push({
      ...{ unitId, acceptUnitZero, shape },
      hushUntilMs: nowMs + Math.min(timeoutMs, lateAnswerMs),
      untilMs: nowMs + lateAnswerMs,
      isPassed: false,
      requests: before && !before.isPassed ? before.requests + 1 : 1,
    });
  }

  /** The answer to this request has come. */
  answered(request: BusRequest): void {
    this.#known.add(request.unitId);
    for (const each of this.#unanswered) if (each.unitId === request.unitId) each.isPassed = true;
  }

  /** An exception has come, which may be the answer to the oldest request as well. */
  refused(request: BusRequest, nowMs: number): void {
    this.#known.add(request.unitId);
    const oldest = this.#unanswered.findIndex(
      ({ unitId, isPassed }) => unitId === request.unitId && !isPassed,
    );
    if (oldest < 0) return;
    this.#unanswered.splice(oldest, 1);
    this.noAnswer({ ...request, lateAnswerMs: 0 }, nowMs);
  }

  /** An answer that nobody waits for has come; all that the unit was asked before has been answered or never will be. */
  heard(unitId: number, shape: number): void {
    const at = this.#unanswered.findLastIndex(
      (each) => each.shape === shape && (each.unitId === unitId || (unitId === 0 && each.acceptUnitZero)),
    );
    const found = this.#unanswered[at];
    // Nobody owed it: one before it was not the answer that it was taken for, or it came twice.
    if (!found || found.isPassed) this.#outOfOrder.add(found?.unitId ?? unitId);
    if (!found) return;
    found.requests -= 1;
    this.#unanswered = this.#unanswered.filter(
      (each, index) => index > at || each.unitId !== found.unitId || (each === found && each.requests > 0),
    );
  }

  /** Whether it matters what else comes over the line. */
  isWaiting(): boolean {
    return this.#unanswered.length > 0;
  }

  /** How long nothing can be asked that tells a late answer from the one to this request. */
  waitMs(request: BusRequest, nowMs: number): number {
    if (this.#unanswered.length === 0) return 0;
    this.#forgetWhatIsOver(nowMs);
    const concerning = this.#unanswered.filter((each) => concerns(each, request));
    const hushMs = Math.max(0, ...concerning.map(({ hushUntilMs }) => hushUntilMs - nowMs));
    if (isWrite(request)) return hushMs;
    const shape = answerShape(request);
    const mayCome = concerning.filter((each) => each.shape === shape && each.untilMs > nowMs);
    const hasMarker =
      !this.#outOfOrder.has(request.unitId) && this.#markerFor(request, shape, concerning, nowMs);
    if (mayCome.length === 0 || hasMarker) return hushMs;
    return Math.max(hushMs, ...mayCome.map(({ untilMs }) => untilMs - nowMs));
  }

  /** What to ask, once there is nothing to wait for. */
  stepsFor(request: BusRequest, nowMs: number): Steps {
    const { unitId } = request;
    if (isWrite(request) || (this.#unanswered.length === 0 && this.#known.has(unitId))) return [request];
    const shape = answerShape(request);
    const concerning = this.#unanswered.filter((each) => concerns(each, request));
    const same = concerning.filter((each) => each.shape === shape);
    const isInStep = this.#known.has(unitId) && same.every((each) => each.isPassed || each.unitId !== unitId);
    const mayBeOutOfOrder = same.some(({ untilMs }) => untilMs > nowMs);
    if (isInStep && !mayBeOutOfOrder) return [request];
    const place = this.#markerFor(request, shape, concerning, nowMs);
    if (!place) return [request];
    const marker: BusRequest = { ...request, ...place };
    return [...(isInStep ? [] : [marker]), request, ...(mayBeOutOfOrder ? [marker] : [])];
  }

  /** The first read that has an answer of its own; if there is none any more, one whose late answer is hardly to be expected. */
  #markerFor(
    request: BusRequest,
    shape: number,
    concerning: readonly Unanswered[],
    nowMs: number,
  ): ReadPlace | undefined {
    if (isWrite(request)) return undefined;
    let aged: ReadPlace | undefined;
    for (const place of request.markers ?? []) {
      const its = answerShape({ ...request, ...place });
      if (its === shape) continue;
      const same = concerning.filter((each) => each.shape === its);
      if (same.every((each) => each.isPassed && each.untilMs <= nowMs)) return place;
      if (same.every(({ untilMs }) => untilMs <= nowMs)) aged ??= place;
    }
    return aged;
  }

  #forgetWhatIsOver(nowMs: number): void {
    this.#unanswered = this.#unanswered.filter(({ isPassed, untilMs }) => !isPassed || untilMs > nowMs);
  }
}

/** Whether its late answer would be this unit's. That of one which answers as unit 0 is anybody's who takes those. */
function concerns(each: Unanswered, { unitId, acceptUnitZero }: RequestOptions): boolean {
  return each.unitId === unitId || (each.acceptUnitZero && acceptUnitZero === true);
}
