import { useEffect, useRef } from 'react';
import { hatch } from '../parts/hatch.ts';
import { holeSize, type MapCell } from './map-rows.ts';

const height = 24;

interface StripProps {
  readonly cells: readonly Pick<MapCell, 'expected' | 'stored'>[];
  /** Index of the chosen field. */
  readonly chosenColumn: number | undefined;
  /** Fields of a whole row, where this one may have fewer. */
  readonly columns: number;
}

/** Draws the fields of a row, with a hole as large as the missing share. The cells next to it say the same in words. */
export function MapStrip({ cells, chosenColumn, columns }: StripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const paint = () => draw(element, { cells, chosenColumn, columns });
    const sized = new ResizeObserver(paint);
    sized.observe(element);
    addEventListener('themechange', paint);
    return () => {
      sized.disconnect();
      removeEventListener('themechange', paint);
    };
  }, [cells, chosenColumn, columns]);
  return <canvas ref={canvas} className="map-drawing" height={height} />;
}

function draw(canvas: HTMLCanvasElement, { cells, chosenColumn, columns }: StripProps): void {
  const width = canvas.clientWidth;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = height * ratio;
  const pen = canvas.getContext('2d');
  if (pen === null || width === 0) return;
  pen.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(`--${name}`);
  const [run, strong] = [colour('run'), colour('text-1')];
  const step = width / Math.max(1, columns);
  for (const [index, cell] of cells.entries()) {
    const left = Math.round(index * step) + 1;
    const wide = Math.max(2, Math.round((index + 1) * step) - 1 - left);
    const [top, tall] = [3, height - 6];
    if (cell.expected === 0) {
      pen.fillStyle = run;
      pen.fillRect(left + wide / 2 - 1, top + tall / 2 - 1, 2, 2);
    } else {
      pen.fillStyle = run;
      pen.fillRect(left, top, wide, tall);
      hole(pen, { left, top, wide, tall, size: holeSize(cell), run });
    }
    if (index === chosenColumn) {
      pen.strokeStyle = strong;
      pen.lineWidth = 2;
      pen.strokeRect(left, top - 1, wide, tall + 2);
    }
  }
}

/** Height of the hole by its size, in a field 18 px high; the width grows as well, from a narrow notch on. */
const tallness = [0, 5, 9, 12, 14, 18] as const;
const wideness = [0, 0.3, 0.55, 0.75, 1, 1] as const;
const leastHole = 3;

function hole(
  pen: CanvasRenderingContext2D,
  {
    left,
    top,
    wide,
    tall,
    size,
    run,
  }: {
    readonly left: number;
    readonly top: number;
    readonly wide: number;
    readonly tall: number;
    readonly size: ReturnType<typeof holeSize>;
    readonly run: string;
  },
): void {
  if (size === 0) return;
  const [h, w] = [Math.min(tall, tallness[size]), Math.max(leastHole, wide * wideness[size])];
  const [x, y] = [left + (wide - w) / 2, top + tall - h];
  pen.clearRect(x, y, w, h);
  if (size < 3) return;
  // A field that has nothing at all is crossed both ways.
  hatch(pen, [x, y, w, h], { colour: run, every: 5, lineWidth: 1.2, isCrossed: size === 5 });
  pen.strokeStyle = run;
  pen.lineWidth = 1;
  pen.strokeRect(left + 0.5, top + 0.5, wide - 1, tall - 1);
}
