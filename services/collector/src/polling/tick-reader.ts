import type { PartAnswer } from '@holdfast/driver/driver.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Link } from '@holdfast/driver/link.ts';
import type { Answer, Group } from '@holdfast/driver/requests.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import type { LackCause } from '@holdfast/shared/contracts/sample/lacking.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';
import { boundedText } from '@holdfast/texts/bounded-text.ts';
import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import type { PollObserver } from '../ports.ts';
import type { ReportFilter } from '../samples/report-filter.ts';
import { tickTimeMs } from '../samples/schedule.ts';
import type { Tick } from '../samples/tick.ts';
import { TickReadings } from '../samples/tick-readings.ts';
import type { ValueKeys } from '../samples/value-keys.ts';
import { type Failure, type Refusal, refusalText } from './breaker.ts';
import type { DeviceRecord } from './device-record.ts';
import type { DuePoints } from './due-points.ts';
import { type Endpoint, NotPermitted, type Permission, type TurnOptions } from './endpoint.ts';
import type { EndpointBreakers, UnitBreaker } from './endpoint-breakers.ts';
import { type LackingPoints, lackCauseOf } from './lacking-points.ts';
import { missCauseOf } from './miss-cause.ts';
import { type PollableDevice, turnOptions } from './pollable-device.ts';
import type { SilentGroups } from './silent-groups.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface TickReaderOptions {
  readonly device: Pick<PollableDevice, 'code' | 'timeoutMs' | 'pace' | 'plan'>;
  readonly record: DeviceRecord;
  readonly endpoint: Pick<Endpoint, 'turn' | 'cancel' | 'closeWhenIdle'>;
  readonly breakers: EndpointBreakers;
  readonly due: Pick<DuePoints, 'of' | 'takenThrough' | 'periodMs'>;
  /** How long after its scheduled time a tick is to be read. */
  readonly phaseMs: number;
  readonly filter: ReportFilter;
  readonly keys: ValueKeys;
  readonly lacking: Pick<LackingPoints, 'of'>;
  readonly silent: Pick<SilentGroups, 'toAsk' | 'answered' | 'timedOut' | 'beginWithAnother'>;
  readonly clock: SteadyClock;
  readonly timers: Timers;
  readonly permission: Permission;
  readonly observer: PollObserver | undefined;
}

/**
 * Returns the tick to read by now. While a tick waits for its turn on the endpoint, the next one may overtake it, and
 * is then read in its place.
 */
export type Arrive = (nowMs: number) => number;

/** Most requests that narrowing down may cost in one tick; a hundred bad points take several ticks. */
const narrowingPerTick = 24;

const firstBusyPauseMs = 50;
const longestBusyPauseMs = 1_000;

/** Nothing was asked: the endpoint is known to be unavailable. */
class NotAsked extends Error {
  override readonly name = 'NotAsked';
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(inLanguage(refusal.detail, 'en'));
    this.refusal = refusal;
  }
}

/** One request, with its repeats. */
class GroupRequest {
  /**
   * Chooses what to ask for once the turn has come, which may be long after the turn was wanted. Undefined: nothing any
   * more.
   */
  readonly choose: () => Group | undefined;
  /** Set once the turn has come. */
  group: Group | undefined = undefined;
  /** Of the present attempt, on the monotonic clock; undefined before it is sent. */
  sentAtMs: number | undefined = undefined;

  constructor(choose: () => Group | undefined) {
    this.choose = choose;
  }
}

/**
 * Carries out the plans of one device, one tick and one request at a time. Each request waits for its turn at the
 * endpoint, makes sure right before it goes out that it still may, and is recorded for the endpoint, the device's health
 * and the metrics.
 */
export class TickReader {
  readonly #options: TickReaderOptions;
  readonly #unit: UnitBreaker;
  readonly #turn: TurnOptions;
  /** For a device that has never answered. */
  readonly #firstTurn: TurnOptions;
  readonly #stop = new AbortController();
  /** The same as `#stop`, but cheaper to check. */
  #isStopped = false;
  #tick = 0;
  /** Points that are due in the tick. */
  #due: readonly number[] = [];
  /** The groups that are asked in the tick, in order. */
  #groups: readonly Group[] = [];
  readonly #readings: TickReadings;
  #failure: Failure | undefined;
  /** Whether the failure is not the device's own. */
  #isHeldBack = false;
  #refusal: Refusal | undefined;
  #askedAtMs: number | undefined;
  #narrowingLeft = 0;
  #hasSilentGroups = false;
  /** ms for which this tick kept the endpoint busy. */
  #busyMs = 0;
  /** Whether the device has answered anything in the tick. */
  #hasAnswered = false;
  /** Whether the device has answered in the tick and was not silent since. */
  #answersLast = false;

