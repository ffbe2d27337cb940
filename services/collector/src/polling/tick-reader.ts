import type { DevicePlan, PartAnswer } from '@holdfast/driver/driver.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Answer, Group } from '@holdfast/driver/requests.ts';
import type { LackCause } from '@holdfast/shared/contracts/sample/lacking.ts';
import type { ReportFilter } from '../samples/report-filter.ts';
import { tickTimeMs } from '../samples/schedule.ts';
import type { Tick } from '../samples/tick.ts';
import { TickReadings } from '../samples/tick-readings.ts';
import type { ValueKeys } from '../samples/value-keys.ts';
import { type Failure, type Refusal, refusalInWords } from './breaker.ts';
import {
  DeviceRequests,
  type DeviceRequestsOptions,
  isFailureOfDevice,
  isRefusal,
  NotAsked,
} from './device-requests.ts';
import type { DuePoints } from './due-points.ts';
import type { Endpoint } from './endpoint.ts';
import type { UnitBreaker } from './endpoint-breakers.ts';
import { type LackingPoints, lackCauseOf } from './lacking-points.ts';
import type { SilentGroups } from './silent-groups.ts';

export interface TickReaderOptions extends DeviceRequestsOptions {
  readonly endpoint: Pick<Endpoint, 'turn' | 'cancel' | 'closeWhenIdle'>;
  readonly plan: DevicePlan;
  readonly due: Pick<DuePoints, 'of' | 'takenThrough' | 'periodMs'>;
  /** How long after its scheduled time a tick is to be read. */
  readonly phaseMs: number;
  readonly filter: ReportFilter;
  readonly keys: ValueKeys;
  readonly lacking: Pick<LackingPoints, 'of'>;
  readonly silent: Pick<SilentGroups, 'toAsk' | 'answered' | 'timedOut' | 'beginWithAnother'>;
}

/**
 * Returns the tick to read by now. While a tick waits for its turn on the endpoint, the next one may overtake it, and
 * is then read in its place.
 */
export type Arrive = (nowMs: number) => number;

/** Most requests that narrowing down may cost in one tick; a hundred bad points take several ticks. */
const narrowingPerTick = 24;

/** Carries out the plans of one device, one tick at a time. */
export class TickReader {
  readonly #options: TickReaderOptions;
  readonly #unit: UnitBreaker;
  readonly #requests: DeviceRequests;
  #tick = 0;
  /** Points that are due in the tick. */
  #due: readonly number[] = [];
  /** The groups that are asked in the tick, in order. */
  #groups: readonly Group[] = [];
  readonly #readings: TickReadings;
  /** The group that is being asked for, once its turn has come. */
  #chosen: Group | undefined;
  #failure: Failure | undefined;
  /** Whether the failure is not the device's own. */
  #isHeldBack = false;
  #refusal: Refusal | undefined;
  #askedAtMs: number | undefined;
  #narrowingLeft = 0;
  #hasSilentGroups = false;

  constructor(options: TickReaderOptions) {
    const { device, breakers, filter, keys } = options;
    this.#options = options;
    this.#unit = breakers.unit(device.pace.unit);
    this.#requests = new DeviceRequests(options);
    this.#readings = new TickReadings(keys, filter);
  }

