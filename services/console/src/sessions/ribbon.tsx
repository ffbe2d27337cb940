import { useCallback } from 'react';
import { hatch } from '../strip/hatch.ts';
import { clear, fill, outline, Strip, type StripLayer, trackMark } from '../strip/strip.tsx';
import { ribbonMarks } from './ribbon-marks.ts';
import type { RibbonKind, RibbonPart } from './ribbon-parts.ts';

const bar = { top: 5, bottom: 15 };

/** Draws continuity over time; `label`, or words next to it, say the same. */
export function Ribbon({
  parts,
  severity,
  label,
}: {
  parts: readonly RibbonPart[];
  severity: number;
  label?: string;
}) {
  const marks = useCallback(
    (width: number, ratio: number) => {
      const snapped = (px: number) => Math.round(px * ratio) / ratio;
      const layers = layersOf(`p${severity || 2}`);
      return [
        trackMark(width, 9, 11),
        ...ribbonMarks(parts, width).map(({ kind, from, to }) => {
          const x = snapped(from);
          return { x, width: Math.max(snapped(to) - x, 1), layers: layers[kind] };
        }),
      ];
    },
    [parts, severity],
  );
  return <Strip marks={marks} height={20} className="ribbon" label={label} />;
}

/** @param colour that of a loss that continues */
function layersOf(colour: string): Readonly<Record<RibbonKind, readonly StripLayer[]>> {
  const stored: StripLayer = { pattern: fill, ...bar };
  const refused: StripLayer = {
    pattern: hatch,
    colour: 'quality',
    top: 11,
    bottom: 17,
    every: 4,
    lineWidth: 1.5,
  } as const;
  return {
    stored: [stored],
    refused: [stored, refused],
    gap: [{ pattern: clear, ...bar }],
    paused: [
      { pattern: clear, ...bar },
      { pattern: outline, ...bar },
    ],
    over: [],
    now: [{ pattern: fill, colour, top: 3, bottom: 17 }],
    'now-some': [stored, { pattern: fill, colour, top: 11, bottom: 17 }],
  };
}
