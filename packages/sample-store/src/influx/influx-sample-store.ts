import type { ValueKind } from '@holdfast/driver/values/value-kind.ts';
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import { refuseTooManyBuckets } from '../refuse-too-many-buckets.ts';
import {
  type HistoryPoint,
  type HistoryQuery,
  HistoryQueryRefused,
  type SampleStore,
  type StorableSample,
} from '../sample-store.ts';
import { storeText } from '../texts.ts';
import {
  exactAggregateStatement,
  exactBuckets,
  exactHistoryStatement,
  exactPoints,
  figuresOf,
  mayBeInexact,
  parseExactly,
  readExactRows,
} from './exact-integers.ts';
import { fieldTypesStatement, kindOfType, readFieldTypes, type TypedField } from './field-types.ts';
import { readAggregateAnswer, readHistoryAnswer } from './history-answer.ts';
import { serverReason, unavailable } from './influx-errors.ts';
import { get, type InfluxAddress, type InfluxLayout, type Patience } from './influx-requests.ts';
import { aggregateStatement, historyStatement } from './influxql.ts';
import { type Answer, parseAnswer } from './influxql-answer.ts';
import { IntegerFields, measurementsTogether } from './integer-fields.ts';
import { lastQuestions, lastStatement, readLastAnswer } from './last-values.ts';
import { LineWriter } from './line-protocol.ts';
import { PredecessorLines } from './predecessor-lines.ts';
import { RefusedFields } from './refused-fields.ts';
import { readStoredTicks, storedTicksStatement, tickGroups } from './stored-ticks.ts';
import { writeAtTheirTimes } from './write-at-their-times.ts';
import { type Writing, write } from './write-samples.ts';

/**
 * Samples in InfluxDB 2, or in a database that understands its `/api/v2/write` (VictoriaMetrics, which keeps only
 * numbers: a text becomes 0, a boolean 0 or 1). History is read by InfluxQL, which InfluxDB 1.x, 2.x and 3.x answer.
 *
 * 64-bit integers that a float does not hold are kept next to it (see LineWriter), and read with a further question
 * where the floats are that large. VictoriaMetrics keeps only the nearest double of everything.
 *
 * Limits: it keeps no sessions, epochs or misses, and the last value written for a measurement, device and time stays.
 * Samples marked as overtaken are therefore written only where nothing is stored yet. Another writer may store the tick
 * after that look: then the older value stays, which was also read under its lease. In VictoriaMetrics the look finds
 * nothing. It takes the question and answers something else.
 */
