import { type CollectorLoad, lateTickMs } from '@holdfast/shared/contracts/collector-load.ts';
import type { PollObserver } from '../ports.ts';

/** The counters at one moment. */
interface Mark {
  readonly atMs: number;
  readonly values: number;
  readonly ticks: number;
  readonly lateTicks: number;
  readonly cpuMicros: number;
}

export interface LoadMeterSources {
  readonly monotonicMs: () => number;
  /** Processor time of this process so far, in µs. */
  readonly cpuMicros: () => number;
  readonly memoryBytes: () => number;
}

const overMs = 60_000;

/** Measures how busy this process was over the last minute. Ask it every few seconds. */
export class LoadMeter {
  readonly #sources: LoadMeterSources;
  #values = 0;
  #ticks = 0;
  #lateTicks = 0;
  /** Oldest first; counting starts from the first. */
  #marks: readonly Mark[];

  constructor(sources: LoadMeterSources) {
    this.#sources = sources;
    this.#marks = [this.#mark()];
  }

  /** Counts what the observer is given, and hands it on. */
  counting(observer: PollObserver): PollObserver {
    return {
      onRead: (observed) => observer.onRead(observed),
      onTick: (tick) => {
        this.#values += tick.values;
        this.#ticks += tick.ticks;
        if ((tick.latenessMs ?? 0) >= lateTickMs) this.#lateTicks += tick.ticks;
        observer.onTick(tick);
      },
    };
  }

  load(): CollectorLoad {
    const now = this.#mark();
    const begin = this.#marks.findLastIndex(({ atMs }) => now.atMs - atMs >= overMs);
    const [from = now, ...later] = this.#marks.slice(Math.max(0, begin));
    this.#marks = [from, ...later, now];
    const seconds = Math.max(0.001, (now.atMs - from.atMs) / 1_000);
    const ticks = now.ticks - from.ticks;
    return {
      values_per_s: hundredths((now.values - from.values) / seconds),
      ticks_per_s: hundredths(ticks / seconds),
      late_share: ticks === 0 ? 0 : (now.lateTicks - from.lateTicks) / ticks,
      cpu_share: Math.max(0, hundredths((now.cpuMicros - from.cpuMicros) / 1_000_000 / seconds)),
      memory_bytes: this.#sources.memoryBytes(),
    };
  }

  #mark(): Mark {
    const { monotonicMs, cpuMicros } = this.#sources;
    return {
      atMs: monotonicMs(),
      values: this.#values,
      ticks: this.#ticks,
      lateTicks: this.#lateTicks,
      cpuMicros: cpuMicros(),
    };
  }
}

export function processLoadMeter(): LoadMeter {
  return new LoadMeter({
    monotonicMs: () => performance.now(),
    cpuMicros: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    memoryBytes: () => process.memoryUsage.rss(),
  });
}

function hundredths(number: number): number {
  return Math.round(number * 100) / 100;
}
