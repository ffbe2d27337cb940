import { pointWidth, valueCodes } from '@holdfast/driver-modbus/layout/point-layout.ts';
import type { LearnedLimits } from '@holdfast/driver-modbus/plan/learned-limits.ts';
import { narrowDown, type PartAnswer } from '@holdfast/driver-modbus/plan/narrow-down.ts';
import { arrayValues } from '@holdfast/driver-modbus/plan/plan-reads.ts';
import type { PlannedPoint } from '@holdfast/driver-modbus/plan/read-plan.ts';
import { type RawBlock, ReadFailure } from '../ports.ts';
import type { ReportFilter } from '../samples/report-filter.ts';
import { tickTimeMs } from '../samples/schedule.ts';
import type { Tick } from '../samples/tick.ts';
import { TickReadings } from '../samples/tick-readings.ts';
import type { ValueKeys } from '../samples/value-keys.ts';
import { type Failure, type Refusal, refusalInWords } from './breaker.ts';
import type { DevicePlans } from './device-plans.ts';
import {
  DeviceRequests,
  type DeviceRequestsOptions,
  isFailureOfDevice,
  isRefusal,
  NotAsked,
} from './device-requests.ts';
import type { Endpoint } from './endpoint.ts';
import type { UnitBreaker } from './endpoint-breakers.ts';
import type { SilentBlocks } from './silent-blocks.ts';
import type { PlannedBlock } from './tick-plan.ts';

export interface TickReaderOptions extends DeviceRequestsOptions {
  readonly endpoint: Pick<Endpoint, 'turn' | 'cancel' | 'closeWhenIdle'>;
  readonly plans: DevicePlans;
  /** How long after its scheduled time a tick is to be read. */
  readonly phaseMs: number;
  readonly learned: LearnedLimits;
  readonly filter: ReportFilter;
  readonly keys: ValueKeys;
  readonly silent: Pick<SilentBlocks, 'toAsk' | 'answered' | 'timedOut' | 'beginWithAnother'>;
}

/**
 * Says which tick it is to read by now: waiting for its turn on the endpoint a tick may have been overtaken by the next
 * one, which is then read in its place.
 */
export type Arrive = (nowMs: number) => number;

/** Requests that narrowing down may cost in one tick; a hundred bad points take several ticks. */
const narrowingPerTick = 24;

/** Carries out the plans of one device, one tick at a time. */
export class TickReader {
  readonly #options: TickReaderOptions;
  readonly #unit: UnitBreaker;
  readonly #requests: DeviceRequests;
  #tick = 0;
  /** The blocks that are asked in the tick, in order. */
  #blocks: readonly PlannedBlock[] = [];
  readonly #readings: TickReadings;
  /** The block that is being asked for, once its turn has come. */
  #chosen: PlannedBlock | undefined;
  #failure: Failure | undefined;
  /** It is none of the device's. */
  #isHeldBack = false;
  #refusal: Refusal | undefined;
  #askedAtMs: number | undefined;
  #narrowingLeft = 0;
  #hasSilentBlocks = false;

  constructor(options: TickReaderOptions) {
    const { device, breakers, filter, keys } = options;
    this.#options = options;
    this.#unit = breakers.unit(device.unit_id);
    this.#requests = new DeviceRequests(options);
    this.#readings = new TickReadings(keys, filter);
  }

  /** Lets a request in flight finish; nothing is asked after it. */
  stop(): void {
    this.#requests.stop();
  }

  /**
   * @param nowMs it is: the clocks are looked at as seldom as may be, which counts with ten thousand ticks a second
   * @throws NotPermitted: nothing may be reported of the tick, nor asked any more
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
      for (let index = 0; index < this.#blocks.length && !this.#failure; index += 1) {
        this.#chosen = undefined;
        const choose = index === 0 ? () => this.#chooseFirst(arrive) : () => this.#blocks[index];
        try {
          const raw = await this.#requests.ask(() => {
            this.#chosen ??= choose();
            return this.#chosen;
          });
          // True of the first block only: the tick is over before it has begun.
          if (!raw) break;
          this.#blockAnswered(raw);
        } catch (error) {
          if (!this.#chosen) throw error;
          await this.#blockFailed(this.#chosen, error);
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
      if (device.profile?.close_after_read) endpoint.closeWhenIdle();
    }
    if (this.#refusal) filter.allLost();
    else this.#options.plans.takenThrough(this.#tick);
    return this.#result(readAtMs);
  }

  #begin(tick: number, nowMs: number): void {
    const { plans, silent } = this.#options;
    this.#tick = tick;
    this.#readings.begin(tickTimeMs(tick, plans.periodMs));
    this.#hasSilentBlocks = false;
    this.#requests.beginTick();
    const plan = plans.of(tick, nowMs);
    if (plan.unread !== '') this.#readings.addProblem(plan.unread);
    for (const { code, detail } of plan.missing) this.#readings.lose(code, detail);
    this.#blocks = silent.toAsk(plan.blocks, nowMs, ({ block }, refusal) => {
      this.#hasSilentBlocks = true;
      this.#giveUp(block.points, refusalInWords(refusal));
    });
    this.#failure = undefined;
    this.#isHeldBack = false;
    this.#refusal = undefined;
    this.#narrowingLeft = narrowingPerTick;
  }

  #result(readAtMs: number): Tick {
    return {
      tick: this.#tick,
      readAtMs: Math.round(readAtMs),
      readings: this.#readings,
      miss: this.#miss(),
      asked: this.#refusal === undefined,
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
    return { cause: this.#hasSilentBlocks ? 'timeout' : 'exception', detail: problems };
  }

  #latenessMs(): number | undefined {
    if (this.#askedAtMs === undefined || this.#refusal) return undefined;
    const { plans, phaseMs } = this.#options;
    return Math.max(0, this.#askedAtMs - (tickTimeMs(this.#tick, plans.periodMs) + phaseMs));
  }

  /** Its turn may come long after it was wanted: then another tick is read, or none. */
  #chooseFirst(arrive: Arrive): PlannedBlock | undefined {
    const nowMs = this.#options.clock.nowMs();
    const tick = arrive(nowMs);
    if (tick !== this.#tick) this.#begin(tick, nowMs);
    this.#refusal = this.#unit.refusal(nowMs);
    const [block] = this.#blocks;
    if (this.#refusal || !block) return undefined;
    this.#unit.began();
    this.#askedAtMs = nowMs;
    return block;
  }

  #blockAnswered(raw: RawBlock): void {
    const block = this.#chosen;
    if (!block) return;
    const { silent, learned } = this.#options;
    block.decode(raw, this.#readings);
    silent.answered(block);
    if (block.probeOf === 'device') learned.acceptAll();
    else if (block.probeOf) for (const { point } of block.block.points) learned.accept(point.code);
  }

  async #blockFailed(block: PlannedBlock, error: unknown): Promise<void> {
    if (error instanceof NotAsked) {
      this.#failure = error.refusal;
      return;
    }
    if (!(error instanceof ReadFailure)) throw error;
    if (isRefusal(error)) await this.#blockRefused(block, error);
    else if (
      error.missCause === 'timeout' &&
      error.wasSent &&
      !error.isHeldBack &&
      this.#requests.answersLast
    )
      this.#blockTimedOut(block, error);
    else if (isFailureOfDevice(error)) {
      this.#failure = this.#requests.failureOf(block, error);
      this.#isHeldBack = error.isHeldBack;
    } else this.#giveUp(block.block.points, this.#requests.failureOf(block, error).detail);
  }

