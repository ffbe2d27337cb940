import { pointName } from '@holdfast/shared/contracts/http/point-name.ts';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { ageText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { useWords } from '../words/texts.ts';
import { drawSparkline } from './sparkline.ts';
import { useValuesTexts } from './texts.ts';
import type { BoardPoint, ValueBoard } from './value-board.ts';
import { valueText } from './value-text.ts';

interface TableProps {
  readonly board: ValueBoard;
  /** Places of the points to show. */
  readonly places: readonly number[];
  readonly chosenPoints: ReadonlySet<string>;
  readonly onChoose: (name: string, isChosen: boolean) => void;
  readonly subscribe: (listener: () => void) => () => void;
  /** The time at which values are held, or undefined while they go on. */
  readonly heldAt: Date | undefined;
}

const narrowPx = 640;

/**
 * Points with their values. Only visible rows are in the page, and new values are written directly into their cells: React
 * makes the rows, but takes no part in the changes of each second.
 */
export function ValueTable({ board, places, chosenPoints, onChoose, subscribe, heldAt }: TableProps) {
  const { t } = useValuesTexts();
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const isNarrow = useIsNarrow(scroller);
  const rows = useVirtualizer({
    count: places.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? 48 : 30),
    overscan: 6,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height have to be measured again
  useEffect(() => rows.measure(), [isNarrow]);
  const write = useWriting(board, heldAt);
  const paintAll = useCallback(() => {
    const rows = [...(body.current?.children ?? [])] as HTMLElement[];
    for (const row of rows) write(row);
    // Curves are drawn after all texts: asking for a size in between would lay the page out again for each row.
    if (!isNarrow) drawCurves(rows, board);
  }, [write, board, isNarrow]);
  // Runs after each render, because rows that were scrolled into view are still empty.
  useLayoutEffect(paintAll);
  useEffect(() => subscribe(paintAll), [subscribe, paintAll]);
  useEffect(() => {
    if (heldAt) return;
    const timer = setInterval(paintAll, 1_000);
    return () => clearInterval(timer);
  }, [heldAt, paintAll]);
  useEffect(() => {
    addEventListener('themechange', paintAll);
    return () => removeEventListener('themechange', paintAll);
  }, [paintAll]);

  const goOn = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[event.key];
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
    if (step === undefined || row === null) return;
    event.preventDefault();
    const index = Math.min(places.length - 1, Math.max(0, Number(row.dataset.index) + step));
    const kind = (event.target as HTMLElement).tagName === 'INPUT' ? 'input' : 'a';
    rows.scrollToIndex(index);
    requestAnimationFrame(() =>
      body.current?.querySelector<HTMLElement>(`[data-index="${index}"] ${kind}`)?.focus(),
    );
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys go between the links within, which are reached by Tab as well
    <div className="values-scroller" ref={scroller} onKeyDown={goOn}>
      <div
        role="table"
        aria-label={t('values.title')}
        aria-rowcount={places.length + 1}
        className={isNarrow ? 'values-table is-narrow' : 'values-table'}
      >
        <div role="rowgroup" className="values-head">
          <div role="row" aria-rowindex={1} className="values-row is-head">
            {(['chosen', 'device', 'point', 'curve', 'value', 'unit', 'state', 'age'] as const).map(
              (column) => (
                <div key={column} role="columnheader" className={`cell is-${column}`}>
                  <span className={column === 'chosen' ? 'heard' : undefined}>
                    {t(`values.column.${column}`)}
                  </span>
                </div>
              ),
            )}
          </div>
        </div>
        <div role="rowgroup" className="values-body" ref={body} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, size }) => {
            const place = places[index];
            const point = place === undefined ? undefined : board.points[place];
            if (place === undefined || point === undefined) return null;
            const name = pointName({ device: point.device, point: point.code });
            return (
              <ValueRow
                key={name}
                index={index}
                place={place}
                top={start}
                height={size}
                point={point}
                name={name}
                isChosen={chosenPoints.has(name)}
                onChoose={onChoose}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  readonly index: number;
  readonly place: number;
  readonly top: number;
  readonly height: number;
  readonly point: BoardPoint;
  readonly name: string;
  readonly isChosen: boolean;
  readonly onChoose: (name: string, isChosen: boolean) => void;
}

/** The constant part of a row, into which the rest is painted. */
const ValueRow = memo(function ValueRow({
  index,
  place,
  top,
  height,
  point,
  name,
  isChosen,
  onChoose,
}: RowProps) {
  const { t } = useValuesTexts();
  const { device, code, name: title, unit } = point;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-place={place}
      className="values-row"
      style={{ transform: `translateY(${top}px)`, height }}
    >
      <div role="cell" className="cell is-chosen">
        <label>
          <input
            type="checkbox"
            checked={isChosen}
            aria-label={t('values.choose', { point: code, device })}
            onChange={({ target }) => onChoose(name, target.checked)}
          />
        </label>
      </div>
      <div role="cell" className="cell is-device" title={device}>
        {device}
      </div>
      <div role="cell" className="cell is-point" title={title ? `${code} · ${title}` : code}>
        <Link
          to="/trends"
          search={{ points: [name] }}
          aria-label={t('values.toTrend', { point: code, device })}
        >
          {code}
        </Link>{' '}
        {title && <span className="quiet">{title}</span>}
      </div>
      <div role="cell" className="cell is-curve">
        <canvas className="sparkline" />
      </div>
      <div role="cell" className="cell is-value" />
      <div role="cell" className="cell is-unit">
        {unit}
      </div>
      <div role="cell" className="cell is-state" />
      <div role="cell" className="cell is-age" />
    </div>
  );
});

/** Draws the curve of each row that has a new value. */
function drawCurves(rows: readonly HTMLElement[], board: ValueBoard): void {
  const theme = document.documentElement.dataset.theme;
  let colour: string | undefined;
  for (const row of rows) {
    const place = Number(row.dataset.place);
    const canvas = row.children[3]?.firstElementChild as HTMLCanvasElement;
    const curveKey = `${board.timeMs(place)} ${theme}`;
    if (canvas.dataset.drawn === curveKey || canvas.clientWidth === 0) continue;
    canvas.dataset.drawn = curveKey;
    colour ??= getComputedStyle(canvas).color;
    drawSparkline(canvas, board.recentNumbers(place), colour);
  }
}

/** Writes the board's present values into a row. */
function useWriting(board: ValueBoard, heldAt: Date | undefined): (row: HTMLElement) => void {
  const { t, locale } = useValuesTexts();
  const { t: word } = useWords();
  const plant = usePlantTime();
  return useCallback(
    (row: HTMLElement) => {
      const place = Number(row.dataset.place);
      const nowMs = (heldAt?.getTime() ?? Date.now()) + board.clockAheadMs;
      const state = board.stateOf(place, nowMs);
      const timeMs = board.timeMs(place);
      const text = valueText({ locale, yes: t('values.true'), no: t('values.false') });
      const { children } = row;
      const [value, stateCell, age] = [4, 6, 7].map((at) => children[at] as HTMLElement) as [
        HTMLElement,
        HTMLElement,
        HTMLElement,
      ];
      setText(value, text(board.value(place)));
      const cause = board.missOf(place)?.cause;
      setText(
        stateCell,
        state === 'missing' && cause
          ? t('values.state.missing', { cause: word(`cause.${cause}`) })
          : t(`values.state.${state === 'missing' ? 'stale' : state}`),
      );
      setText(age, timeMs === 0 ? '–' : ageText(t, Math.max(0, nowMs - timeMs) / 1_000));
      if (row.dataset.state !== state) row.dataset.state = state;
      // Shown under the pointer only, because everybody can see the age.
      const whole = timeMs === 0 ? '' : plant.whole(new Date(timeMs));
      if (age.title !== whole) age.title = whole;
    },
    [board, heldAt, t, word, locale, plant],
  );
}

function setText(cell: HTMLElement, text: string): void {
  if (cell.textContent !== text) cell.textContent = text;
}

function useIsNarrow(scroller: { readonly current: HTMLElement | null }): boolean {
  const [isNarrow, setNarrow] = useState(false);
  useEffect(() => {
    const { current } = scroller;
    if (current === null) return;
    const sized = new ResizeObserver(() => setNarrow(current.clientWidth < narrowPx));
    sized.observe(current);
    return () => sized.disconnect();
  }, [scroller]);
  return isNarrow;
}
