import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import { usePreferences } from '../app/preferences.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import type { Hole } from './chart-holes.ts';
import { drawHoles, drawUncertain, lanePx, lanesApartPx } from './draw-holes.ts';
import type { Line } from './line-of.ts';
import 'uplot/dist/uPlot.min.css';

export interface ChartWindow {
  /** Beginning and end in seconds. */
  readonly from: number;
  readonly to: number;
}

export interface ChartLine {
  readonly line: Line;
  /** Index of its colour. */
  readonly colour: number;
}

interface ChartProps {
  readonly lines: readonly ChartLine[];
  readonly holes: readonly Hole[];
  readonly window: ChartWindow;
  readonly height: number;
  readonly label: string;
  readonly keys: string;
  readonly onWindow: (window: ChartWindow) => void;
  readonly onOut: () => void;
  readonly onBack: () => void;
  /** Called with the time at the cursor in seconds; undefined without a cursor. */
  readonly onCursor: (time: number | undefined) => void;
}

/** Number of colours; further curves have the same ones again, dashed. */
const colours = 8;
/** Key of charts whose cursors move together. */
const together = 'trends';

/** The curves of points with one unit. */
export function Chart(props: ChartProps) {
  const { lines, holes, window, height, label, keys, onWindow, onOut, onBack } = props;
  const { locale } = usePreferences();
  const plant = usePlantTime();
  const keysId = useId();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latestProps = useRef(props);
  useLayoutEffect(() => {
    latestProps.current = props;
  });
  const data = useMemo(() => dataOf(lines), [lines]);
  // A new chart is made only when its curves change: new data go into the existing one.
  const shape = JSON.stringify(
    lines.map(({ line, colour }) => [line.trend.point, line.kind, line.range === undefined, colour]),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads the latest lines and data when its shape changes
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const make = () => {
      plot.current?.destroy();
      const options = optionsOf(element, { latestProps, locale, plant });
      plot.current = new uPlot(
        { ...options, width: element.clientWidth, height },
        dataOf(latestProps.current.lines),
        element,
      );
    };
    make();
    const sized = new ResizeObserver(() => {
      if (plot.current && element.clientWidth !== plot.current.width)
        plot.current.setSize({ width: element.clientWidth, height });
    });
    sized.observe(element);
    addEventListener('themechange', make);
    return () => {
      sized.disconnect();
      removeEventListener('themechange', make);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape, height, locale, plant]);
  const { from, to } = window;
  // biome-ignore lint/correctness/useExhaustiveDependencies: holes and the window are read while it draws
  useEffect(() => {
    plot.current?.setData(data);
  }, [data, holes, from, to]);

  const go = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = moves[event.key];
    if (step !== undefined) onWindow(moveWindow(window, step));
    else if (event.key === '-') onOut();
    else if (event.key === '0' || event.key === 'Home') onBack();
    else return;
    event.preventDefault();
  };
  return (
    <div
      className="chart"
      ref={place}
      role="img"
      aria-label={label}
      aria-describedby={keysId}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
      tabIndex={0}
      onKeyDown={go}
      style={{ height }}
    >
      <p id={keysId} hidden>
        {keys}
      </p>
    </div>
  );
}

/** The share of its length by which a key moves the beginning and the end of the window. */
const moves: Readonly<Record<string, readonly [from: number, to: number]>> = {
  ArrowLeft: [-0.25, -0.25],
  ArrowRight: [0.25, 0.25],
  '+': [0.25, -0.25],
  '=': [0.25, -0.25],
};

function moveWindow({ from, to }: ChartWindow, [begin, end]: readonly [number, number]): ChartWindow {
  const length = to - from;
  return { from: from + begin * length, to: to + end * length };
}

function dataOf(lines: readonly ChartLine[]): uPlot.AlignedData {
  if (lines.length === 0) return [[]];
  return uPlot.join(
    lines.map(({ line: { times, values, range } }) => [
      times as number[],
      values as (number | null)[],
      ...(range ? [range.low as (number | null)[], range.high as (number | null)[]] : []),
    ]),
  );
}

