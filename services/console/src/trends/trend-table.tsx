import type { PointTrend } from '@holdfast/shared/contracts/http/points-http.ts';
import { type Column, Table } from '../parts/table.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { valueText } from '../values/value-text.ts';
import { useTrendsTexts } from './texts.ts';

const rowsAtMost = 500;

interface Row {
  readonly key: string;
  readonly time: string;
  readonly trend: PointTrend;
  readonly index: number;
}

/** The curves as a table, newest first, for reading and for screen readers. */
export function TrendTable({ trends }: { trends: readonly PointTrend[] }) {
  const { t, locale } = useTrendsTexts();
  const plant = usePlantTime();
  const text = valueText({ locale, yes: t('trends.true'), no: t('trends.false') });
  const rows = trends
    .flatMap((trend) =>
      trend.times.slice(-rowsAtMost).map((time, index, latestTimes): Row => {
        const place = trend.times.length - latestTimes.length + index;
        return { key: `${trend.point} ${place}`, time, trend, index: place };
      }),
    )
    .sort((one, other) => (one.time < other.time ? 1 : -1));
  const isByInterval = trends.some(({ interval_seconds }) => interval_seconds !== null);
  const figure = (value: number | string | null | undefined) => text(value ?? null);
  const columns: Column<Row>[] = [
    { key: 'time', name: t('trends.column.time'), cell: ({ time }) => plant.whole(new Date(time)) },
    {
      key: 'point',
      name: t('trends.column.point'),
      cell: ({ trend }) => `${trend.device} ${trend.point_code}`,
    },
    {
      key: 'value',
      name: isByInterval ? t('trends.column.last') : t('trends.column.value'),
      isNumber: true,
      cell: ({ trend, index }) => `${text(trend.last[index] ?? null)} ${trend.unit}`,
    },
    ...(isByInterval
      ? (['min', 'mean', 'max'] as const).map((column) => ({
          key: column,
          name: t(`trends.column.${column}`),
          isNumber: true,
          cell: ({ trend, index }: Row) => figure(trend[column]?.[index]),
        }))
      : []),
    {
      key: 'quality',
      name: t('trends.column.quality'),
      cell: ({ trend, index }) =>
        trend.uncertain.includes(index) ? t('trends.uncertain') : t('trends.good'),
    },
  ];
  const all = trends.reduce((sum, { times }) => sum + times.length, 0);
  return (
    <section className="trend-table" aria-labelledby="trend-table-title">
      <h2 id="trend-table-title">{t('trends.table.title')}</h2>
      {all > rowsAtMost && <p className="quiet">{t('trends.table.cut', { count: rowsAtMost })}</p>}
      <Table
        label={t('trends.table.title')}
        columns={columns}
        rows={rows.slice(0, rowsAtMost)}
        keyOf={({ key }) => key}
      />
    </section>
  );
}