  /** Lets a request in flight finish; nothing is asked after it. */
  stop(): void {
    this.#requests.stop();
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
        this.#chosen = undefined;
        const choose = index === 0 ? () => this.#chooseFirst(arrive) : () => this.#groups[index];
        try {
          const answer = await this.#requests.ask(() => {
            this.#chosen ??= choose();
            return this.#chosen;
          });
          // Happens with the first group only: the tick is over before it has begun.
          if (!answer) break;
          this.#groupAnswered(answer);
        } catch (error) {
          if (!this.#chosen) throw error;
          await this.#groupFailed(this.#chosen, error);
        }
      }
    } catch (error) {
      if (this.#askedAtMs !== undefined) this.#unit.abandoned(clock.nowMs());
      throw error;
    }
    const readAtMs = clock.nowMs();
    if (this.#askedAtMs !== undefined) {
      const { busyMs, hasAnswered } = this.#requests;
      if (this.#failure && !this.#isHeldBack) {
        this.#unit.failed(readAtMs, busyMs, this.#failure);
        if (!hasAnswered) silent.beginWithAnother();
      } else if (this.#failure && !hasAnswered) this.#unit.abandoned(readAtMs);
      else this.#unit.succeeded(readAtMs, busyMs);
      if (this.#failure) filter.allLost();
      if (device.pace.closesAfterTick) endpoint.closeWhenIdle();
    }
    if (this.#refusal) filter.allLost();
    else this.#options.due.takenThrough(this.#tick);
    return this.#result(readAtMs);
  }

  #begin(tick: number, nowMs: number): void {
    const { due, plan, silent } = this.#options;
    this.#tick = tick;
    this.#readings.begin(tickTimeMs(tick, due.periodMs));
    this.#hasSilentGroups = false;
    this.#requests.beginTick();
    this.#due = due.of(tick);
    const { groups, unread, missing } = plan.groups(this.#due, nowMs);
    if (unread !== '') this.#readings.addProblem(unread);
    for (const { at, detail, isRefused } of missing) {
      this.#readings.lose(at, detail, isRefused ? 'exception' : 'not_read');
    }
    this.#groups = silent.toAsk(groups, nowMs, (group, refusal) => {
      this.#hasSilentGroups = true;
      this.#giveUp(group.values, refusalInWords(refusal), lackCauseOf(refusal.cause));
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
    if (refusal) return { cause: refusal.cause, detail: refusalInWords(refusal) };
    const failure = this.#failure;
    if (failure) return { cause: failure.cause, detail: failure.detail };
    const problems = this.#readings.problems();
    if (problems === '') return undefined;
    return { cause: this.#hasSilentGroups ? 'timeout' : 'exception', detail: problems };
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

  #groupAnswered(answer: Answer): void {
    const group = this.#chosen;
    if (!group) return;
    const { plan, silent } = this.#options;
    answer.decode(this.#readings);
    silent.answered(group);
    plan.answered?.(group);
  }

  async #groupFailed(group: Group, error: unknown): Promise<void> {
    if (error instanceof NotAsked) {
      this.#failure = error.refusal;
      return;
    }
    if (!(error instanceof DriverFailure)) throw error;
    if (isRefusal(error)) await this.#groupRefused(group, error);
    else if (error.kind === 'timeout' && error.wasSent && !error.isHeldBack && this.#requests.answersLast)
      this.#groupTimedOut(group, error);
    else if (isFailureOfDevice(error)) {
      this.#failure = this.#requests.failureOf(group, error);
      this.#isHeldBack = error.isHeldBack;
    } else this.#giveUpFor(this.#requests.failureOf(group, error), group);
  }

  /** Allowed once, after an answer to something else: a device that is silent twice in a row is not asked on. */
  #groupTimedOut(group: Group, error: DriverFailure): void {
    const failure = this.#requests.failureOf(group, error);
    this.#requests.noteSilence();
    this.#hasSilentGroups = true;
    this.#options.silent.timedOut(group, this.#options.clock.nowMs(), failure);
    this.#giveUpFor(failure, group);
  }

  /** Has the plan find out which part of the group the device refuses. */
  async #groupRefused(group: Group, error: DriverFailure): Promise<void> {
    const { clock, plan } = this.#options;
    if (!plan.narrow) {
      this.#giveUpFor(this.#requests.failureOf(group, error), group);
      return;
    }
    const narrowing = plan.narrow(group, error, clock.nowMs());
    let step = narrowing.next();
    while (!step.done) step = narrowing.next(await this.#askPart(step.value));
    for (const { values, detail } of step.value) this.#giveUp(values, detail, 'exception');
  }

  async #askPart(part: Group): Promise<PartAnswer> {
    if (this.#narrowingLeft <= 0) return 'stopped';
    this.#narrowingLeft -= 1;
    try {
      const answer = await this.#requests.ask(() => part);
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
  #giveUp(values: readonly number[], detail: string, cause: LackCause): void {
    for (const at of values) this.#readings.lose(at, detail, cause);
    this.#readings.addProblem(detail);
  }
}