export function openInfluxSampleStore(
  options: InfluxAddress & { readonly layout?: InfluxLayout },
): SampleStore {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const influx = new InfluxDB({
    url: options.url,
    timeout: timeoutMs,
    ...(options.token === undefined ? {} : { token: options.token }),
    ...(options.authority === undefined ? {} : { transportOptions: { ca: options.authority.pem } }),
  });
  const ask = <T>(
    statement: string,
    readAnswer: (documents: readonly unknown[]) => Answer<T>,
    {
      parse = JSON.parse,
      signal,
    }: { parse?: (json: string) => unknown; signal?: AbortSignal | undefined } = {},
  ): Promise<T[]> =>
    readAll(influx, options, { timeoutMs, signal }, statement, (text) =>
      readAnswer(parseAnswer(text, parse)),
    );
  /** A server without InfluxQL (VictoriaMetrics) has no types either. */
  const typesOf = (measurements: readonly string[]): Promise<TypedField[]> =>
    ask(fieldTypesStatement(measurements), readFieldTypes).catch((error: unknown) => {
      if (error instanceof HistoryQueryRefused) return [];
      throw error;
    });
  const fieldTypes = async (measurement: string): Promise<Map<string, Set<string>>> => {
    const types = new Map<string, Set<string>>();
    // The types only save requests: without them more requests are made.
    const fields = await typesOf([measurement]).catch(() => []);
    for (const { field, type } of fields) types.set(field, (types.get(field) ?? new Set()).add(type));
    return types;
  };
  const integers = options.layout === 'predecessor' ? new IntegerFields(typesOf) : undefined;
  const writing: Writing = {
    influx,
    options,
    lines: integers ? new PredecessorLines(integers) : new LineWriter(),
    fields: new RefusedFields(),
    fieldTypes,
  };
  /** Leaves out overtaken samples whose tick is already stored: a value written under another epoch stays. */
  const withoutStored = async (samples: readonly StorableSample[]): Promise<readonly StorableSample[]> => {
    const overtaken = samples.filter((sample) => sample.overtaken && (sample.values || sample.integers));
    if (overtaken.length === 0) return samples;
    const passed = new Set<StorableSample>();
    for (const group of tickGroups(overtaken)) {
      const storedTicks = new Set(await ask(storedTicksStatement(group), readStoredTicks));
      for (const sample of group.samples) if (storedTicks.has(sample.time)) passed.add(sample);
    }
    return samples.filter((sample) => !passed.has(sample));
  };
  const history = async (query: HistoryQuery): Promise<HistoryPoint[]> => {
    if (query.devices?.length === 0) return [];
    const { signal } = query;
    const readAnswer = (documents: readonly unknown[]) => readHistoryAnswer(documents, query);
    const points = await ask(historyStatement(query), readAnswer, { signal });
    if (!points.some(({ value }) => mayBeInexact(value))) return points;
    const exactly = { parse: parseExactly, signal };
    return exactPoints(points, await ask(exactHistoryStatement(query), readExactRows, exactly));
  };
  return {
    keepsSessions: false,
    async write(samples) {
      try {
        await integers?.learn(samples);
        return await writeAtTheirTimes(samples, async (moments) =>
          write(writing, await withoutStored(moments)),
        );
      } catch (error) {
        if (error instanceof HistoryQueryRefused) return { kind: 'rejected', reason: error.message };
        throw error;
      }
    },
    history,
    async lastValues(places) {
      const points: HistoryPoint[] = [];
      for (const question of lastQuestions(places)) {
        const answer = (documents: readonly unknown[]) => readLastAnswer(documents, question);
        for (const point of await ask(lastStatement(question), answer)) {
          const { time: start, device, pointCode } = point;
          const devices = question.places.filter(({ deviceCode }) => deviceCode === device).slice(0, 1);
          const end = new Date(start.getTime() + 1);
          const exact = mayBeInexact(point.value)
            ? await history({ pointCode, devices, start, end, limit: 1 })
            : [];
          points.push(exact[0] ?? point);
        }
      }
      return points;
    },
    async aggregate(query) {
      refuseTooManyBuckets(query);
      if (query.devices?.length === 0) return [];
      const { signal } = query;
      const readAnswer = (documents: readonly unknown[]) => readAggregateAnswer(documents, query);
      const buckets = await ask(aggregateStatement(query), readAnswer, { signal });
      if (!buckets.some((bucket) => figuresOf(bucket).some(mayBeInexact))) return buckets;
      const exactly = { parse: parseExactly, signal };
      return exactBuckets(buckets, await ask(exactAggregateStatement(query), readExactRows, exactly));
    },
    async kindsOf(places) {
      const typed = new Map<string, Set<ValueKind>>();
      const measurements = [...new Set(places.map(({ measurement }) => measurement))];
      for (let from = 0; from < measurements.length; from += measurementsTogether) {
        const some = measurements.slice(from, from + measurementsTogether);
        for (const { measurement, field, type } of await typesOf(some)) {
          const kind = kindOfType(type);
          const key = JSON.stringify([measurement, field]);
          if (kind) typed.set(key, (typed.get(key) ?? new Set()).add(kind));
        }
      }
      return places.map(
        ({ measurement, pointCode }) => typed.get(JSON.stringify([measurement, pointCode])) ?? new Set(),
      );
    },
    maintain: async () => [],
    epochStarts: async () => [],
    firstTicks: async () => [],
    forgetEpochs: async () => undefined,
    async reachable() {
      return get(influx, '/ping', { timeoutMs }).then(
        () => true,
        () => false,
      );
    },
    close: async () => undefined,
  };
}

async function readAll<T>(
  influx: InfluxDB,
  options: InfluxAddress,
  patience: Patience,
  statement: string,
  readAnswer: (text: string) => Answer<T>,
): Promise<T[]> {
  // A bucket is queried as the database of the same name (InfluxDB 2 maps it by itself).
  const query = new URLSearchParams({ db: options.bucket, epoch: 'ms', chunked: 'true', q: statement });
  let body: string;
  try {
    body = await get(influx, `/query?${query}`, patience);
  } catch (error) {
    patience.signal?.throwIfAborted();
    if (error instanceof HistoryQueryRefused) throw error;
    if (error instanceof HttpError && error.statusCode === 400) {
      const reason = serverReason(error);
      throw new HistoryQueryRefused(storeText('influxdb_400', { reason }));
    }
    throw unavailable('cannot read history', error, options);
  }
  let answer: Answer<T>;
  try {
    answer = readAnswer(body);
  } catch (error) {
    throw unavailable('cannot read history: the answer is not JSON', error, options);
  }
  if (!answer.ok) {
    throw new HistoryQueryRefused(storeText('influxdb_answered', { problem: answer.problem }));
  }
  return answer.results;
}
