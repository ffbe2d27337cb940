import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import { fewAtOnce } from '@holdfast/shared/runtime/few-at-once.ts';
import {
  type ExportedPoint,
  type ExportedValue,
  type ExportOptions,
  lookingAhead,
  valuesOfPoint,
} from './exported-values.ts';

/** A line of a wide table. */
export interface WideRow {
  readonly timeMs: number;
  /** A value for each point, in their order; null where it has none at this time. */
  readonly cells: readonly (PointValue | null)[];
  /** Columns, from 0, whose values are uncertain. */
  readonly uncertain: readonly number[];
}

/** Values of all points in memory, and as many again that are looked for ahead. */
const valuesAtOnce = 60_000;
const valuesOfPointAtLeast = 100;
const cellsOfBatch = 5_000;
/** More would keep other readers waiting for a connection to the database. */
const questionsAtOnce = 3;

/** One point's values on their way into the table. */
interface Column {
  readonly batches: AsyncGenerator<ExportedValue[]>;
  values: readonly ExportedValue[];
  index: number;
  /** Time of the next value; infinite after the last one. */
  nextMs: number;
}

/**
 * Merges the values of points by their times, in batches of rows ascending by time. Each point is read in parts of its
 * own, so that memory is bounded however many points and times there are, and however their periods differ. A point
 * that has several values at one time gives as many rows.
 * @param cellOf picks the value of a cell from the figures of a value
 * @throws SampleStoreUnavailable, HistoryQueryRefused
 */
export async function* wideRows(
  points: readonly ExportedPoint[],
  options: ExportOptions,
  cellOf: (value: ExportedValue) => PointValue | null,
): AsyncGenerator<WideRow[]> {
  const { samples } = options;
  const inTurn = fewAtOnce(questionsAtOnce);
  const few: ExportOptions = {
    ...options,
    samples: {
      history: (query) => inTurn(() => samples.history(query)),
      aggregate: (query) => inTurn(() => samples.aggregate(query)),
    },
    atOnce: Math.max(valuesOfPointAtLeast, Math.floor((options.atOnce ?? valuesAtOnce) / points.length)),
  };
  const columns = points.map((point): Column => {
    return { batches: lookingAhead(valuesOfPoint(point, few)), values: [], index: 0, nextMs: -Infinity };
  });
  const rowsOfBatch = Math.max(1, Math.floor(cellsOfBatch / points.length));
  let rows: WideRow[] = [];
  let emptyColumns = columns;
  for (;;) {
    // A column whose next value is unknown could have an earlier one than all others.
    if (emptyColumns.length > 0) await Promise.all(emptyColumns.map(refill));
    emptyColumns = [];
    let timeMs = Infinity;
    for (const { nextMs } of columns) if (nextMs < timeMs) timeMs = nextMs;
    if (timeMs === Infinity) break;
    const cells = new Array<PointValue | null>(columns.length).fill(null);
    const uncertain: number[] = [];
    for (const [place, column] of columns.entries()) {
      if (column.nextMs !== timeMs) continue;
      const value = column.values[column.index] as ExportedValue;
      cells[place] = cellOf(value);
      if (value.quality !== 'good') uncertain.push(place);
      column.index += 1;
      const next = column.values[column.index];
      if (next) column.nextMs = next.timeMs;
      else emptyColumns.push(column);
    }
    rows.push({ timeMs, cells, uncertain });
    if (rows.length < rowsOfBatch) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

async function refill(column: Column): Promise<void> {
  for (;;) {
    const { value: values, done } = await column.batches.next();
    if (done === true) {
      column.nextMs = Infinity;
      column.values = [];
      return;
    }
    const [first] = values;
    if (!first) continue;
    column.values = values;
    column.index = 0;
    column.nextMs = first.timeMs;
    return;
  }
}
