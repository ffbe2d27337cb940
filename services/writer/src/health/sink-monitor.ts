import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import type { WriterCounters } from './writer-counters.ts';

/** Rates are measured over so long, the latency over so many batches. */
const rateWindowMs = 10_000;
const latencyBatches = 50;

interface Progress {
  readonly timeMs: number;
  readonly samples: number;
  readonly values: number;
}

/** Notified of each write when it ends. Returns at once and never throws. */
export interface WriteObserver {
  /** From handing a batch to the database to its answer, retries included. */
  batchWritten(latencyMs: number): void;
  /** @param code an SQLSTATE, an HTTP status, a system error code */
  attemptFailed(code: string): void;
}

/** Knows from the outcome of the writes how the database is doing. */
export class SinkMonitor {
  readonly #counters: WriterCounters;
  readonly #startedAtMs: number;
  readonly #observer: WriteObserver | undefined;
  readonly #latenciesMs: number[] = [];
  #progress: Progress[];
  #failingSinceMs: number | undefined;
  #lastError: SinkStatus['last_error'] = null;
  #lastWriteMs: number | undefined;

  constructor(counters: WriterCounters, nowMs: number, observer?: WriteObserver) {
    this.#counters = counters;
    this.#observer = observer;
    this.#startedAtMs = nowMs;
    this.#progress = [{ timeMs: nowMs, samples: 0, values: 0 }];
  }

  failed(error: unknown, nowMs: number): void {
    const code = error instanceof SampleStoreUnavailable ? error.code : 'unknown';
    this.#observer?.attemptFailed(code);
    this.#failingSinceMs ??= nowMs;
    this.#lastError = {
      time: new Date(nowMs).toISOString(),
      code,
      message: error instanceof Error ? error.message : String(error),
    };
  }

  worked(): void {
    this.#failingSinceMs = undefined;
  }

  wrote(latencyMs: number, nowMs: number): void {
    this.#lastWriteMs = nowMs;
    this.#observer?.batchWritten(latencyMs);
    this.#latenciesMs.push(latencyMs);
    if (this.#latenciesMs.length > latencyBatches) this.#latenciesMs.shift();
  }

  /** How long writing has failed, or 0 while it works. */
  failingForMs(nowMs: number): number {
    return this.#failingSinceMs === undefined ? 0 : Math.max(0, nowMs - this.#failingSinceMs);
  }

  /** Why the database does not take samples now, in words, or undefined while it does. */
  problem(storeAnswers: boolean, nowMs: number): string | undefined {
    if (!storeAnswers) return 'the database of samples does not answer';
    if (this.#failingSinceMs === undefined) return undefined;
    const seconds = Math.round(this.failingForMs(nowMs) / 1_000);
    return `the database of samples has taken nothing for ${seconds} s: ${this.#lastError?.message}`;
  }

  /** Ask it every few seconds: the rates are measured between two calls. */
  status(
    storeAnswers: boolean,
    nowMs: number,
  ): Omit<
    SinkStatus,
    | 'v'
    | 'instance'
    | 'store'
    | 'records_ticks'
    | 'refused'
    | 'refused_left_out'
    | 'rejected'
    | 'rejected_left_out'
  > {
    const counters = this.#counters;
    const now = { timeMs: nowMs, samples: counters.samplesWritten, values: counters.valuesWritten };
    this.#progress = [...this.#progress.filter(({ timeMs }) => nowMs - timeMs <= rateWindowMs), now];
    const [then = now] = this.#progress;
    const seconds = (now.timeMs - then.timeMs) / 1000;
    const perSecond = (count: number) => (seconds > 0 ? Math.round((count / seconds) * 10) / 10 : 0);
    return {
      started_at: new Date(this.#startedAtMs).toISOString(),
      updated_at: new Date(nowMs).toISOString(),
      reachable: this.problem(storeAnswers, nowMs) === undefined,
      failing_since: textOf(this.#failingSinceMs),
      last_error: this.#lastError,
      last_write: textOf(this.#lastWriteMs),
      samples_per_s: perSecond(now.samples - then.samples),
      values_per_s: perSecond(now.values - then.values),
      batch_latency_ms: this.#latency(),
      samples_written: counters.samplesWritten,
      values_written: counters.valuesWritten,
      samples_fenced: counters.samplesFenced,
      samples_rejected: counters.samplesRejected,
      samples_uncertain: counters.samplesUncertain,
      messages_quarantined: counters.messagesQuarantined,
      values_quarantined: counters.valuesQuarantined,
      failed_writes: counters.failedWrites,
    };
  }

  #latency(): SinkStatus['batch_latency_ms'] {
    const last = this.#latenciesMs.at(-1);
    if (last === undefined) return null;
    const sum = this.#latenciesMs.reduce((total, each) => total + each, 0);
    return {
      last: Math.round(last),
      mean: Math.round(sum / this.#latenciesMs.length),
      max: Math.round(Math.max(...this.#latenciesMs)),
    };
  }
}

function textOf(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}
