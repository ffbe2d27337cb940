import type { PointTrends } from '@holdfast/shared/contracts/http/points-http.ts';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { ExportButton } from '../export/export-button.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { RangeChoice } from '../parts/range-choice.tsx';
import { durationText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { useRangeName } from '../time/range-name.ts';
import { rangeQuery, spanOf, type TimeRange } from '../time/time-range.ts';
import { Chart, type ChartLine, type ChartWindow } from './chart.tsx';
import { holesOf } from './chart-holes.ts';
import { lineOf } from './line-of.ts';
import { useTrendsTexts } from './texts.ts';
import { type LegendHandle, TrendLegend } from './trend-legend.tsx';
import { TrendTable } from './trend-table.tsx';
import { trendsAtMost, useTrendsSearch } from './trends-search.ts';
import './trends.css';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';

const ChoosePoints = lazy(() => import('./choose-points.tsx'));

const rangeOptions: readonly TimeRange[] = [
  ...['-5m', '-15m', '-1h', '-8h', '-24h'].map((from) => ({ from })),
  { from: 'today' },
  { from: 'yesterday', to: 'today' },
  ...['-7d', '-28d'].map((from) => ({ from })),
];
const shortestSeconds = 2;

/** Curves of points over a time, with points of the same unit in one chart. */
export default function TrendsScreen() {
  const { t } = useTrendsTexts();
  const plant = usePlantTime();
  const { points, range } = useTrendsSearch();
  const navigate = useNavigate({ from: '/trends' });
  const [pausedAt, setPausedAt] = useState<Date>();
  const [isTable, setTable] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const room = useRef<HTMLDivElement>(null);
  const buckets = useBuckets(room);
  const { data, error, refetch } = useTrends({ points, range, buckets }, pausedAt !== undefined);
  const { isLive } = spanOf(range, plant.ofPlant, new Date());
  const go = (next: TimeRange) => {
    setPausedAt(undefined);
    void navigate({ search: (before) => ({ ...before, from: next.from, to: next.to }) });
  };
  const show = (names: readonly string[]) =>
    void navigate({ search: (before) => ({ ...before, points: names.length === 0 ? undefined : names }) });
  return (
    <section className="trends" aria-labelledby="trends-title">
      <header className="toolbar">
        <h1 id="trends-title">{t('trends.title')}</h1>
        <div className="toolbar-actions">
          <Button className="button" onPress={() => setChoosing(true)}>
            {t('trends.points')}
          </Button>
          <RangeChoice range={range} onChange={go} options={rangeOptions} />
          {isLive && (
            <Button
              className="button"
              onPress={() => setPausedAt(pausedAt ? undefined : new Date())}
              isDisabled={points.length === 0}
            >
              {pausedAt ? t('trends.resume') : t('trends.pause')}
            </Button>
          )}
          <Button
            className="button"
            isDisabled={!data}
            onPress={() => setTable(!isTable)}
            aria-pressed={isTable}
          >
            {t('trends.table')}
          </Button>
          <ExportButton subject={{ points }} range={range} />
        </div>
      </header>
      {isLive && pausedAt && (
        <p className="values-notice" role="status">
          {t('trends.paused', { time: plant.moment(pausedAt) })}
        </p>
      )}
      <div className="trends-room" ref={room}>
        {points.length === 0 ? (
          <div className="empty">
            <h2>{t('trends.none')}</h2>
            <p className="quiet">{t('trends.none.how', { most: trendsAtMost })}</p>
            <Button className="button is-main" onPress={() => setChoosing(true)}>
              {t('trends.points')}
            </Button>
          </div>
        ) : data === undefined ? (
          error ? (
            <ProblemText title={t('trends.failed')} error={error} again={() => void refetch()} />
          ) : (
            <p className="empty quiet" role="status">
              {t('app.loading')}
            </p>
          )
        ) : (
          <Charts
            {...{ data, range, isLive }}
            onRange={go}
            onRemove={(point) => show(points.filter((each) => each !== point))}
          />
        )}
        {data && isTable && <TrendTable trends={data.results} />}
      </div>
      {isChoosing && (
        <Suspense fallback={null}>
          <ChoosePoints
            chosenPoints={points}
            onClose={() => setChoosing(false)}
            onChoose={(newPoints) => {
              setChoosing(false);
              show(newPoints);
            }}
          />
        </Suspense>
      )}
    </section>
  );
}

interface ChartsProps {
  readonly data: PointTrends;
  readonly range: TimeRange;
  readonly isLive: boolean;
  readonly onRange: (range: TimeRange) => void;
  readonly onRemove: (point: string) => void;
}

function Charts({ data, range, isLive, onRange, onRemove }: ChartsProps) {
  const { t } = useTrendsTexts();
  const plant = usePlantTime();
  const { label } = useRangeName();
  const groups = useMemo(() => groupsOf(data), [data]);
  const chartWindow = isLive
    ? { from: seconds(data.start_time), to: seconds(data.end_time) }
    : windowOf(range, plant.ofPlant);
  const zoom = ({ from, to }: ChartWindow) => {
    const now = Date.now() / 1_000;
    if (to - from < shortestSeconds) return;
    // Nothing is known about the future.
    const end = Math.min(to, now);
    onRange({ from: iso(end - (to - from)), to: iso(end) });
  };
  const out = () => {
    const half = (chartWindow.to - chartWindow.from) / 2;
    zoom({ from: chartWindow.from - half, to: chartWindow.to + half });
  };
  return (
    <>
      {data.unknown.length > 0 && (
        <p className="left-out">{t('trends.unknown', { points: data.unknown.join(t('app.list')) })}</p>
      )}
      {data.not_asked.map(({ what, detail }) => (
        <p key={what} className="left-out" role="status">
          {t('trends.notAsked', { detail })}
        </p>
      ))}
      {groups.map(({ unit, lines, interval }) => (
        <UnitChart
          key={unit}
          {...{ data, unit, lines, interval, chartWindow, onRemove }}
          label={t('trends.chart', {
            points: lines.map(({ line }) => line.trend.point).join(t('app.list')),
            range: label(range),
          })}
          height={groups.length === 1 ? 380 : groups.length === 2 ? 260 : 200}
          onWindow={zoom}
          onOut={out}
          onBack={() => onRange({ from: '-1h' })}
        />
      ))}
      <div className="trends-foot">
        <Button className="button" onPress={out}>
          {t('trends.out')}
        </Button>
        <ul className="trends-signs">
          {(['hole', 'now', 'unread', 'uncertain'] as const).map((sign) => (
            <li key={sign}>
              <span className={`trend-sign is-${sign}`} /> {t(`trends.legend.${sign}`)}
            </li>
          ))}
        </ul>
        <p className="quiet">{t('trends.keys')}</p>
      </div>
    </>
  );
}

interface UnitChartProps {
  readonly data: PointTrends;
  readonly unit: string;
  readonly lines: readonly ChartLine[];
  readonly interval: number | null;
  readonly chartWindow: ChartWindow;
  readonly label: string;
  readonly height: number;
  readonly onRemove: (point: string) => void;
  readonly onWindow: (window: ChartWindow) => void;
  readonly onOut: () => void;
  readonly onBack: () => void;
}

function UnitChart({
  data,
  unit,
  lines,
  interval,
  chartWindow,
  label,
  height,
  onRemove,
  ...moves
}: UnitChartProps) {
  const { t } = useTrendsTexts();
  const legend = useRef<LegendHandle>(null);
  const drawnLines = lines.filter(({ line }) => line.kind !== 'text');
  const holes = useMemo(
    () => holesOf(data, new Set(lines.map(({ line }) => line.trend.device))),
    [data, lines],
  );
  return (
    <section className="unit-chart">
      <h2>
        {unit || t('trends.unit.none')}{' '}
        <span className="quiet small">
          {interval === null ? t('trends.each') : t('trends.interval', { length: durationText(t, interval) })}
        </span>
      </h2>
      {drawnLines.length > 0 && (
        <Chart
          lines={drawnLines}
          window={chartWindow}
          keys={t('trends.keys')}
          {...{ holes, height, label, ...moves }}
          onCursor={(time) => legend.current?.pointAt(time)}
        />
      )}
      <TrendLegend ref={legend} {...{ label, lines, onRemove }} devices={data.devices} />
    </section>
  );
}

interface Group {
  readonly unit: string;
  readonly lines: readonly ChartLine[];
  /** The longest of their intervals, in seconds. */
  readonly interval: number | null;
}

/** Curves grouped by unit; those without a unit form one group. */
function groupsOf({ results, devices }: PointTrends): Group[] {
  const groups = new Map<string, ChartLine[]>();
  for (const [colour, trend] of results.entries()) {
    const holes = devices.find(({ device }) => device === trend.device);
    const lines = groups.get(trend.unit) ?? [];
    groups.set(trend.unit, lines);
    lines.push({ line: lineOf(trend, holes), colour });
  }
  return [...groups].map(([unit, lines]) => {
    const intervals = lines.flatMap(({ line }) => line.trend.interval_seconds ?? []);
    return { unit, lines, interval: intervals.length === 0 ? null : Math.max(...intervals) };
  });
}

/** An interval for each pixel, so that a chart has no less and no more than it can show. */
function useBuckets(room: { readonly current: HTMLElement | null }): number {
  const [buckets, setBuckets] = useState(1_000);
  useEffect(() => {
    const { current } = room;
    if (current === null) return;
    // Rounded to steps, so that resizing the window does not ask at each pixel.
    const sized = new ResizeObserver(() =>
      setBuckets(Math.min(2_000, Math.max(200, Math.ceil(current.clientWidth / 200) * 200))),
    );
    sized.observe(current);
    return () => sized.disconnect();
  }, [room]);
  return buckets;
}

function windowOf(range: TimeRange, zone: string): ChartWindow {
  const { from, to } = spanOf(range, zone, new Date());
  return { from: from.getTime() / 1_000, to: to.getTime() / 1_000 };
}

const seconds = (time: string) => Date.parse(time) / 1_000;
const iso = (at: number) => new Date(Math.round(at * 1_000)).toISOString();

const soonestMs = 2_000;
const latestMs = 60_000;

/** The points over a time; a time that goes on is read again as often as it grows by a pixel. */
function useTrends(
  { points, range, buckets }: { points: readonly string[]; range: TimeRange; buckets: number },
  isPaused: boolean,
) {
  const { ofPlant } = usePlantTime();
  const { from, to, isLive } = spanOf(range, ofPlant, new Date());
  const pixelMs = (to.getTime() - from.getTime()) / buckets;
  return useQuery({
    queryKey: ['trends', points, range, buckets],
    queryFn: () => {
      const times = rangeQuery(range, ofPlant);
      return api.get<PointTrends>('/api/acquisition/points/history/', {
        point: points,
        start_time: times.from,
        end_time: times.to,
        buckets,
      });
    },
    enabled: points.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: isLive && !isPaused && Math.min(latestMs, Math.max(soonestMs, pixelMs)),
  });
}
