import { useCallback } from 'react';
import { hatch } from '../strip/hatch.ts';
import { cross } from '../strip/patterns.ts';
import { clear, fill, outline, Strip, type StripMark } from '../strip/strip.tsx';
import { holeSize, type MapCell } from './map-rows.ts';

const field = { top: 3, bottom: 21 };

interface MapStripProps {
  readonly cells: readonly Pick<MapCell, 'expected' | 'stored'>[];
  /** Index of the chosen field. */
  readonly chosenColumn: number | undefined;
  /** Fields of a whole row, where this one may have fewer. */
  readonly columns: number;
}

/** Draws the fields of a row, with a hole as large as the missing share. The cells next to it say the same in words. */
export function MapStrip({ cells, chosenColumn, columns }: MapStripProps) {
  const marks = useCallback(
    (width: number) => {
      const step = width / Math.max(1, columns);
      return cells.flatMap((cell, index) => {
        const x = Math.round(index * step) + 1;
        const wide = Math.max(2, Math.round((index + 1) * step) - 1 - x);
        return [...fieldMarks(cell, x, wide), ...(index === chosenColumn ? [frame(x, wide)] : [])];
      });
    },
    [cells, chosenColumn, columns],
  );
  return <Strip marks={marks} height={24} className="map-drawing" />;
}

/** Height of the hole by its size, in a field 18 px high; the width grows as well, from a narrow notch on. */
const tallness = [0, 5, 9, 12, 14, 18] as const;
const wideness = [0, 0.3, 0.55, 0.75, 1, 1] as const;
const leastHole = 3;

function fieldMarks(cell: MapStripProps['cells'][number], x: number, width: number): StripMark[] {
  if (cell.expected === 0) {
    const dot = { pattern: fill, top: 11, bottom: 13 };
    return [{ x: x + width / 2 - 1, width: 2, layers: [dot] }];
  }
  const bar: StripMark = { x, width, layers: [{ pattern: fill, ...field }] };
  const size = holeSize(cell);
  if (size === 0) return [bar];
  const wide = Math.max(leastHole, width * wideness[size]);
  const hole = { top: field.bottom - tallness[size], bottom: field.bottom };
  const place = { x: x + (width - wide) / 2, width: wide };
  if (size < 3) return [bar, { ...place, layers: [{ pattern: clear, ...hole }] }];
  // A field that has nothing at all is crossed both ways.
  const pattern = size === 5 ? cross : hatch;
  return [
    bar,
    {
      ...place,
      layers: [
        { pattern: clear, ...hole },
        { pattern, lineWidth: 1.2, ...hole },
      ],
    },
    { x, width, layers: [{ pattern: outline, ...field }] },
  ];
}

/** The frame of the chosen field: its line, 2 px wide, is half outside of the field. */
function frame(x: number, width: number): StripMark {
  const line = { pattern: outline, colour: 'text-1', lineWidth: 2, top: 1.5, bottom: 22.5 };
  return { x: x - 0.5, width: width + 1, layers: [line] };
}
