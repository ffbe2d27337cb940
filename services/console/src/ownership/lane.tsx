import { useCallback } from 'react';
import { hatch } from '../strip/hatch.ts';
import { dashes, label } from '../strip/patterns.ts';
import { clear, fill, outline, Strip, type StripLayer, type StripMark, trackMark } from '../strip/strip.tsx';
import { extentOf, timeScale } from '../strip/time-scale.ts';
import type { LanePart, LaneTime } from './lane-parts.ts';

const height = 24;
const bar = { top: 2, bottom: 22 };
/** Least width of a mark in px, so that it is always visible: the text says its true length. */
const leastMark = 3;
const leastTwice = 6;

/** Draws a lane; words next to it say the same. */
export function Lane({
  parts,
  time,
  tintOf,
  labelOf,
}: {
  parts: readonly LanePart[];
  time: LaneTime;
  /** Number of the tint of a collector. */
  tintOf: (collector: string) => number;
  labelOf: (part: LanePart) => string;
}) {
  const marks = useCallback(
    (width: number) => {
      const scale = timeScale(time);
      return [
        trackMark(width, height / 2 - 0.5, height / 2 + 0.5),
        ...parts.map((part): StripMark => {
          const extent = extentOf(part, scale, width, part.kind === 'twice' ? leastTwice : leastMark);
          const layers = layersOf(part, tintOf);
          const colour = labelColours[part.kind];
          if (colour !== undefined)
            layers.push({ pattern: label(labelOf(part)), colour, top: 0, bottom: height });
          // Leaves a hair of the background between two holders.
          return { x: extent.x, width: extent.width - (part.kind === 'held' ? 0.5 : 0), layers };
        }),
      ];
    },
    [parts, time, tintOf, labelOf],
  );
  return <Strip marks={marks} height={height} className="lane-drawing" />;
}

const labelColours: Readonly<Partial<Record<LanePart['kind'], string>>> = {
  ...{ held: 'text-1', paused: 'text-3', nobody: 'on-p', failed: 'on-p', twice: 'on-p' },
};

function layersOf({ kind, collector = '' }: LanePart, tintOf: (collector: string) => number): StripLayer[] {
  const hole = { pattern: clear, ...bar };
  const frame = { pattern: outline, ...bar };
  switch (kind) {
    case 'held':
      return [{ pattern: fill, colour: `holder-${tintOf(collector) + 1}`, ...bar }, frame];
    case 'unseen':
      return [hole, { pattern: hatch, lineWidth: 1.2, ...bar }, frame];
    case 'paused':
      return [hole, { pattern: dashes, ...bar }];
    case 'unheld':
      return [hole];
    case 'nobody':
    case 'failed':
      // Both are equally bad, as in the list of troubles: the session is not read.
      return [{ pattern: fill, colour: 'p1', ...bar }];
    case 'twice':
      return [{ pattern: fill, colour: 'p1', top: 0, bottom: height }];
    default:
      return kind satisfies never;
  }
}
