import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { FindField } from '../parts/find-field.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { RangeChoice } from '../parts/range-choice.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import type { TimeRange } from '../time/time-range.ts';
import { useCellText } from './cell-text.ts';
import { type Completeness, isByHour, useCompleteness } from './completeness-queries.ts';
import { mapSorts, mapViews, useCompletenessSearch } from './completeness-search.ts';
import { GapPanel } from './gap-panel.tsx';
import { type ChosenCell, MapGrid } from './map-grid.tsx';
import { type MapRow, mapRow, rowsOfHours, sumRow } from './map-rows.ts';
import { useMapTexts } from './texts.ts';
import '../evidence/evidence.css';
import './completeness.css';
import { MapStrip } from './map-strip.tsx';

const rangeOptions: readonly TimeRange[] = [
  { from: '-7d' },
  { from: '-14d' },
  { from: '-28d' },
  { from: '-60d' },
  { from: 'yesterday', to: 'today' },
  { from: 'today' },
];

/** Shows how complete every day was, and leads from each day to its gaps with their causes. */
export default function CompletenessScreen() {
  const { t } = useMapTexts();
  const search = useCompletenessSearch();
  const navigate = useNavigate({ from: '/completeness' });
  const { by, range, sort, find, session, device } = search;
  const query = useCompleteness({ by, range, session, device });
  const isOfOne = session !== undefined || device !== undefined;
  return (
    <section className="evidence" aria-labelledby="map-title">
      <div className="toolbar">
        <h1 id="map-title">{t('map.title')}</h1>
        <nav className="filter" aria-label={t('map.by')}>
          {mapViews
            .filter((each) => each !== 'hours' || by === 'hours' || isOfOne)
            .map((each) => (
              <Link
                key={each}
                to="/completeness"
                search={(before) => ({
                  ...before,
                  by: each,
                  cell: undefined,
                  ...(each !== 'hours' && { session: undefined, device: undefined }),
                })}
                aria-current={by === each ? 'true' : undefined}
              >
                {t(`map.by.${each}`)}
              </Link>
            ))}
        </nav>
        {by !== 'hours' && (
          <FindField
            className="evidence-find"
            label={t('map.find')}
            value={find}
            onChange={(text) =>
              void navigate({ replace: true, search: (before) => ({ ...before, find: text }) })
            }
          />
        )}
        {by !== 'hours' && (
          <select
            className="choice"
            aria-label={t('map.sort')}
            value={sort}
            onChange={({ target }) => {
              const sort = mapSorts.find((each) => each === target.value);
              void navigate({ search: (before) => ({ ...before, sort }) });
            }}
          >
            {mapSorts.map((each) => (
              <option key={each} value={each}>
                {t(`map.sort.${each}`)}
              </option>
            ))}
          </select>
        )}
        <RangeChoice
          range={range}
          options={rangeOptions}
          onChange={(next) =>
            void navigate({ search: (before) => ({ ...before, ...next, to: next.to, cell: undefined }) })
          }
        />
        <Link to="/report" search={{ ...range, session }} className="button">
          {t('map.report')}
        </Link>
      </div>
      <QueryAnswer
        query={query}
        title={t('map.failed')}
        isEmpty={({ results }) => results.length === 0}
        empty={<p>{t('map.none')}</p>}
      >
        {(completeness) => (
          <CompletenessMap completeness={completeness} search={search} readAt={query.dataUpdatedAt} />
        )}
      </QueryAnswer>
    </section>
  );
}

function CompletenessMap({
  completeness,
  search,
  readAt,
}: {
  completeness: Completeness;
  search: ReturnType<typeof useCompletenessSearch>;
  /** When the figures were read: those of a time that goes on grow, and must be of the same moment. */
  readAt: number;
}) {
  const { t } = useMapTexts();
  const text = useCellText();
  const plant = usePlantTime();
  const navigate = useNavigate({ from: '/completeness' });
  const { by, cell, session, device } = search;
  const byHour = isByHour(search, plant.ofPlant);
  const rows = useRows(completeness, search);
  const columns = Math.max(...rows.map(({ cells }) => cells.length), 1);
  const chosenCell = useMemo(
    () => chosenIn(rows, { cell, session, device, isHours: by === 'hours', isDay: byHour }),
    [rows, cell, session, device, by, byHour],
  );
  const row = rows[chosenCell.row];
  const field = row?.cells[chosenCell.column];
  const choose = ({ row: index, column }: ChosenCell) => {
    const next = rows[index];
    void navigate({
      replace: true,
      search: (before) => ({
        ...before,
        cell: next?.cells[column]?.from,
        ...(by !== 'hours' && { session: next?.session, device: next?.device }),
      }),
    });
  };
  return (
    <div className="map-and-panel">
      <div className="map">
        <p className="quiet small map-hint">
          {by === 'hours' && <strong>{t('map.hours.of', { name: nameOf(completeness.results[0]) })}</strong>}{' '}
          {t('map.hint')} {t('map.asOf', { time: plant.clock(new Date(readAt), true) })}
        </p>
        {row === undefined ? (
          <p className="empty">{t('map.none.found')}</p>
        ) : (
          <MapGrid
            rows={rows}
            axis={axisOf(rows, byHour, text)}
            columns={columns}
            chosenCell={chosenCell}
            onChoose={choose}
          />
        )}
        {completeness.isCut && (
          <p className="left-out">{t('map.cut', { count: completeness.results.length })}</p>
        )}
        {completeness.left_out > 0 && (
          <p className="left-out">{t('map.leftOut', { count: completeness.left_out })}</p>
        )}
        <MapLegend />
      </div>
      {row && field && (
        <GapPanel
          row={row}
          cell={field}
          readAt={readAt}
          isHours={by === 'hours'}
          isAll={!row.session && !row.device}
        />
      )}
    </div>
  );
}

