import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Link } from '@holdfast/driver/link.ts';
import type { Answer, Group } from '@holdfast/driver/requests.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';
import type { PollObserver } from '../ports.ts';
import { type AskedDevice, turnOptions } from './asked-device.ts';
import type { Failure, Refusal } from './breaker.ts';
import type { DeviceRecord } from './device-record.ts';
import { type Endpoint, NotPermitted, type Permission, type TurnOptions } from './endpoint.ts';
import type { EndpointBreakers, UnitBreaker } from './endpoint-breakers.ts';
import { missCauseOf } from './miss-cause.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface DeviceRequestsOptions {
  readonly device: Pick<AskedDevice, 'code' | 'timeoutMs' | 'pace'>;
  readonly record: DeviceRecord;
  readonly endpoint: Pick<Endpoint, 'turn' | 'cancel'>;
  readonly breakers: EndpointBreakers;
  readonly clock: SteadyClock;
  readonly timers: Timers;
  readonly permission: Permission;
  readonly observer: PollObserver | undefined;
}

const firstBusyPauseMs = 50;
const longestBusyPauseMs = 1_000;

/** Nothing was asked: the endpoint is known to be away. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked';
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.refusal = refusal;
  }
}

/**
 * Chooses what to ask for once the turn has come, which may be long after the turn was wanted. Undefined: nothing any
 * more.
 */
export type ChooseGroup = () => Group | undefined;

/** One request on its way. */
class GroupRequest {
  readonly choose: ChooseGroup;
  /** Set once the turn has come. */
  group: Group | undefined = undefined;
  sentAtMs = 0;

  constructor(choose: ChooseGroup) {
    this.choose = choose;
  }
}

/**
 * The requests of one device to its endpoint, one at a time. Each waits for its turn, makes sure right before it goes
 * out that it still may, and is recorded for the endpoint, the device's health and the metrics.
 */
export class DeviceRequests {
  readonly #options: DeviceRequestsOptions;
  readonly #unit: UnitBreaker;
  readonly #turn: TurnOptions;
  /** For a device that has never answered. */
  readonly #firstTurn: TurnOptions;
  readonly #busyRetries: number;
  readonly #stop = new AbortController();
  /** The same as `#stop`, but cheaper to check. */
  #isStopped = false;
  #busyMs = 0;
  #hasAnswered = false;
  #answersLast = false;

  constructor(options: DeviceRequestsOptions) {
    const { device, breakers } = options;
    this.#options = options;
    this.#unit = breakers.unit(device.pace.unit);
    this.#turn = turnOptions(device);
    this.#firstTurn = { ...this.#turn, isPatient: true };
    this.#busyRetries = device.pace.busyRetries;
  }

  /** Lets a request in flight finish; nothing is asked after it. */
  stop(): void {
    this.#isStopped = true;
    this.#stop.abort();
    this.#options.endpoint.cancel(this);
  }

  /** Resets what the getters report. */
  beginTick(): void {
    this.#busyMs = 0;
    this.#hasAnswered = false;
    this.#answersLast = false;
  }

  /** ms for which this tick kept the endpoint busy. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /** Whether the device has answered anything in the tick. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Whether the device has answered in the tick and was not silent since: see {@link noteSilence}. */
  get answersLast(): boolean {
    return this.#answersLast;
  }

  noteSilence(): void {
    this.#answersLast = false;
  }

  /**
   * Makes a request, and repeats it while the device says that it is busy.
   * @returns undefined when nothing was chosen
   * @throws DriverFailure, NotAsked; NotPermitted: nothing may be reported or asked any more
   */
  async ask(choose: ChooseGroup): Promise<Answer | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      const request = new GroupRequest(choose);
      try {
        const raw = await this.#begin(request);
        if (raw) this.#answered(request);
        return raw;
      } catch (error) {
        this.#failed(request, error);
        if (!isBusy(error) || attempt >= this.#busyRetries) throw error;
        const pauseMs = Math.min(firstBusyPauseMs * 2 ** attempt, longestBusyPauseMs);
        await pause(this.#options.timers, pauseMs, this.#stop.signal);
      }
    }
  }

  /** The failure as people read it. */
  failureOf(group: Group, error: DriverFailure): Failure {
    const detail = `${this.#options.device.code} ${group.inWords()}: ${error.message}`;
    return { cause: missCauseOf(error), detail };
  }

  #begin(request: GroupRequest): Promise<Answer | undefined> {
    // Do not wait for a turn after a stop: others may keep the endpoint busy for long.
    if (this.#isStopped) throw new NotPermitted('no request was sent: polling has stopped');
    const turn = this.#unit.isUnknown() ? this.#firstTurn : this.#turn;
    return this.#options.endpoint.turn(this, turn, (link) => this.#send(request, link));
  }

  #send(request: GroupRequest, link: Link): Promise<Answer> | undefined {
    const { breakers, clock, device, permission } = this.#options;
    // Checked right before the request, however long it has waited.
    if (this.#isStopped || !permission()) {
      throw new NotPermitted('no request was sent: the session is not held any more');
    }
    const group = request.choose();
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
    this.#settled(sentAtMs, 'ok');
    this.#noteAnswer();
  }

  /** @throws NotPermitted, or `error` itself when it is not a failure of the request */
  #failed({ group, sentAtMs }: GroupRequest, error: unknown): void {
    const { breakers, clock, permission } = this.#options;
    if (!(error instanceof DriverFailure) || !group) {
      // Whatever the error was, the request is not under way: otherwise no device would be asked over this endpoint
      // again.
      if (sentAtMs > 0) breakers.requestAbandoned();
      throw error;
    }
    this.#settled(sentAtMs, error);
    // The connection was destroyed because the right to poll was lost: the next holder answers for this tick.
    if (!permission()) {
      breakers.requestAbandoned();
      throw new NotPermitted('the session was lost while its device was asked');
    }
    if (error.isAnswer && !isFailureOfDevice(error)) this.#noteAnswer();
    if (error.isHeldBack) breakers.requestAbandoned();
    else if (error.wasSent) breakers.reached();
    else breakers.notReached(clock.nowMs(), this.failureOf(group, error));
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
