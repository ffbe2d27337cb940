import { writtenWords } from '@holdfast/texts/bounded-text.ts';
import { type QueryExecutorProvider, sql } from 'kysely';
import type pg from 'pg';
import { beyondDouble } from '../exact-integer.ts';
import type { StorableSample } from '../sample-store.ts';
import { boolArray, float8Array, int4Array, int8Array, timestampArray } from './array-parameter.ts';
import { copyInto } from './copy-into.ts';
import { SampleRows } from './sample-rows.ts';
import type { SeriesLookup } from './series-ids.ts';

/** Most rows in one COPY, which is sent before the next is made: this bounds memory. */
const rowsPerCopy = 50_000;

/**
 * Writes the values within a transaction. The series of the samples must be known, and their days exist. This is the
 * fast way: it fails with a unique violation as soon as one of the values is there already, or twice among them.
 * @param idle rows that earlier calls have filled and sent, for reuse
 */
export async function copyValues(
  client: pg.ClientBase,
  samples: readonly StorableSample[],
  series: SeriesLookup,
  idle: SampleRows[],
): Promise<void> {
  const rows = idle.pop() ?? new SampleRows();
  const send = async () => {
    for (const { statement, bytes } of rows.take()) await copyInto(client, statement, bytes);
  };
  for (const sample of samples) {
    rows.add(sample, series);
    if (rows.count >= rowsPerCopy) await send();
  }
  await send();
  // Not after a failure: some of the rows may still be on their way.
  idle.push(rows);
}

/** Most values in one statement, which bounds the memory of both sides. */
const valuesPerStatement = 20_000;

/** Values of one kind, column by column. */
class ValueColumns<T> {
  readonly seriesIds: number[] = [];
  readonly timesMs: number[] = [];
  readonly epochs: number[] = [];
  readonly uncertain: boolean[] = [];
  readonly values: T[] = [];
  /** The exact digits where the value is not exact; '' where it is. */
  readonly exact: string[] = [];
  /** Whether the time is the source's own. */
  readonly sourceTimed: boolean[] = [];

  add(seriesId: number, sample: StorableSample, pointCode: string, value: T, exact = ''): void {
    this.seriesIds.push(seriesId);
    this.timesMs.push(sample.time);
    this.epochs.push(sample.epoch);
    this.uncertain.push(sample.quality === 'uncertain' || sample.uncertain?.includes(pointCode) === true);
    this.values.push(value);
    this.exact.push(exact);
    this.sourceTimed.push(sample.sourceTimed?.has(pointCode) === true);
  }

  part(from: number): ValueColumns<T> {
    const to = from + valuesPerStatement;
    const part = new ValueColumns<T>();
    for (const name of ['seriesIds', 'timesMs', 'epochs'] as const)
      part[name].push(...this[name].slice(from, to));
    part.uncertain.push(...this.uncertain.slice(from, to));
    part.values.push(...this.values.slice(from, to));
    part.exact.push(...this.exact.slice(from, to));
    part.sourceTimed.push(...this.sourceTimed.slice(from, to));
    return part;
  }
}

/**
 * Like `copyValues`, for values that may be there already: a higher epoch replaces a lower one, everything else stays.
 * No two samples may have the same device and time.
 */
export async function insertValues(
  db: QueryExecutorProvider,
  samples: readonly StorableSample[],
  series: SeriesLookup,
): Promise<void> {
  const numbers = new ValueColumns<number>();
  const booleans = new ValueColumns<boolean>();
  const texts = new ValueColumns<string>();
  for (const sample of samples) {
    const ids = series.pointsOf(sample);
    const idOf = (pointCode: string): number => {
      const id = ids?.get(pointCode);
      if (id === undefined) throw new Error(`the series of ${pointCode} is not known`);
      return id;
    };
    for (const pointCode in sample.values) {
      const value = sample.values[pointCode];
      if (typeof value === 'number') numbers.add(idOf(pointCode), sample, pointCode, value);
      else if (typeof value === 'boolean') booleans.add(idOf(pointCode), sample, pointCode, value);
      else if (typeof value === 'string') texts.add(idOf(pointCode), sample, pointCode, value);
    }
    for (const pointCode in sample.integers) {
      const digits = sample.integers[pointCode] ?? '';
      const exact = beyondDouble(digits)?.toString();
      numbers.add(idOf(pointCode), sample, pointCode, Number(digits), exact);
    }
  }
  await insertColumns(db, numbers, 'value_double', (values) => sql`${float8Array(values)}::float8[]`);
  await insertColumns(db, booleans, 'value_bool', (values) => sql`${boolArray(values)}::bool[]`);
  await insertColumns(db, texts, 'value_text', (values) => sql`${values}::text[]`);
}