interface ChartContext {
  readonly latestProps: { readonly current: ChartProps };
  readonly locale: string;
  readonly plant: ReturnType<typeof usePlantTime>;
}

function optionsOf(
  element: HTMLElement,
  { latestProps, locale, plant }: ChartContext,
): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`);
  const font = `11px ${style.fontFamily}`;
  const numbers = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 });
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const { line, colour: index } of latestProps.current.lines) {
    const stroke = colour(`trend-${(index % colours) + 1}`);
    const dash = index >= colours ? [6, 4] : undefined;
    const steps = line.kind === 'boolean' ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
    const points = { size: 4, fill: stroke };
    series.push({ stroke, width: 1.5, points, ...(dash && { dash }), ...(steps && { paths: steps }) });
    if (line.range) {
      const edge: uPlot.Series = { stroke: `${stroke}66`, width: 1, points: { show: false } };
      series.push(edge, edge);
      bands.push({ series: [series.length - 1, series.length - 2], fill: `${stroke}26` });
    }
  }
  const axis: uPlot.Axis = {
    stroke: colour('text-2'),
    font,
    grid: { stroke: colour('line-soft'), width: 1 },
    ticks: { stroke: colour('line'), width: 1, size: 4 },
  };
  return {
    series,
    bands,
    // Days and hours begin by the chosen clock.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), plant.zone),
    legend: { show: false },
    padding: [8 + devicesOf(latestProps.current.lines).length * (lanePx + lanesApartPx), 12, 0, 0],
    scales: {
      x: {
        time: true,
        range: () => {
          const { from, to } = latestProps.current.window;
          return [from, to];
        },
      },
      y: {
        range: (_u, low, high) =>
          low === null || high === null ? [0, 1] : uPlot.rangeNum(low, high, 0.1, true),
      },
    },
    axes: [
      { ...axis, space: 90, values: (_u, splits) => timesOf(splits, plant) },
      { ...axis, size: 64, values: (_u, splits) => splits.map((value) => numbers.format(value)) },
    ],
    cursor: {
      drag: { x: true, y: false, setScale: false },
      sync: { key: together, setSeries: false },
      y: false,
      points: { size: 7 },
      bind: {
        dblclick: () => () => {
          latestProps.current.onOut();
          return null;
        },
      },
    },
    hooks: {
      setSelect: [
        (u) => {
          const { left, width } = u.select;
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (width < 5) return;
          latestProps.current.onWindow({ from: u.posToVal(left, 'x'), to: u.posToVal(left + width, 'x') });
        },
      ],
      setCursor: [
        (u) => {
          const { left = -1 } = u.cursor;
          latestProps.current.onCursor(left < 0 ? undefined : u.posToVal(left, 'x'));
        },
      ],
      drawAxes: [
        (u) => {
          const { holes, lines } = latestProps.current;
          drawHoles(u, holes, devicesOf(lines), colour);
        },
      ],
      draw: [
        (u) => {
          for (const { line } of latestProps.current.lines) {
            const { times, values, range } = line;
            const places = line.uncertainIndexes.flatMap((index) => {
              const value = range?.high[index] ?? values[index];
              return value == null ? [] : [{ time: times[index] as number, value }];
            });
            drawUncertain(u, places, colour);
          }
        },
      ],
    },
  };
}

function devicesOf(lines: readonly ChartLine[]): string[] {
  return [...new Set(lines.map(({ line }) => line.trend.device))];
}

/** Labels of the axis: the time, and the day where a new one begins. */
function timesOf(splits: readonly number[], plant: ChartContext['plant']): string[] {
  const apart = (splits[1] ?? 0) - (splits[0] ?? 0);
  let day = '';
  return splits.map((seconds) => {
    const splitTime = new Date(seconds * 1_000);
    const today = plant.day(splitTime);
    const isOther = today !== day;
    day = today;
    if (apart >= 86_400) return today;
    const clock = plant.clock(splitTime, apart < 60);
    return isOther ? `${clock}\n${today}` : clock;
  });
}
