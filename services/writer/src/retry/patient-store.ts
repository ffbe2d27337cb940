import {
  type DeviceOfEpoch,
  type EpochStart,
  type FirstTick,
  type SampleStore,
  SampleStoreUnavailable,
  type StorableSample,
  type WriteOutcome,
} from '@holdfast/sample-store/sample-store.ts';
import type { TickCoverage, TickEntry } from '@holdfast/sample-store/tick-coverage.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import {
  longestRetryAfterMs,
  StoppedWhileTrying,
  untilItWorks,
} from '@holdfast/shared/runtime/until-it-works.ts';
import type { SinkMonitor } from '../health/sink-monitor.ts';
import type { WriterCounters } from '../health/writer-counters.ts';
import { writerOutage } from './writer-outage.ts';

/** Short, so that a database which can be reached again after a cut has the samples a moment later. */
const longestPauseMs = 1_000;

export interface PatientStoreOptions {
  readonly store: Pick<SampleStore, 'write' | 'epochStarts' | 'firstTicks' | 'forgetEpochs'>;
  /** Undefined where ticks are not recorded. */
  readonly coverage: Pick<TickCoverage, 'record'> | undefined;
  readonly counters: WriterCounters;
  readonly monitor: SinkMonitor;
  readonly log: Logger;
}

/**
 * The database, asked until it answers or the service stops. While it wants to be left alone, no batch asks it. Every
 * call throws StoppedWhileTrying when it was stopped first.
 */
export class PatientStore {
  readonly #options: PatientStoreOptions;
  readonly #storeOutage: OutageLog;
  readonly #coverageOutage: OutageLog;
  #leftAloneUntilMs = 0;

  constructor(options: PatientStoreOptions) {
    this.#options = options;
    this.#storeOutage = writerOutage(options.log, 'the database');
    this.#coverageOutage = writerOutage(options.log, 'the record of ticks');
  }

  /** @param samples asked for before each attempt */
  write(samples: () => readonly StorableSample[], signal: AbortSignal): Promise<WriteOutcome> {
    return this.#untilItAnswers('write', () => this.#options.store.write(samples()), signal);
  }

  epochStarts(recorded: ReadonlyMap<string, number>, signal: AbortSignal): Promise<EpochStart[]> {
    return this.#untilItAnswers('look', () => this.#options.store.epochStarts(recorded), signal);
  }

  firstTicks(devices: readonly DeviceOfEpoch[], signal: AbortSignal): Promise<FirstTick[]> {
    return this.#untilItAnswers('look', () => this.#options.store.firstTicks(devices), signal);
  }

  /** Removes the notes of epochs that were never given. */
  forgetEpochs(epochs: readonly Pick<EpochStart, 'session' | 'epoch'>[], signal: AbortSignal): Promise<void> {
    return this.#untilItAnswers('look', () => this.#options.store.forgetEpochs(epochs), signal);
  }

  /** Records what became of ticks that the store itself did not take. */
  async record(entries: readonly TickEntry[], signal: AbortSignal): Promise<void> {
    const { coverage } = this.#options;
    if (coverage === undefined || entries.length === 0) return;
    await untilItWorks(() => coverage.record(entries), {
      signal,
      longestPauseMs,
      isTemporary: (error) => error instanceof SampleStoreUnavailable,
      outage: this.#coverageOutage,
    });
  }

  /**
   * A successful look says nothing about writing, which may go elsewhere (values into InfluxDB, epochs into
   * PostgreSQL).
   */
  #untilItAnswers<T>(what: 'write' | 'look', attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { monitor } = this.#options;
    let hasFailed = false;
    const whenWelcome = async (): Promise<T> => {
      await this.#untilWelcome(signal);
      return attempt();
    };
    return untilItWorks(whenWelcome, {
      signal,
      longestPauseMs,
      isTemporary: (error) => error instanceof SampleStoreUnavailable,
      askedPauseMs: (error) => (error instanceof SampleStoreUnavailable ? error.retryAfterMs : undefined),
      outage: {
        failed: (error) => {
          hasFailed = true;
          this.#failed(error);
        },
        worked: () => {
          if (what === 'look' && !hasFailed) return;
          this.#storeOutage.worked();
          monitor.worked();
        },
      },
    });
  }

  async #untilWelcome(signal: AbortSignal): Promise<void> {
    while (performance.now() < this.#leftAloneUntilMs) {
      await pause(systemTimers, this.#leftAloneUntilMs - performance.now(), signal);
      if (signal.aborted) throw new StoppedWhileTrying('stopped while the database wants to be left alone');
    }
  }

  /**
   * A request by the database to be left alone counts for all batches, not only one. Otherwise the others would knock
   * at once.
   */
  #failed(error: unknown): void {
    const { counters, monitor } = this.#options;
    counters.failedWrites += 1;
    this.#storeOutage.failed(error);
    monitor.failed(error, Date.now());
    const askedMs = error instanceof SampleStoreUnavailable ? (error.retryAfterMs ?? 0) : 0;
    const untilMs = performance.now() + Math.min(askedMs, longestRetryAfterMs);
    this.#leftAloneUntilMs = Math.max(this.#leftAloneUntilMs, untilMs);
  }
}
