import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Stretch } from '../strip/stretch.ts';
import { Strip } from '../strip/strip.tsx';
import { axisMoments, idleStretches, type TimeScale, timeScale } from '../strip/time-scale.ts';
import { durationText } from '../time/duration.ts';
import { type PlantTime, usePlantTime } from '../time/plant-time.tsx';
import { eventMarks, laneHeight, laneMarks, missingMarks } from './lane-marks.ts';
import { deviceLanes, happeningsOf, type Lane, logLanes } from './lanes.ts';
import { usePartWords } from './part-words.ts';
import { Plot } from './plot.tsx';
import { useTimelineTexts } from './texts.ts';

interface LanesProps {
  readonly line: Timeline;
  readonly view: Stretch;
  readonly all: Stretch;
  readonly isFolded: boolean;
  /** The chosen moment. */
  readonly at: number | undefined;
  onView(next: Stretch): void;
  onMoment(at: number): void;
}

type Row =
  | Lane
  | { readonly key: 'missing' | 'events'; readonly kind: 'missing' | 'events'; readonly name: '' };

/** Lanes over all devices, which are always visible. */
const sums: readonly Row[] = [
  { key: 'missing', kind: 'missing', name: '' },
  { key: 'events', kind: 'events', name: '' },
];

/** The past, lane by lane below one time axis; only visible devices, out of maybe five hundred, are drawn. */
export function LanesView({ line, view, all, isFolded, at, onView, onMoment }: LanesProps) {
  const { t } = useTimelineTexts();
  const [isWhole, setWhole] = useState(false);
  const [point, setPoint] = useState<number>();
  const happenings = useMemo(() => happeningsOf(line), [line]);
  const { from, to } = view;
  const scale = useMemo(
    () => timeScale({ from, to }, isFolded ? happenings : []),
    [from, to, isFolded, happenings],
  );
  const { troubledLanes, calmLanes } = useMemo(() => deviceLanes(line), [line]);
  const rows = useMemo((): Row[] => {
    const [life, holders] = logLanes(line);
    const deviceRows = isWhole || calmLanes.length <= 3 ? [...troubledLanes, ...calmLanes] : troubledLanes;
    return [...[life, holders].filter((lane) => lane !== undefined), ...deviceRows];
  }, [line, troubledLanes, calmLanes, isWhole]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => laneHeight + 4,
    overscan: 4,
  });
  return (
    <>
      <Plot scale={scale} view={view} all={all} onView={onView} onMoment={onMoment} onPoint={setPoint}>
        <Axis scale={scale} view={view} />
        <div ref={scroller} className="tl-scroller">
          <div className="tl-lanes" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, key, start }) => {
              const row = rows[index];
              if (row === undefined) return null;
              return (
                <div key={key} className="tl-place" style={{ transform: `translateY(${start}px)` }}>
                  <LaneRow row={row} line={line} scale={scale} />
                </div>
              );
            })}
          </div>
        </div>
        {sums
          .filter(({ kind }) => kind === 'events' || line.ticks !== null)
          .map((row) => (
            <LaneRow key={row.key} row={row} line={line} scale={scale} />
          ))}
        <div className="tl-lines" aria-hidden="true">
          {at !== undefined && <Line className="is-chosen" at={at} scale={scale} view={view} />}
          {point !== undefined && <Line className="is-pointed" at={point} scale={scale} view={view} />}
          <Idle scale={scale} view={view} happenings={happenings} isFolded={isFolded} />
        </div>
      </Plot>
      {calmLanes.length > 3 && (
        <p className="tl-calm small">
          {t('timeline.calm', { count: calmLanes.length })}{' '}
          <Button className="button is-bare" onPress={() => setWhole(!isWhole)}>
            {t(isWhole ? 'timeline.calm.hide' : 'timeline.calm.show')}
          </Button>
        </p>
      )}
    </>
  );
}

function LaneRow({ row, line, scale }: { row: Row; line: Timeline; scale: TimeScale }) {
  const { lane } = usePartWords();
  return (
    <div className="tl-lane">
      <span className="tl-name" title={lane(row)}>
        {lane(row)}
      </span>
      <RowDrawing row={row} line={line} scale={scale} />
    </div>
  );
}

function RowDrawing({ row, line, scale }: { row: Row; line: Timeline; scale: TimeScale }) {
  const { short, lane } = usePartWords();
  const marks = useCallback(
    (width: number) => {
      if (row.kind === 'missing') return missingMarks(line, scale, width);
      if (row.kind === 'events') return eventMarks(line, scale, width);
      return 'parts' in row ? laneMarks(row, { scale, words: short, width }) : [];
    },
    [row, line, scale, short],
  );
  return <Strip marks={marks} height={laneHeight} className="tl-canvas" label={lane(row)} />;
}

function Axis({ scale, view }: { scale: TimeScale; view: Stretch }) {
  const plant = usePlantTime();
  const ahead = /([+-])(\d+)(?::(\d+))?/.exec(plant.offset(new Date(view.from)));
  const offsetMs = ahead
    ? (ahead[1] === '-' ? -1 : 1) * (Number(ahead[2]) * 3_600_000 + Number(ahead[3] ?? 0) * 60_000)
    : 0;
  let freeFrom = 0;
  // A narrow screen has room for fewer.
  const atMost = innerWidth < 600 ? 4 : 8;
  const room = 0.72 / atMost;
  const marks = axisMoments(view, atMost, offsetMs).flatMap((moment) => {
    const place = scale.place(moment);
    // In folded time marks would overlap.
    if (place < freeFrom || place + room > 1) return [];
    freeFrom = place + room;
    return [{ moment, place }];
  });
  return (
    <div className="tl-axis" aria-hidden="true">
      {marks.map(({ moment, place }) => (
        <span key={moment} className="tl-mark" style={{ left: `${place * 100}%` }}>
          {markText(plant, new Date(moment), view.to - view.from)}
        </span>
      ))}
    </div>
  );
}

function Line({
  at,
  scale,
  view,
  className,
}: {
  at: number;
  scale: TimeScale;
  view: Stretch;
  className: string;
}) {
  const plant = usePlantTime();
  if (at < view.from || at > view.to) return null;
  const place = scale.place(at);
  return (
    <div className={`tl-line ${className}`} style={{ left: `${place * 100}%` }}>
      <span className={place > 0.8 ? 'is-left' : undefined}>{plant.moment(new Date(at))}</span>
    </div>
  );
}

/** Says how long nothing happened, because an empty space would not show it. */
function Idle({
  scale,
  view,
  happenings,
  isFolded,
}: {
  scale: TimeScale;
  view: Stretch;
  happenings: readonly number[];
  isFolded: boolean;
}) {
  const { t } = useTimelineTexts();
  const stretches = isFolded ? scale.folds : idleStretches(view, happenings);
  return stretches.map(({ from, to }) => {
    const [start, end] = [scale.place(from), scale.place(to)];
    return (
      <span key={from} className="tl-idle" style={{ left: `${((start + end) / 2) * 100}%` }}>
        {t('timeline.idle.for', { duration: durationText(t, Math.round((to - from) / 60_000) * 60) })}
      </span>
    );
  });
}

const dayMs = 86_400_000;

/** A mark of the axis: the time, or at midnight the new day. Asks the clock itself, which may change within a stretch. */
export function markText(plant: Pick<PlantTime, 'clock' | 'day'>, at: Date, stretchMs: number): string {
  const isMidnight = plant.clock(at, true) === '00:00:00';
  return isMidnight || stretchMs > 4 * dayMs ? plant.day(at) : plant.clock(at, stretchMs < 600_000);
}
