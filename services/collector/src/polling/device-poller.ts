import type { MissCause, PointValue } from '@holdfast/shared/contracts/sample.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';
import { ReadFailure } from '../ports.ts';
import { type BackoffLimits, backoffMs } from './backoff.ts';
import { decodeBlock, Readings } from './decode-block.ts';
import { type Endpoint, NotPermitted, type Permission } from './endpoint.ts';
import { planReads, type ReadBlock, unreadablePoints } from './read-plan.ts';
import { tickAt, tickTimeMs } from './schedule.ts';
import type { SteadyClock } from './steady-clock.ts';

const maxClockDifferenceMs = 60_000;
const nothingRead = { values: {}, integers: {}, uncertain: [] } as const;

/** What one tick of one device came to. Both values and a miss: some points could be read and others not. */
export interface TickResult {
  readonly tick: number;
  /** ms since 1970, when the last reply was complete */
  readonly readAtMs: number;
  readonly values: Readonly<Record<string, PointValue>>;
  /** 64-bit integers in decimal, by code. */
  readonly integers: Readonly<Record<string, string>>;
  /** Codes of the values and integers that are uncertain. */
  readonly uncertain: readonly string[];
  readonly miss: { readonly cause: MissCause; readonly detail: string } | undefined;
  /** Whether the device was asked at all: not while its back-off lasts, nor for a tick that is already past. */
  readonly asked: boolean;
}

export interface DevicePollerOptions {
  readonly device: DeviceConfig;
  readonly periodMs: number;
  readonly endpoint: Endpoint;
  readonly clock: SteadyClock;
  readonly timers: Timers;
  readonly backoff: BackoffLimits;
  readonly permission: Permission;
  /** 0…1 */
  readonly jitter: () => number;
  readonly onTick: (result: TickResult) => void;
}

/**
 * Reads one device at every tick of its schedule. Every tick from the first one on comes to exactly one
 * result, unless the session ends or the right to poll is lost: then the next holder answers for it.
 */
export class DevicePoller {
  readonly #options: DevicePollerOptions;
  readonly #blocks: readonly ReadBlock[];
  readonly #unreadable: string;
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;
  #failures = 0;
  #notBeforeMs = 0;
  #lastFailure: { cause: MissCause; detail: string } = { cause: 'connection', detail: '' };

  constructor(options: DevicePollerOptions) {
    this.#options = options;
    this.#blocks = planReads(options.device);
    this.#unreadable = unreadablePoints(options.device)
      .map(({ point, reason }) => `${point.code}: ${reason}`)
      .join(', ');
  }

  /**
   * @param firstTick no tick before this one is read, unless it lies further ahead than clocks may differ: a
   * former holder whose clock was wrong must not silence the device until that time has come
   */
  start(firstTick: number): void {
    this.#loop ??= this.#run(firstTick);
  }

  /** Lets the request in flight finish; nothing is asked after it. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(firstTick: number): Promise<void> {
    const { periodMs, clock, timers, permission } = this.#options;
    const isAhead = tickTimeMs(firstTick, periodMs) > clock.nowMs() + periodMs + maxClockDifferenceMs;
    let next = Math.max(isAhead ? 0 : firstTick, tickAt(clock.nowMs(), periodMs));
    while (!this.#stop.signal.aborted) {
      const waitMs = tickTimeMs(next, periodMs) - clock.nowMs();
      if (waitMs > 0) {
        await pause(timers, waitMs, this.#stop.signal);
        continue;
      }
      // Asked before anything is reported: ticks that passed while the right to poll was gone are the next
      // holder's to answer for, and a clock that jumped over years must not bring as many results.
      if (!permission()) return;
      const current = tickAt(clock.nowMs(), periodMs);
      for (; next < current; next += 1) this.#skip(next);
      if (!(await this.#poll(current))) return;
      next = current + 1;
    }
  }

  /** The tick passed while an earlier one was still being read, or this process could not run. */
  #skip(tick: number): void {
    const detail = `the reading before took longer than the period of ${this.#options.periodMs} ms`;
    this.#report(tick, nothingRead, { cause: 'overrun', detail }, false);
  }

  /** @returns whether to go on */
  async #poll(tick: number): Promise<boolean> {
    const { clock, device, endpoint } = this.#options;
    const waitMs = this.#notBeforeMs - clock.nowMs();
    if (waitMs > 0) {
      const { cause, detail } = this.#lastFailure;
      const retry = `not asked, next try in ${(waitMs / 1000).toFixed(1)} s after: ${detail}`;
      this.#report(tick, nothingRead, { cause, detail: retry }, false);
      return true;
    }
    const readings = new Readings();
    const problems: string[] = this.#unreadable === '' ? [] : [this.#unreadable];
    const permission = () => !this.#stop.signal.aborted && this.#options.permission();
    for (const block of this.#blocks) {
      const { table, address, quantity } = block;
      try {
        const raw = await endpoint.read(
          { unitId: device.unit_id, table, address, quantity, timeoutMs: device.timeout_ms },
          permission,
        );
        decodeBlock(block, raw, readings);
      } catch (error) {
        if (error instanceof NotPermitted) return false;
        if (!(error instanceof ReadFailure)) throw error;
        const last = block.address + block.quantity - 1;
        const detail = `${device.code} unit ${device.unit_id} ${table} ${block.address}-${last}: ${error.message}`;
        if (error.missCause !== 'exception') {
          // Without an answer the rest would only wait for as many timeouts.
          this.#failed(error.missCause, detail);
          this.#report(tick, nothingRead, { cause: error.missCause, detail }, true);
          return true;
        }
        problems.push(detail);
      }
    }
    this.#failures = 0;
    this.#notBeforeMs = 0;
    for (const [code, problem] of Object.entries(readings.problems)) problems.push(`${code}: ${problem}`);
    const miss =
      problems.length > 0
        ? { cause: 'exception' as const, detail: problems.join('; ').slice(0, 2_000) }
        : undefined;
    this.#report(tick, readings, miss, true);
    return true;
  }

  #failed(cause: MissCause, detail: string): void {
    this.#failures += 1;
    this.#lastFailure = { cause, detail };
    const pauseMs = backoffMs(this.#failures, this.#options.backoff, this.#options.jitter());
    this.#notBeforeMs = pauseMs > 0 ? this.#options.clock.nowMs() + pauseMs : 0;
  }

  #report(
    tick: number,
    { values, integers, uncertain }: Pick<TickResult, 'values' | 'integers' | 'uncertain'>,
    miss: TickResult['miss'],
    asked: boolean,
  ): void {
    const readAtMs = Math.round(this.#options.clock.nowMs());
    this.#options.onTick({ tick, readAtMs, values, integers, uncertain, miss, asked });
  }
}