  constructor(options: TickReaderOptions) {
    const { device, breakers, filter, keys } = options;
    this.#options = options;
    this.#unit = breakers.unit(device.pace.unit);
    this.#turn = turnOptions(device);
    this.#firstTurn = { ...this.#turn, isPatient: true };
    this.#readings = new TickReadings(keys, filter);
  }

  /** Lets a request in flight finish; nothing is asked after it. */
  stop(): void {
    this.#isStopped = true;
    this.#stop.abort();
    this.#options.endpoint.cancel(this);
  }

  /**
   * @param nowMs the present time, passed in because with ten thousand ticks a second each look at a clock counts
   * @throws NotPermitted: nothing of the tick may be reported, and nothing asked any more
   */
  async read(arrive: Arrive, nowMs: number): Promise<Tick> {
    const { clock, endpoint, device, filter, silent } = this.#options;
    this.#begin(arrive(nowMs), nowMs);
    this.#askedAtMs = undefined;
    this.#refusal = this.#unit.refusal(nowMs);
    if (this.#refusal) {
      filter.allLost();
      return this.#result(nowMs);
    }
    try {
      for (let index = 0; index < this.#groups.length && !this.#failure; index += 1) {
        const request = new GroupRequest(
          index === 0 ? () => this.#chooseFirst(arrive) : () => this.#groups[index],
        );
        try {
          const answer = await this.#ask(request);
          const { group } = request;
          // Happens with the first group only: the tick is over before it has begun.
          if (!answer || !group) break;
          answer.decode(this.#readings);
          silent.answered(group);
          device.plan.answered?.(group);
        } catch (error) {
          if (!request.group) throw error;
          await this.#groupFailed(request.group, error);
        }
      }
    } catch (error) {
      if (this.#askedAtMs !== undefined) this.#unit.abandoned(clock.nowMs());
      throw error;
    }
    const readAtMs = clock.nowMs();
    if (this.#askedAtMs !== undefined) {
      if (this.#failure && !this.#isHeldBack) {
        this.#unit.failed(readAtMs, this.#busyMs, this.#failure);
        if (!this.#hasAnswered) silent.beginWithAnother();
      } else if (this.#failure && !this.#hasAnswered) this.#unit.abandoned(readAtMs);
      else this.#unit.succeeded(readAtMs, this.#busyMs);
      if (this.#failure) filter.allLost();
      if (device.pace.closesAfterTick) endpoint.closeWhenIdle();
    }
    if (this.#refusal) filter.allLost();
    else this.#options.due.takenThrough(this.#tick);
    return this.#result(readAtMs);
  }

  #begin(tick: number, nowMs: number): void {
    const { due, device, silent } = this.#options;
    this.#tick = tick;
    this.#readings.begin(tickTimeMs(tick, due.periodMs));
    this.#hasSilentGroups = false;
    this.#busyMs = 0;
    this.#hasAnswered = false;
    this.#answersLast = false;
    this.#due = due.of(tick);
    const { groups, unread, missing } = device.plan.groups(this.#due, nowMs);
    if (unread.length > 0) this.#readings.addProblem(collectorText('unread_points', { texts: unread }));
    for (const { at, detail, isRefused } of missing) {
      this.#readings.lose(at, detail, isRefused ? 'exception' : 'not_read');
    }
    this.#groups = silent.toAsk(groups, nowMs, (group, refusal) => {
      this.#hasSilentGroups = true;
      this.#giveUp(group.values, refusalText(refusal), lackCauseOf(refusal.cause));
    });
    this.#failure = undefined;
    this.#isHeldBack = false;
    this.#refusal = undefined;
    this.#narrowingLeft = narrowingPerTick;
  }

  #result(readAtMs: number): Tick {
    const miss = this.#miss();
    const wasAsked = this.#refusal === undefined;
    const { lacking } = this.#options;
    return {
      tick: this.#tick,
      readAtMs: Math.round(readAtMs),
      readings: this.#readings,
      miss,
      lacking: wasAsked ? lacking.of(this.#tick, this.#due, this.#readings, miss?.cause) : undefined,
      wasAsked,
      latenessMs: this.#latenessMs(),
    };
  }

  #miss(): Tick['miss'] {
    const refusal = this.#refusal;
    if (refusal) return { cause: refusal.cause, detail: refusalText(refusal) };
    const failure = this.#failure;
    if (failure) return { cause: failure.cause, detail: failure.detail };
    const problems = this.#readings.problems();
    if (!problems) return undefined;
    return { cause: this.#hasSilentGroups ? 'timeout' : 'exception', detail: boundedText(problems) };
  }

  #latenessMs(): number | undefined {
    if (this.#askedAtMs === undefined || this.#refusal) return undefined;
    const { due, phaseMs } = this.#options;
    return Math.max(0, this.#askedAtMs - (tickTimeMs(this.#tick, due.periodMs) + phaseMs));
  }

  /** Chooses when the turn has come, which may be long after it was wanted: then another tick is read, or none. */
  #chooseFirst(arrive: Arrive): Group | undefined {
    const nowMs = this.#options.clock.nowMs();
    const tick = arrive(nowMs);
    if (tick !== this.#tick) this.#begin(tick, nowMs);
    this.#refusal = this.#unit.refusal(nowMs);
    const [group] = this.#groups;
    if (this.#refusal || !group) return undefined;
    this.#unit.began();
    this.#askedAtMs = nowMs;
    return group;
  }

  async #groupFailed(group: Group, error: unknown): Promise<void> {
    if (error instanceof NotAsked) {
      this.#failure = error.refusal;
      return;
    }
    if (!(error instanceof DriverFailure)) throw error;
    if (isRefusal(error)) await this.#groupRefused(group, error);
    else if (error.kind === 'timeout' && error.wasSent && !error.isHeldBack && this.#answersLast)
      this.#groupTimedOut(group, error);
    else if (isFailureOfDevice(error)) {
      this.#failure = this.#failureOf(group, error);
      this.#isHeldBack = error.isHeldBack;
    } else this.#giveUpFor(this.#failureOf(group, error), group);
  }

  /** Allowed once, after an answer to something else: a device that is silent twice in a row is not asked on. */
  #groupTimedOut(group: Group, error: DriverFailure): void {
    const failure = this.#failureOf(group, error);
    this.#answersLast = false;
    this.#hasSilentGroups = true;
    this.#options.silent.timedOut(group, this.#options.clock.nowMs(), failure);
    this.#giveUpFor(failure, group);
  }

  /** Has the plan find out which part of the group the device refuses. */
  async #groupRefused(group: Group, error: DriverFailure): Promise<void> {
    const { plan } = this.#options.device;
    if (!plan.narrow) {
      this.#giveUpFor(this.#failureOf(group, error), group);
      return;
    }
    const narrowing = plan.narrow(group, error, this.#options.clock.nowMs());
    let step = narrowing.next();
    while (!step.done) step = narrowing.next(await this.#askPart(step.value));
    for (const { values, detail } of step.value) this.#giveUp(values, detail, 'exception');
  }

  async #askPart(part: Group): Promise<PartAnswer> {
    if (this.#narrowingLeft <= 0) return 'stopped';
    this.#narrowingLeft -= 1;
    try {
      const answer = await this.#ask(new GroupRequest(() => part));
      answer?.decode(this.#readings);
      return 'read';
    } catch (error) {
      if (error instanceof DriverFailure && isRefusal(error)) return 'refused';
      await this.#groupFailed(part, error);
      return 'stopped';
    }
  }

  #giveUpFor({ cause, detail }: Failure, { values }: Group): void {
    this.#giveUp(values, detail, lackCauseOf(cause));
  }

  /** Gives up values that cannot be read in this tick. */
  #giveUp(values: readonly number[], detail: Text, cause: LackCause): void {
    for (const at of values) this.#readings.lose(at, detail, cause);
    this.#readings.addProblem(detail);
  }

  /**
   * Makes a request, and repeats it while the device says that it is busy.
   * @returns undefined when nothing was chosen
   * @throws DriverFailure, NotAsked; NotPermitted: nothing may be reported or asked any more
   */
  async #ask(request: GroupRequest): Promise<Answer | undefined> {
    const { device, timers } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      request.sentAtMs = undefined;
      try {
        const answer = await this.#atTurn(request);
        if (answer) this.#answered(request);
        return answer;
      } catch (error) {
        this.#failed(request, error);
        if (!isBusy(error) || attempt >= device.pace.busyRetries) throw error;
        const pauseMs = Math.min(firstBusyPauseMs * 2 ** attempt, longestBusyPauseMs);
        await pause(timers, pauseMs, this.#stop.signal);
      }
    }
  }

  /** The failure as people read it. */
  #failureOf(group: Group, error: DriverFailure): Failure {
    const detail = driverText('of_request', {
      ...{ device: this.#options.device.code, request: group.inWords(), why: error.text },
    });
    return { cause: missCauseOf(error), detail };
  }

  #atTurn(request: GroupRequest): Promise<Answer | undefined> {
    // Do not wait for a turn after a stop: others may keep the endpoint busy for long.
    if (this.#isStopped) throw new NotPermitted(collectorText('polling_has_stopped'));
    const turn = this.#unit.isUnknown() ? this.#firstTurn : this.#turn;
    return this.#options.endpoint.turn(this, turn, (link) => this.#send(request, link));
  }

  #send(request: GroupRequest, link: Link): Promise<Answer> | undefined {
    const { breakers, clock, device, permission } = this.#options;
    // Checked right before the request, however long it has waited.
    if (this.#isStopped || !permission()) {
      throw new NotPermitted(collectorText('session_not_held'));
    }
    const group = request.group ?? request.choose();
    request.group = group;
    if (!group) return undefined;
    if (breakers.isOpen()) {
      const refusal = breakers.refusal(clock.nowMs());
      if (refusal) throw new NotAsked(refusal);
    }
    breakers.requestBegan();
    request.sentAtMs = clock.monotonicMs();
    return link.read(group, device.timeoutMs);
  }

  #answered({ sentAtMs }: GroupRequest): void {
    this.#options.breakers.reached();
    if (sentAtMs !== undefined) this.#settled(sentAtMs, 'ok');
    this.#noteAnswer();
  }

  /** @throws NotPermitted, or `error` itself when it is not a failure of the request */
  #failed({ group, sentAtMs }: GroupRequest, error: unknown): void {
    const { breakers, clock, permission } = this.#options;
    if (!(error instanceof DriverFailure) || !group || sentAtMs === undefined) {
      // Whatever the error was, the request is not under way. Otherwise no device would be asked over this endpoint
      // again.
      if (sentAtMs !== undefined) breakers.requestAbandoned();
      throw error;
    }
    this.#settled(sentAtMs, error);
    // The connection was destroyed because the right to poll was lost: the next holder answers for this tick.
    if (!permission()) {
      breakers.requestAbandoned();
      throw new NotPermitted(collectorText('session_lost_meanwhile'));
    }
    if (error.isAnswer && !isFailureOfDevice(error)) this.#noteAnswer();
    if (error.isHeldBack) breakers.requestAbandoned();
    else if (error.wasSent) breakers.reached();
    else breakers.notReached(clock.nowMs(), this.#failureOf(group, error));
  }

  #settled(sentAtMs: number, outcome: 'ok' | DriverFailure): void {
    const { clock, record, observer } = this.#options;
    const roundTripMs = clock.monotonicMs() - sentAtMs;
    this.#busyMs += roundTripMs;
    record.requestSettled(roundTripMs, outcome);
    observer?.onRead({ roundTripMs, outcome: outcome === 'ok' ? 'ok' : missCauseOf(outcome) });
  }

  #noteAnswer(): void {
    this.#hasAnswered = true;
    this.#answersLast = true;
  }
}

export function isBusy(error: unknown): boolean {
  return error instanceof DriverFailure && error.kind === 'busy';
}

/** Whether the device understood the request and turned it down: a part of what was asked for is not there. */
export function isRefusal({ isAnswer, scope }: DriverFailure): boolean {
  return isAnswer && scope === 'points';
}

/** Whether the whole device has failed. Without an answer, the rest of the tick would only wait for as many timeouts. */
export function isFailureOfDevice({ isAnswer, scope }: DriverFailure): boolean {
  return !isAnswer || scope === 'device' || scope === 'endpoint';
}
