import { latePatience, type ReadPlace, type RequestOptions } from '../layout/requests.ts';
import { answerShape, type BusRequest, isWrite } from './request-pdu.ts';

/** A request that got no answer in time. */
interface Unanswered {
  readonly unitId: number;
  readonly acceptUnitZero: boolean;
  readonly shape: number;
  /** Until when the unit is not asked at all: on a two-wire line its answer would collide with the next request. */
  readonly hushUntilMs: number;
  /** Until when the answer may come, even in front of the answer to a later request. */
  untilMs: number;
  /** A later request was answered: devices answer in order, so this answer will not come any more. */
  isPassed: boolean;
  /** How many requests of this shape got no answer. */
  requests: number;
  /** Places of the first and the last of them in the order of all unanswered requests. */
  readonly firstTurn: number;
  readonly lastTurn: number;
}

/** How many markers a unit is asked that has never answered one; if it is silent to all, it is asked without. */
const unprovenMarkers = 3;

/** The frames that go over the line for one request, in order: the request itself and its markers. */
export type Steps = readonly BusRequest[];

/**
 * Keeps answers to timed-out requests from being taken for answers to later ones, on a line whose frames do not say
 * which request they answer. Answers are distinguished by their shape: unit, function code and byte count.
 *
 * A *marker* is a read whose answer has another shape than all answers that may still come. A device answers in order, so
 * the answer to a marker proves that nothing older will come, however late the device is. Gateways and devices that do
 * not keep the order are given a time: until it is over, an answer counts only when a marker after it is answered with no
 * second such answer in between. Where a device has no marker, because all of its answers have one shape, or was seen to
 * answer out of order, only the time helps.
 */
export class LateAnswers {
  #unanswered: Unanswered[] = [];
  /** Units that have answered this process. Others may still owe an answer to an earlier process, which is dead by now. */
  readonly #answeredUnits = new Set<number>();
  /** Units that answered twice, or after the answer to a later request: for them a marker proves nothing. */
  readonly #outOfOrder = new Set<number>();
  /** Markers that each unit has answered: some devices are silent where they should refuse. */
  readonly #proven = new Map<number, Set<string>>();
  #turns = 0;