function useRows(
  completeness: Completeness,
  { by, find, sort }: ReturnType<typeof useCompletenessSearch>,
): readonly MapRow[] {
  const { t, locale } = useMapTexts();
  const { dayName } = useCellText();
  return useMemo(() => {
    const all = completeness.results.map((row) => mapRow(row, completeness.periods));
    const [only] = all;
    if (by === 'hours') return only ? rowsOfHours(only, dayName) : [];
    const words = find.toLowerCase().split(/\s+/);
    const visibleRows = all
      .filter((row, index) => {
        const { task_name, sites = [] } = completeness.results[index] ?? {};
        const names = [row.name, row.detail, task_name, ...sites].join(' ').toLowerCase();
        return words.every((word) => names.includes(word));
      })
      .sort(
        (one, other) =>
          (sort === 'missing' ? other.missing - one.missing : 0) ||
          one.name.localeCompare(other.name, locale, { numeric: true }) ||
          one.detail.localeCompare(other.detail, locale, { numeric: true }),
      );
    return visibleRows.length > 1 && find === ''
      ? [sumRow(visibleRows, t('map.all')), ...visibleRows]
      : visibleRows;
  }, [completeness, by, find, sort, t, locale, dayName]);
}

function nameOf(row: Completeness['results'][number] | undefined): string {
  return row?.device ?? [row?.task_code, row?.session_id].filter(Boolean).join(' ');
}

/** The field in the address; else yesterday, or the last field with due ticks, in the row of all together if there is one. */
function chosenIn(
  rows: readonly MapRow[],
  mapQuery: {
    readonly cell: string | undefined;
    readonly session: string | undefined;
    readonly device: string | undefined;
    readonly isHours: boolean;
    readonly isDay: boolean;
  },
): ChosenCell {
  const indexOf = (row: MapRow | undefined) =>
    row?.cells.findIndex(
      ({ from }) => mapQuery.cell !== undefined && Date.parse(from) === Date.parse(mapQuery.cell),
    ) ?? -1;
  if (mapQuery.isHours) {
    const row = rows.findIndex((each) => indexOf(each) !== -1);
    const index = row === -1 ? rows.length - 1 : row;
    const last = Math.max(0, (rows[index]?.cells.length ?? 1) - 1);
    return { row: index, column: row === -1 ? last : indexOf(rows[row]) };
  }
  const row = Math.max(
    0,
    rows.findIndex(({ session, device }) => session === mapQuery.session && device === mapQuery.device),
  );
  const chosenColumn = indexOf(rows[row]);
  const cells = rows[row]?.cells ?? [];
  const yesterday = Math.max(0, cells.length - 2);
  const lastDue = cells.findLastIndex(({ expected }) => expected > 0);
  const isYesterday = !mapQuery.isDay && (cells[yesterday]?.expected ?? 0) > 0;
  const column = lastDue === -1 || isYesterday ? yesterday : lastDue;
  return { row, column: chosenColumn === -1 ? column : chosenColumn };
}

/** Labels below the map's columns, every few days or hours. */
function axisOf(rows: readonly MapRow[], isHours: boolean, text: ReturnType<typeof useCellText>) {
  const longest = rows.reduce<MapRow | undefined>(
    (longest, row) => (longest && longest.cells.length >= row.cells.length ? longest : row),
    undefined,
  );
  const cells = longest?.cells ?? [];
  const step = isHours ? 6 : Math.max(1, Math.ceil(cells.length / 4));
  return cells.flatMap(({ from }, column) =>
    // The last label would have no room.
    column % step === 0 && column / cells.length < 0.8
      ? [{ column, label: isHours ? text.hour(new Date(from)) : text.dayName(new Date(from)) }]
      : [],
  );
}

const sizes = [
  ['0', 1_000],
  ['1', 999.5],
  ['2', 995],
  ['3', 950],
  ['4', 500],
  ['5', 0],
] as const;

/** The legend of the map. */
function MapLegend() {
  const { t } = useMapTexts();
  return (
    <ul className="legend map-legend">
      {sizes.map(([size, stored]) => (
        <li key={size}>
          <MapStrip cells={[{ expected: 1_000, stored }]} chosenColumn={undefined} columns={1} />
          {t(`map.legend.${size}`)}
        </li>
      ))}
      <li>
        <MapStrip cells={[{ expected: 0, stored: 0 }]} chosenColumn={undefined} columns={1} />
        {t('map.legend.none')}
      </li>
    </ul>
  );
}