async function insertColumns<T>(
  db: QueryExecutorProvider,
  all: ValueColumns<T>,
  column: 'value_double' | 'value_bool' | 'value_text',
  parameter: (values: readonly T[]) => ReturnType<typeof sql>,
): Promise<void> {
  for (let from = 0; from < all.values.length; from += valuesPerStatement) {
    const part = all.values.length <= valuesPerStatement ? all : all.part(from);
    // Only exceptions take room in a row, and on the way to it.
    const further = [
      ...(part.uncertain.includes(true)
        ? [
            {
              name: sql`uncertain`,
              values: sql`${boolArray(part.uncertain)}::bool[]`,
              kept: sql`nullif(uncertain, false)`,
            },
          ]
        : []),
      ...(part.exact.some((digits) => digits !== '')
        ? [
            {
              name: sql`value_exact`,
              values: sql`${part.exact}::text[]`,
              kept: sql`nullif(value_exact, '')::numeric`,
            },
          ]
        : []),
      ...(part.sourceTimed.includes(true)
        ? [
            {
              name: sql`source_time`,
              values: sql`${boolArray(part.sourceTimed)}::bool[]`,
              kept: sql`case when source_time then time end`,
            },
          ]
        : []),
    ];
    const furtherColumns = (pieceOf: (column: (typeof further)[number]) => ReturnType<typeof sql>) =>
      sql.join(
        further.map((each) => sql`, ${pieceOf(each)}`),
        sql``,
      );
    await sql`
      insert into samples.sample_value as existing (series_id, time, epoch, ${sql.id(column)} ${furtherColumns(({ name }) => name)})
      select series_id, time, epoch, value ${furtherColumns(({ kept }) => kept)}
      from unnest(
        ${int4Array(part.seriesIds)}::int4[], ${timestampArray(part.timesMs)}::timestamptz[], ${int8Array(part.epochs)}::int8[],
        ${parameter(part.values)} ${furtherColumns(({ values }) => values)}
      ) as v(series_id, time, epoch, value ${furtherColumns(({ name }) => name)})
      on conflict (series_id, time) do update
        set epoch = excluded.epoch, value_double = excluded.value_double, value_bool = excluded.value_bool,
            value_text = excluded.value_text, uncertain = excluded.uncertain, value_exact = excluded.value_exact,
            source_time = excluded.source_time
        where excluded.epoch > existing.epoch
    `.execute(db);
  }
}

/** Like `insertValues`, for misses. */
export async function insertMisses(
  db: QueryExecutorProvider,
  samples: readonly StorableSample[],
): Promise<void> {
  const missed = samples.filter((sample) => sample.miss !== undefined);
  if (missed.length === 0) return;
  await sql`
    insert into samples.sample_miss as existing
      (session_id, task_id, device_code, site_code, time, tick, through_tick, epoch, cause, detail)
    select session_id, task_id, device_code, site_code, time, tick, nullif(through_tick, -1), epoch, cause, detail
    from unnest(
        ${missed.map((sample) => sample.session)}::text[], ${missed.map((sample) => sample.task)}::text[],
        ${missed.map((sample) => sample.device)}::text[], ${missed.map((sample) => sample.site)}::text[],
        ${timestampArray(missed.map((sample) => sample.time))}::timestamptz[],
        ${int8Array(missed.map((sample) => sample.tick))}::int8[],
        ${int8Array(missed.map((sample) => sample.through_tick ?? -1))}::int8[],
        ${int8Array(missed.map((sample) => sample.epoch))}::int8[],
        ${missed.map((sample) => sample.miss?.cause)}::text[],
        ${missed.map((sample) => writtenWords(sample.miss?.detail ?? ''))}::text[]
      ) as m(session_id, task_id, device_code, site_code, time, tick, through_tick, epoch, cause, detail)
    on conflict (session_id, device_code, time) do update
      set task_id = excluded.task_id, site_code = excluded.site_code, tick = excluded.tick,
          through_tick = excluded.through_tick, epoch = excluded.epoch, cause = excluded.cause,
          detail = excluded.detail
      where excluded.epoch > existing.epoch
  `.execute(db);
}
