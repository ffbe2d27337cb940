import type {
  CompletenessOfAll,
  CompletenessRow,
} from '@holdfast/shared/contracts/http/completeness-of-all-http.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';

/** One field of the map. */
export interface MapCell {
  readonly from: string;
  readonly to: string;
  readonly expected: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly missing: number;
  readonly byCause: readonly (readonly [cause: GapCause, ticks: number])[];
  /** The time in which ticks were due, where that is not the whole field. */
  readonly due?: { readonly from: string; readonly to: string } | undefined;
}

export interface MapRow {
  readonly key: string;
  readonly name: string;
  readonly detail: string;
  readonly session: string | undefined;
  readonly device: string | undefined;
  readonly cells: readonly MapCell[];
  readonly expected: number;
  readonly stored: number;
  readonly missing: number;
}

/**
 * How much of a field is missing, by the size of its hole:
 * 0 nothing, 1 up to 0.1 %, 2 up to 1 %, 3 up to 10 %, 4 more, 5 all.
 */
export type HoleSize = 0 | 1 | 2 | 3 | 4 | 5;

export function holeSize({ expected, stored }: Pick<MapCell, 'expected' | 'stored'>): HoleSize {
  if (stored >= expected) return 0;
  if (stored === 0) return 5;
  const lostShare = 1 - stored / expected;
  if (lostShare <= 0.001) return 1;
  if (lostShare <= 0.01) return 2;
  return lostShare <= 0.1 ? 3 : 4;
}

type Periods = CompletenessOfAll['periods'];

function cellsOf({ by_period: columns }: Pick<CompletenessRow, 'by_period'>, periods: Periods): MapCell[] {
  const missing = Map.groupBy(columns?.missing ?? [], ({ period }) => period);
  const quarantinedTicks = new Map(columns?.quarantined.map(({ period, ticks }) => [period, ticks]));
  const due = new Map(columns?.due.map(({ period, from, to }) => [period, { from, to }]));
  return periods.map(({ start_time, end_time }, period) => {
    const gapsOfPeriod = missing.get(period) ?? [];
    return {
      ...{ from: start_time, to: end_time },
      expected: columns?.expected[period] ?? 0,
      stored: columns?.stored[period] ?? 0,
      quarantined: quarantinedTicks.get(period) ?? 0,
      missing: gapsOfPeriod.reduce((sum, { ticks }) => sum + ticks, 0),
      byCause: gapsOfPeriod
        .toSorted((one, other) => other.ticks - one.ticks)
        .map(({ cause, ticks }) => [cause, ticks] as const),
      due: due.get(period),
    };
  });
}

export function mapRow(row: CompletenessRow, periods: Periods): MapRow {
  const { session_id, task_code, device, counts } = row;
  return {
    key: session_id ?? device ?? '',
    name: device ?? task_code ?? '',
    detail: device === null ? (session_id ?? '') : row.sites.filter(Boolean).join(', '),
    session: session_id ?? undefined,
    device: device ?? undefined,
    cells: cellsOf(row, periods),
    ...{ expected: counts?.expected ?? 0, stored: counts?.stored ?? 0, missing: counts?.missing ?? 0 },
  };
}

/** The sum of rows: the plant as a whole. */
export function sumRow(rows: readonly MapRow[], name: string): MapRow {
  const [first] = rows;
  const sum = (of: (row: MapRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    ...{ key: 'all', name, detail: '', session: undefined, device: undefined },
    cells: (first?.cells ?? []).map(({ from, to }, index) =>
      sumCell(
        rows.flatMap(({ cells }) => cells[index] ?? []),
        { from, to },
      ),
    ),
    expected: sum(({ expected }) => expected),
    stored: sum(({ stored }) => stored),
    missing: sum(({ missing }) => missing),
  };
}

export function sumCell(cells: readonly MapCell[], { from, to }: Pick<MapCell, 'from' | 'to'>): MapCell {
  const byCause = new Map<GapCause, number>();
  for (const [cause, ticks] of cells.flatMap((cell) => cell.byCause)) {
    byCause.set(cause, (byCause.get(cause) ?? 0) + ticks);
  }
  const sum = (of: (cell: MapCell) => number) => cells.reduce((total, cell) => total + of(cell), 0);
  return {
    ...{ from, to },
    expected: sum(({ expected }) => expected),
    stored: sum(({ stored }) => stored),
    quarantined: sum(({ quarantined }) => quarantined),
    missing: sum(({ missing }) => missing),
    byCause: [...byCause].sort(([, one], [, other]) => other - one),
    due: dueOfAll(cells, { from, to }),
  };
}

/** The time in which any of several fields had due ticks, or undefined if that is the whole time. */
function dueOfAll(cells: readonly MapCell[], whole: Pick<MapCell, 'from' | 'to'>): MapCell['due'] {
  const times = cells.flatMap(({ expected, due, from, to }) => (expected === 0 ? [] : [due ?? { from, to }]));
  const [from] = times.map((each) => each.from).sort();
  const to = times
    .map((each) => each.to)
    .sort()
    .at(-1);
  if (from === undefined || to === undefined) return undefined;
  const isWhole = Date.parse(from) <= Date.parse(whole.from) && Date.parse(to) >= Date.parse(whole.to);
  return isWhole ? undefined : { from, to };
}

/** Splits the hours of one row into a row for each day. @param dayOf the name of the day of a moment */
export function rowsOfHours(row: MapRow, dayOf: (moment: Date) => string): MapRow[] {
  const days = Map.groupBy(row.cells, ({ from }) => dayOf(new Date(from)));
  return [...days].map(([day, cells]) => {
    const whole = sumCell(cells, { from: cells[0]?.from ?? '', to: cells.at(-1)?.to ?? '' });
    return {
      ...{ key: whole.from, name: day, detail: '', session: row.session, device: row.device },
      ...{ cells, expected: whole.expected, stored: whole.stored, missing: whole.missing },
    };
  });
}
