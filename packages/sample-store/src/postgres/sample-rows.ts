import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import { beyondDouble } from '../exact-integer.ts';
import type { StorableSample } from '../sample-store.ts';
import { postgresMicros } from './array-parameter.ts';
import { BinaryRows } from './binary-rows.ts';
import type { SeriesLookup } from './series-ids.ts';

/** Rows that one COPY writes to the database. */
export interface RowsToCopy {
  readonly statement: string;
  readonly bytes: Buffer;
}

/** The columns of a plain number. */
const numberColumns = ['series_id', 'time', 'epoch', 'value_double'];
const allColumns = [
  ...numberColumns,
  ...['value_bool', 'value_text', 'uncertain', 'value_exact', 'source_time'],
];
const copyOf = (columns: readonly string[]) =>
  `copy samples.sample_value (${columns.join(', ')}) from stdin (format binary)`;
const copyNumbers = copyOf(numberColumns);
const copyAll = copyOf(allColumns);

/** Time and epoch, which are the same in all rows of a sample. */
interface Moment {
  readonly micros: bigint;
  readonly epoch: bigint;
}

/** Properties out of the ordinary: only these take room in a row. */
interface ValueFlags {
  readonly isUncertain: boolean;
  readonly isSourceTimed: boolean;
  /** The exact digits, where the value is not exact. */
  readonly exact?: bigint | undefined;
}

/**
 * Rows of sample_value. Plain numbers, which nearly all values are, have a COPY of their own: a column that is null in
 * every row costs both sides time in every row.
 */
export class SampleRows {
  readonly #numbers = new BinaryRows(numberColumns.length);
  readonly #others = new BinaryRows(allColumns.length);

  get count(): number {
    return this.#numbers.count + this.#others.count;
  }

  /** @param series knows the series of all the sample's values */
  add(sample: StorableSample, series: SeriesLookup): void {
    const { values, integers, quality, uncertain = [], sourceTimed } = sample;
    const ids = series.pointsOf(sample);
    const moment = { micros: postgresMicros(sample.time), epoch: BigInt(sample.epoch) };
    const isPlain = quality !== 'uncertain' && uncertain.length === 0 && sourceTimed === undefined;
    const idOf = (pointCode: string): number => {
      const id = ids?.get(pointCode);
      if (id === undefined) throw new Error(`the series of ${pointCode} is not known`);
      return id;
    };
    const flagsOf = (pointCode: string): ValueFlags => ({
      isUncertain: quality === 'uncertain' || uncertain.includes(pointCode),
      isSourceTimed: sourceTimed?.has(pointCode) === true,
    });
    for (const pointCode in values) {
      const id = idOf(pointCode);
      const value = values[pointCode] as PointValue;
      if (isPlain && typeof value === 'number') this.#number(id, moment, value);
      else this.#other(id, moment, value, flagsOf(pointCode));
    }
    for (const pointCode in integers) {
      const id = idOf(pointCode);
      const digits = integers[pointCode] as string;
      const exact = beyondDouble(digits);
      if (isPlain && exact === undefined) this.#number(id, moment, Number(digits));
      else this.#other(id, moment, Number(digits), { ...flagsOf(pointCode), exact });
    }
  }

  /** Ends the rows. They must have been sent before further ones are added. */
  take(): RowsToCopy[] {
    return [
      ...(this.#numbers.count === 0 ? [] : [{ statement: copyNumbers, bytes: this.#numbers.take() }]),
      ...(this.#others.count === 0 ? [] : [{ statement: copyAll, bytes: this.#others.take() }]),
    ];
  }

  #number(id: number, { micros, epoch }: Moment, value: number): void {
    const rows = this.#numbers;
    rows.begin();
    rows.int4(id);
    rows.int8(micros);
    rows.int8(epoch);
    rows.float8(value);
  }

  #other(
    id: number,
    { micros, epoch }: Moment,
    value: PointValue,
    { isUncertain, isSourceTimed, exact }: ValueFlags,
  ): void {
    const rows = this.#others;
    rows.begin(typeof value === 'string' ? value : '');
    rows.int4(id);
    rows.int8(micros);
    rows.int8(epoch);
    if (typeof value === 'number') rows.float8(value);
    else rows.none();
    if (typeof value === 'boolean') rows.bool(value);
    else rows.none();
    if (typeof value === 'string') rows.text(value);
    else rows.none();
    if (isUncertain) rows.bool(true);
    else rows.none();
    if (exact !== undefined) rows.numeric(exact);
    else rows.none();
    if (isSourceTimed) rows.int8(micros);
    else rows.none();
  }
}
