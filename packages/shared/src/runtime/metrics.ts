import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What Prometheus is answered. */
export interface MetricsPage {
  readonly contentType: string;
  text(): Promise<string>;
}

/**
 * Names of labels with the values that they can have, which are shown with 0 from the start: an alert on a rate must
 * not miss the first event. `any` for values that are known only when they come; they must be few, since each is a
 * series of its own in every database that scrapes this.
 */
export type LabelValues<L extends string> = Readonly<Record<L, readonly string[] | 'any'>>;

export interface MetricOptions<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: LabelValues<L>;
}

export interface Reading<L extends string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly value: number;
}

/** One value, or one for each combination of labels; undefined when nothing is known, and then nothing is shown. */
export type Readings<L extends string> = number | undefined | readonly Reading<L>[];

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * The metrics of one process. Code that does the work knows nothing of them: it counts for itself or tells an
 * observer, and what stands here reads that when it is asked, or listens.
 */
export class Metrics implements MetricsPage {
  readonly #registry = new Registry();
  readonly #described: MetricDescription[] = [];

  constructor(service: string) {
    this.gauge({
      name: 'holdfast_service_info',
      help: 'Always 1; names the kind of service.',
      labels: { service: 'any' },
      read: () => [{ labels: { service }, value: 1 }],
    });
  }

  /** Memory, processor time, event loop and garbage collection, under the names that all Node.js services use. */
  addProcessMetrics(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** All that was declared here, in that order; not those of the process. */
  described(): readonly MetricDescription[] {
    return this.#described;
  }

  /** Counts what it is told of. */
  counter<L extends string = never>(
    options: MetricOptions<L>,
  ): { add(labels: Readonly<Record<L, string>>, by?: number): void } {
    // Counted here, and handed over when Prometheus asks: the library looks its labels up anew for each count, which some
    // services do ten thousand times a second.
    const names = Object.keys(options.labels ?? {}) as L[];
    const counts = new Map<string, { readonly labels: Readonly<Record<L, string>>; value: number }>();
    const keyOf = (labels: Readonly<Record<L, string>>): string => {
      const [only] = names;
      if (only === undefined) return '';
      return names.length === 1 ? labels[only] : JSON.stringify(names.map((name) => labels[name]));
    };
    for (const known of knownCombinations(options.labels)) {
      const labels = known as Record<L, string>;
      counts.set(keyOf(labels), { labels, value: 0 });
    }
    this.countOf({ ...options, read: () => [...counts.values()] });
    return {
      add: (labels, by = 1) => {
        const key = keyOf(labels);
        const count = counts.get(key);
        if (count) count.value += by;
        else counts.set(key, { labels: { ...labels }, value: by });
      },
    };
  }

  /** Shows what somebody else counts. A count never falls while the process lives. */
  countOf<L extends string = never>(options: MetricOptions<L> & { readonly read: () => Readings<L> }): void {
    const { read } = options;
    new Counter({
      ...this.#declared('counter', options),
      collect() {
        this.reset();
        const readings = asList(read());
        if (readings.length === 0) forgetZero(this);
        for (const { labels, value } of readings) this.inc(labels as never, value);
      },
    });
  }

  /** Read when Prometheus asks. */
  gauge<L extends string = never>(options: MetricOptions<L> & { readonly read: () => Readings<L> }): void {
    const { read } = options;
    new Gauge({
      ...this.#declared('gauge', options),
      collect() {
        this.reset();
        const readings = asList(read());
        if (readings.length === 0) forgetZero(this);
        for (const { labels, value } of readings) this.set(labels as never, value);
      },
    });
  }

  histogram<L extends string = never>(
    options: MetricOptions<L> & { readonly bucketsS: readonly number[] },
  ): { observeMs(labels: Readonly<Record<L, string>>, valueMs: number): void } {
    const histogram = new Histogram({
      ...this.#declared('histogram', options),
      buckets: [...options.bucketsS],
    });
    for (const labels of knownCombinations(options.labels)) histogram.zero(labels as never);
    return { observeMs: (labels, valueMs) => histogram.observe(labels as never, valueMs / 1_000) };
  }

  #declared<L extends string>(type: MetricDescription['type'], options: MetricOptions<L>) {
    const { name, help } = options;
    const labelNames = Object.keys(options.labels ?? {}) as L[];
    this.#described.push({ name, type, help, labels: labelNames });
    return { name, help, labelNames, registers: [this.#registry] };
  }
}

/** A metric without labels is shown as 0 after a reset, and 0 is not the same as unknown. */
function forgetZero(metric: Counter | Gauge): void {
  if ((metric as unknown as { labelNames: string[] }).labelNames.length === 0) metric.remove();
}

function asList<L extends string>(readings: Readings<L>): readonly Reading<L>[] {
  if (readings === undefined) return [];
  return typeof readings === 'number' ? [{ labels: {} as Record<L, string>, value: readings }] : readings;
}

/** None when one of the labels can have any value. */
function knownCombinations(labels: LabelValues<string> = {}): Record<string, string>[] {
  let combinations: Record<string, string>[] = [{}];
  for (const [name, values] of Object.entries(labels)) {
    if (values === 'any') return [];
    combinations = combinations.flatMap((known) => values.map((value) => ({ ...known, [name]: value })));
  }
  return combinations;
}