  /** Once, after an answer to something else: a device that is silent twice in a row is not asked on. */
  #blockTimedOut(block: PlannedBlock, error: ReadFailure): void {
    const failure = this.#requests.failureOf(block, error);
    this.#requests.noteSilence();
    this.#hasSilentBlocks = true;
    this.#options.silent.timedOut(block, this.#options.clock.nowMs(), failure);
    this.#giveUp(block.block.points, failure.detail);
  }

  async #blockRefused(block: PlannedBlock, error: ReadFailure): Promise<void> {
    const { clock, learned } = this.#options;
    if (block.probeOf) {
      if (block.probeOf === 'device') return;
      for (const { point } of block.block.points) learned.refuse(point, error.message, clock.nowMs());
      return;
    }
    const open = new Set(block.block.points);
    const arrays: PlannedPoint[] = [];
    const isDone = await narrowDown(block.block, {
      ask: (points) => this.#askPart(points, open),
      onRefused: (points) => {
        const alone = points.filter((planned) => !isDivisible(planned));
        arrays.push(...points.filter(isDivisible));
        if (alone.length === 0) return;
        for (const planned of alone) {
          open.delete(planned);
          learned.refuse(planned.point, error.message, clock.nowMs());
        }
        this.#giveUp(alone, `${alone.map(({ point }) => point.code).join(', ')}: ${error.message}`);
      },
      onCut: (cut, hole) => learned.cut(cut, hole),
      onTooLong: (quantity) => learned.limit(block.block.table, quantity),
    });
    if (isDone) for (const array of arrays) await this.#arrayRefused(array, open, error);
    if (open.size === 0) return;
    this.#giveUp(
      [...open],
      `${this.#requests.failureOf(block, error).detail}; which part of it is being found out`,
    );
  }

  /**
   * It was refused whole. Where its first or its last value can be read it is taken apart: from the next tick on its
   * values are read like single points, and found out about like those.
   */
  async #arrayRefused(array: PlannedPoint, open: Set<PlannedPoint>, error: ReadFailure): Promise<void> {
    const { clock, learned } = this.#options;
    const { point } = array;
    const values = arrayValues(point);
    for (const end of [values.at(0), values.at(-1)]) {
      if (!end) continue;
      const answer = await this.#askPart([{ point: end, offset: 0, width: pointWidth(end) }], open);
      if (answer === 'stopped') return;
      if (answer === 'refused') continue;
      learned.takeApart(point.code);
      return;
    }
    open.delete(array);
    learned.refuse(point, error.message, clock.nowMs());
    this.#giveUp([array], `${point.code}: ${error.message}`);
  }

  async #askPart(points: readonly PlannedPoint[], open: Set<PlannedPoint>): Promise<PartAnswer> {
    let answer: PartAnswer = 'read';
    for (const part of this.#options.plans.parts(points.map(({ point }) => point))) {
      if (this.#narrowingLeft <= 0) return 'stopped';
      this.#narrowingLeft -= 1;
      try {
        const raw = await this.#requests.ask(() => part);
        if (raw) part.decode(raw, this.#readings);
        const read = new Set(part.block.points.map(({ point }) => point));
        for (const planned of points) if (read.has(planned.point)) open.delete(planned);
      } catch (error) {
        if (error instanceof ReadFailure && isRefusal(error)) answer = 'refused';
        else {
          await this.#blockFailed(part, error);
          return 'stopped';
        }
      }
    }
    return answer;
  }

  /** These points have no value in this tick. */
  #giveUp(points: readonly PlannedPoint[], detail: string): void {
    for (const { point } of points) {
      for (const code of valueCodes(point)) this.#readings.lose(code, detail);
    }
    this.#readings.addProblem(detail);
  }
}

/** An array that lies in more than one register, or bit. */
function isDivisible({ point, width }: PlannedPoint): boolean {
  return width > 1 && (point.count ?? 1) > 1;
}
