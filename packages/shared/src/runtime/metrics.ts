import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';

/** The answer to Prometheus. */
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

/** One value, or one for each combination of labels, or undefined if nothing is known, and then nothing is shown. */
export type Readings<L extends string> = number | undefined | readonly Reading<L>[];

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * The metrics of one process. Code that does the work knows nothing of them. It counts for itself or notifies an
 * observer. Metrics read those counts when they are asked, or listen.
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
    // The library's 10 ms wake an idle process a hundred times a second: 4 ms of processor time a second.
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 50 });
    // These gauges have names of counters, which Prometheus' own check refuses; those without `_total` have the same by
    // type.
    for (const what of ['handles', 'requests', 'resources']) {
      this.#registry.removeSingleMetric(`nodejs_active_${what}_total`);
    }
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** All metrics that were declared here, in that order; those of the process are not among them. */
  described(): readonly MetricDescription[] {
    return this.#described;
  }

  /** Counts what it is given. Anything but a number is left out: the library would refuse the whole page for it. */
  counter<L extends string = never>(
    options: MetricOptions<L>,
  ): { add(labels: Readonly<Record<L, string>>, by?: number): void } {
    // Counts are kept here, and handed over when Prometheus asks: the library looks its labels up for each count,
    // which some services do ten thousand times a second.
    const keyOf = labelKeys(options.labels);
    const counts = new Map<string, { readonly labels: Readonly<Record<L, string>>; value: number }>();
    for (const combination of knownCombinations(options.labels)) {
      const labels = combination as Record<L, string>;
      counts.set(keyOf(labels), { labels, value: 0 });
    }
    this.countOf({ ...options, read: () => [...counts.values()] });
    return {
      add: (labels, by = 1) => {
        if (!Number.isFinite(by)) return;
        const key = keyOf(labels);
        const count = counts.get(key);
        if (count) count.value += by;
        else counts.set(key, { labels: { ...labels }, value: by });
      },
    };
  }

  /** Shows what other code counts. A count never falls while the process lives. */
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

  /** A gauge that is read when Prometheus asks. */
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

  /**
   * Sorts the values that it is given into buckets. Anything but a number is left out. It says nothing, and would spoil
   * the sum for as long as the process lives.
   */
  histogram<L extends string = never>(
    options: MetricOptions<L> & { readonly bucketsS: readonly number[] },
  ): { observeMs(labels: Readonly<Record<L, string>>, valueMs: number): void } {
    const { bucketsS } = options;
    const keyOf = labelKeys(options.labels);
    const series = new Map<string, BucketCounts<L>>();
    const seriesOf = (labels: Readonly<Record<L, string>>): BucketCounts<L> => {
      const key = keyOf(labels);
      const present = series.get(key);
      if (present) return present;
      const created = { labels: { ...labels }, counts: new Float64Array(bucketsS.length + 1), sumS: 0 };
      series.set(key, created);
      return created;
    };
    for (const combination of knownCombinations(options.labels)) seriesOf(combination as Record<L, string>);
    const { name, help } = this.#declared('histogram', options);
    // The library's own histogram looks labels and buckets up by their text at each observation. Its registry asks a
    // metric only for its name and for this.
    const exposed = {
      name,
      get: async () => ({
        name,
        help,
        type: 'histogram',
        values: [...series.values()].flatMap((one) => shownBuckets(name, bucketsS, one)),
        aggregator: 'sum',
      }),
    };
    this.#registry.registerMetric(exposed as unknown as Metric);
    return {
      observeMs: (labels, valueMs) => {
        if (!Number.isFinite(valueMs)) return;
        const into = seriesOf(labels);
        const valueS = valueMs / 1_000;
        let bucket = 0;
        while (bucket < bucketsS.length && valueS > (bucketsS[bucket] as number)) bucket += 1;
        into.counts[bucket] = (into.counts[bucket] as number) + 1;
        into.sumS += valueS;
      },
    };
  }

  #declared<L extends string>(type: MetricDescription['type'], options: MetricOptions<L>) {
    const { name, help } = options;
    const labelNames = Object.keys(options.labels ?? {}) as L[];
    this.#described.push({ name, type, help, labels: labelNames });
    return { name, help, labelNames, registers: [this.#registry] };
  }
}

/**
 * How often an observation fell into each bucket, for one combination of labels; the last bucket has what is above all
 * others.
 */
interface BucketCounts<L extends string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly counts: Float64Array;
  sumS: number;
}

/** As the library's registry shows a histogram. */
function shownBuckets<L extends string>(
  name: string,
  bucketsS: readonly number[],
  { labels, counts, sumS }: BucketCounts<L>,
) {
  let count = 0;
  const buckets = [...bucketsS, '+Inf'].map((le, index) => {
    count += counts[index] as number;
    return { labels: { le, ...labels }, value: count, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels: { ...labels }, value: sumS, metricName: `${name}_sum` },
    { labels: { ...labels }, value: count, metricName: `${name}_count` },
  ];
}

/** One text for each combination of labels. */
function labelKeys<L extends string>(
  labels: LabelValues<L> | undefined,
): (of: Readonly<Record<L, string>>) => string {
  const names = Object.keys(labels ?? {}) as L[];
  const [only] = names;
  if (only === undefined) return () => '';
  if (names.length === 1) return (of) => of[only];
  return (of) => JSON.stringify(names.map((name) => of[name]));
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
    combinations = combinations.flatMap((combination) =>
      values.map((value) => ({ ...combination, [name]: value })),
    );
  }
  return combinations;
}