  noAnswer(request: BusRequest, nowMs: number): void {
    const { unitId, timeoutMs, acceptUnitZero = false } = request;
    const { lateAnswerMs = latePatience * timeoutMs } = request;
    const shape = answerShape(request);
    const before = this.#unanswered.find((each) => each.unitId === unitId && each.shape === shape);
    const isAgain = before !== undefined && !before.isPassed;
    this.#unanswered = this.#unanswered.filter((each) => each !== before);
    this.#turns += 1;
    this.#unanswered.push({
      ...{ unitId, acceptUnitZero, shape },
      hushUntilMs: Math.max(isAgain ? before.hushUntilMs : 0, nowMs + Math.min(timeoutMs, lateAnswerMs)),
      untilMs: Math.max(isAgain ? before.untilMs : 0, nowMs + lateAnswerMs),
      isPassed: false,
      requests: isAgain ? before.requests + 1 : 1,
      firstTurn: isAgain ? before.firstTurn : this.#turns,
      lastTurn: this.#turns,
    });
  }

  /** The answer to this request has come. */
  answered(request: BusRequest): void {
    const { unitId } = request;
    if (this.#unanswered.length === 0 && this.#answeredUnits.has(unitId)) return;
    // The confirmation of a write may belong to an earlier write, or be an echo of the request.
    if (isWrite(request)) return;
    this.#answeredUnits.add(unitId);
    if (request.markers?.some((place) => isSamePlace(place, request))) {
      const proven = this.#proven.get(unitId) ?? new Set();
      this.#proven.set(unitId, proven.add(keyOf(request)));
    }
    for (const each of this.#unanswered) if (each.unitId === unitId) each.isPassed = true;
  }

  /** An exception has come, which may be the answer to the oldest request as well. */
  refused(request: BusRequest, nowMs: number, isMarker = false): void {
    this.#answeredUnits.add(request.unitId);
    const [oldest] = this.#unanswered
      .filter(({ unitId, isPassed }) => unitId === request.unitId && !isPassed)
      .sort((a, b) => a.firstTurn - b.firstTurn);
    if (!oldest) return;
    oldest.requests -= 1;
    this.#unanswered = this.#unanswered.filter((each) => each !== oldest || oldest.requests > 0);
    this.noAnswer({ ...request, lateAnswerMs: 0 }, nowMs);
    if (isMarker || oldest.untilMs <= nowMs) return;
    // The answer to this request itself may still come: where there is no marker, it is given its time.
    const { lateAnswerMs = latePatience * request.timeoutMs } = request;
    const its = this.#unanswered.at(-1);
    if (its) its.untilMs = Math.max(its.untilMs, nowMs + lateAnswerMs);
  }

  /** An unexpected answer has come; everything that the unit was asked before is answered or never will be. */
  heard(unitId: number, shape: number): void {
    const owing = this.#unanswered.filter(
      (each) => each.shape === shape && (each.unitId === unitId || (unitId === 0 && each.acceptUnitZero)),
    );
    const [debt, another] = owing;
    // No request was open for it: an earlier answer was taken for it, or it came twice.
    if (!debt || owing.every(({ isPassed }) => isPassed)) this.#outOfOrder.add(debt?.unitId ?? unitId);
    // Several units answer as unit 0: which of them it is cannot be known.
    if (!debt || another) return;
    debt.requests -= 1;
    // Where several requests are unanswered, it may have been the answer to the first one.
    this.#unanswered = this.#unanswered.filter((each) =>
      each === debt ? debt.requests > 0 : each.unitId !== debt.unitId || each.lastTurn > debt.firstTurn,
    );
  }

  /** True while a late answer may still come over the line. */
  isWaiting(): boolean {
    return this.#unanswered.length > 0;
  }

  /** How long to wait, because nothing could distinguish a late answer from the answer to this request. */
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

  /** The steps for a request, once there is nothing to wait for. */
  stepsFor(request: BusRequest, nowMs: number): Steps {
    const { unitId } = request;
    if (isWrite(request) || (this.#unanswered.length === 0 && this.#answeredUnits.has(unitId)))
      return [request];
    const shape = answerShape(request);
    const concerning = this.#unanswered.filter((each) => concerns(each, request));
    const same = concerning.filter((each) => each.shape === shape);
    const isInStep =
      this.#answeredUnits.has(unitId) && same.every((each) => each.isPassed || each.unitId !== unitId);
    const mayBeOutOfOrder = same.some(({ untilMs }) => untilMs > nowMs);
    if (isInStep && !mayBeOutOfOrder) return [request];
    const place = this.#markerFor(request, shape, concerning, nowMs);
    if (!place) return [request];
    const marker: BusRequest = { ...request, ...place };
    return [...(isInStep ? [] : [marker]), request, ...(mayBeOutOfOrder ? [marker] : [])];
  }

  /**
   * A read whose answer has a shape of its own: best one that was answered before, or else the beginning of what is asked
   * for. If all are used up, one whose late answer can hardly be expected any more.
   */
  #markerFor(
    request: BusRequest,
    shape: number,
    concerning: readonly Unanswered[],
    nowMs: number,
  ): ReadPlace | undefined {
    if (isWrite(request)) return undefined;
    const proven = this.#proven.get(request.unitId);
    const missing = concerning.filter(({ unitId, isPassed }) => unitId === request.unitId && !isPassed);
    const isOwed = missing.some((each) => each.shape === shape);
    if (!proven && !isOwed && missing.length >= unprovenMarkers) return undefined;
    const preferences = [
      (place: ReadPlace) => proven?.has(keyOf(place)) === true,
      (place: ReadPlace) => isBeginningOf(place, request),
      () => true,
    ];
    const markers = (request.markers ?? []).map((place) => ({
      place,
      same: concerning.filter((each) => each.shape === answerShape({ ...request, ...place })),
      isOther: answerShape({ ...request, ...place }) !== shape,
    }));
    const fresh = markers.filter(
      ({ same, isOther }) => isOther && same.every((each) => each.isPassed && each.untilMs <= nowMs),
    );
    for (const isPreferred of preferences) {
      const marker = fresh.find(({ place }) => isPreferred(place));
      if (marker) return marker.place;
    }
    return markers.find(
      ({ place, same, isOther }) =>
        isOther &&
        (!proven || proven.has(keyOf(place))) &&
        same.every(({ untilMs, requests }) => untilMs <= nowMs && requests === 1),
    )?.place;
  }

  #forgetWhatIsOver(nowMs: number): void {
    this.#unanswered = this.#unanswered.filter(({ isPassed, untilMs }) => !isPassed || untilMs > nowMs);
  }
}

/** Whether a late answer could be taken for this unit's. An answer as unit 0 may belong to any unit that accepts those. */
function concerns(each: Unanswered, { unitId, acceptUnitZero }: RequestOptions): boolean {
  return each.unitId === unitId || (each.acceptUnitZero && acceptUnitZero === true);
}

function isSamePlace(a: ReadPlace, b: ReadPlace): boolean {
  return a.address === b.address && a.quantity === b.quantity && a.table === b.table;
}

function isBeginningOf(place: ReadPlace, { table, address }: ReadPlace): boolean {
  return place.table === table && place.address === address;
}

function keyOf({ table, address, quantity }: ReadPlace): string {
  return `${table} ${address}+${quantity}`;
}
