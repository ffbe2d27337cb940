import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { hatch } from '../strip/hatch.ts';
import { diamond, edges, label, veil } from '../strip/patterns.ts';
import { clear, fill, outline, type StripLayer, type StripMark, trackMark } from '../strip/strip.tsx';
import { extentOf, type TimeScale } from '../strip/time-scale.ts';
import { type Lane, type LanePart, missingBuckets, type PartKind } from './lanes.ts';

export const laneHeight = 24;
/** Least width of trouble in px, so that it is always visible: the text says its true length. */
const leastWidth = 3;

/** The marks of a lane, trouble on top, with words where they have room. */
export function laneMarks(
  { kind: lane, parts }: Pick<Lane, 'kind' | 'parts'>,
  { scale, words, width }: { scale: TimeScale; words: (part: LanePart) => string; width: number },
): StripMark[] {
  const order: readonly PartKind[] = ['solid', 'strong', 'hollow', 'several', 'thin', 'hole', 'now'];
  const visible = [...parts]
    .sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))
    .map((part) => {
      const isCalm = part.kind === 'solid' || part.kind === 'strong';
      return { part, extent: extentOf(part, scale, width, isCalm ? 1 : leastWidth) };
    })
    .filter(({ extent: { x, width: w } }) => x <= width && x + w >= 0);
  return [
    trackMark(width, laneHeight / 2, laneHeight / 2 + 1),
    ...visible.flatMap(({ part: { kind }, extent }) => {
      if (kind !== 'solid' && kind !== 'strong') return [{ ...extent, layers: layersOf[kind] }];
      if (lane !== 'holders') return [{ ...extent, layers: lane === 'life' ? lifeLayers : deviceLayers }];
      // The upright line marks the change from one holder to the next.
      return [
        { ...extent, layers: holderLayers[kind] },
        {
          x: extent.x,
          width: 1.5,
          layers: [{ ...run, top: 2, bottom: 20 }],
        },
      ];
    }),
    ...foldMarks(scale, width, laneHeight),
    ...visible.map(({ part, extent }) => {
      const isOnPattern = part.kind === 'hole' || part.kind === 'several';
      const colour = part.kind === 'now' ? 'on-p' : 'text-1';
      const layer = { pattern: label(words(part), { isOnPattern }), colour, top: 0, bottom: laneHeight };
      return { ...extent, layers: [layer] };
    }),
  ];
}

const run = { pattern: fill };
const lifeLayers: readonly StripLayer[] = [{ ...run, top: 8, bottom: 16 }];
const deviceLayers: readonly StripLayer[] = [{ ...run, top: 10, bottom: 14 }];
const holderLayers: Readonly<Record<'solid' | 'strong', readonly StripLayer[]>> = {
  solid: [
    { pattern: fill, colour: 'track', top: 4, bottom: 20 },
    { ...run, top: 18, bottom: 20 },
  ],
  strong: [
    { pattern: fill, colour: 'line', top: 4, bottom: 20 },
    { ...run, top: 18, bottom: 20 },
  ],
};
const hole: StripLayer = { pattern: clear, top: 4, bottom: 20 };
const layersOf: Readonly<Record<Exclude<PartKind, 'solid' | 'strong'>, readonly StripLayer[]>> = {
  hollow: [
    { pattern: clear, top: 5, bottom: 19 },
    { pattern: outline, colour: 'run', top: 5, bottom: 19 },
  ],
  thin: [{ pattern: fill, colour: 'run-strong', top: 12, bottom: 17 }],
  hole: [hole, ...hatchedBox({ colour: 'run-strong', top: 5, bottom: 19, every: 5 })],
  several: [hole, ...hatchedBox({ colour: 'run', top: 8, bottom: 16, every: 3 })],
  now: [{ pattern: fill, colour: 'p2', top: 4, bottom: 20 }],
};

function hatchedBox(box: Pick<StripLayer, 'colour' | 'top' | 'bottom' | 'every'>): StripLayer[] {
  return [outline, hatch].map((pattern) => ({ pattern, lineWidth: 1.2, ...box }));
}

/** Marks for how much is missing, from the bottom up. */
export function missingMarks(
  line: Timeline,
  scale: TimeScale,
  width: number,
  height = laneHeight,
): StripMark[] {
  const bottom = height - 3;
  const now = line.stopped_at === null ? Date.parse(line.as_of) - 30_000 : Number.POSITIVE_INFINITY;
  return [
    trackMark(width, bottom, bottom + 1),
    ...missingBuckets(line)
      .filter(({ ticks }) => ticks > 0)
      .map(({ from, to, share }): StripMark => {
        const [x, end] = [scale.place(from) * width, scale.place(to) * width];
        const top = bottom - Math.max(4, share * (height - 6));
        const colour = to >= now ? 'p2' : 'run-strong';
        return {
          x,
          width: Math.max(leastWidth, end - x),
          layers: [{ pattern: fill, colour, top, bottom }],
        };
      }),
    ...foldMarks(scale, width, height),
  ];
}

/** Marks for how much happened. */
export function eventMarks(
  line: Timeline,
  scale: TimeScale,
  width: number,
  height = laneHeight,
): StripMark[] {
  const [begin, step] = [Date.parse(line.from), line.bucket_seconds * 1_000];
  const bottom = height - 3;
  return [
    trackMark(width, bottom, bottom + 1),
    ...line.events.flatMap(({ bucket, count, abnormal }): StripMark[] => {
      const x = scale.place(begin + (bucket + 0.5) * step) * width;
      const tall = Math.min(height - 8, 5 + Math.log2(count + 1) * 3);
      const colour = abnormal > 0 ? 'run-strong' : 'run';
      const bar: StripMark = {
        ...{ x: x - 1, width: 2 },
        layers: [{ pattern: fill, colour, top: bottom - tall, bottom }],
      };
      if (abnormal === 0) return [bar];
      // Abnormal marks get a head, so that shape as well as colour distinguishes them.
      const head = { pattern: diamond, colour, top: height - 8 - tall, bottom: height - tall };
      return [bar, { x: x - 3.5, width: 7, layers: [head] }];
    }),
    ...foldMarks(scale, width, height),
  ];
}

function foldMarks(scale: TimeScale, width: number, height: number): StripMark[] {
  const box = { top: 0, bottom: height };
  return scale.folds.map(({ from, to }) => {
    const [x, end] = [scale.place(from) * width, scale.place(to) * width];
    return {
      ...{ x, width: end - x },
      layers: [
        { pattern: veil, colour: 'canvas', ...box },
        { pattern: edges, colour: 'text-3', ...box },
      ],
    };
  });
}
