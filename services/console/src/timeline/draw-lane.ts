import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { hatch } from '../parts/hatch.ts';
import { type Lane, type LanePart, missingBuckets } from './lanes.ts';
import type { TimeScale } from './time-scale.ts';

export const laneHeight = 24;
/** Least width of trouble in px, so that it is always visible: words tell its true length. */
const leastWidth = 3;

export interface Pen {
  readonly pen: CanvasRenderingContext2D;
  readonly width: number;
  readonly ratio: number;
  colour(name: string): string;
}

/** A pen for a canvas, sized to its width on the screen; undefined while it is not shown. */
export function penFor(canvas: HTMLCanvasElement, height: number): Pen | undefined {
  const width = canvas.clientWidth;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = height * ratio;
  const pen = canvas.getContext('2d');
  if (pen === null || width === 0) return undefined;
  pen.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  return { pen, width, ratio, colour: (name) => style.getPropertyValue(`--${name}`) };
}

/** Draws the parts of a lane, trouble on top, with words where they have room. */
export function drawLane(
  { pen, width, colour }: Pen,
  { kind, parts }: Pick<Lane, 'kind' | 'parts'>,
  scale: TimeScale,
  words: (part: LanePart) => string,
): void {
  pen.fillStyle = colour('track');
  pen.fillRect(0, laneHeight / 2, width, 1);
  const order = ['solid', 'strong', 'hollow', 'several', 'thin', 'hole', 'now'];
  const inOrder = [...parts].sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  for (const part of inOrder) {
    const [x, w] = extent(part, scale, width);
    if (x > width || x + w < 0) continue;
    drawPart({ pen, colour }, kind, part, x, w);
  }
  drawFolds({ pen, width, colour }, scale, laneHeight);
  for (const part of inOrder) {
    const [x, w] = extent(part, scale, width);
    if (x > width || x + w < 0 || w <= 30) continue;
    const label = words(part);
    if (label !== '') write({ pen, colour }, label, part, Math.max(0, x), Math.min(width, x + w));
  }
}

function extent(part: LanePart, scale: TimeScale, width: number): [number, number] {
  const [from, to] = [scale.place(part.from) * width, scale.place(part.to) * width];
  const least = part.kind === 'solid' || part.kind === 'strong' ? 1 : leastWidth;
  if (to - from >= least) return [from, to - from];
  // A widened mark stays centred.
  return [Math.min(width - least, Math.max(0, (from + to - least) / 2)), least];
}

function drawPart(
  { pen, colour }: Pick<Pen, 'pen' | 'colour'>,
  lane: Lane['kind'],
  { kind }: LanePart,
  x: number,
  w: number,
): void {
  const box = (top: number, height: number) => [x, top, w, height] as const;
  switch (kind) {
    case 'solid':
    case 'strong':
      if (lane === 'holders') {
        pen.fillStyle = colour(kind === 'solid' ? 'track' : 'line');
        pen.fillRect(...box(4, 16));
        pen.fillStyle = colour('run');
        pen.fillRect(...box(18, 2));
        // Marks the change from one holder to the next.
        pen.fillRect(x, 2, 1.5, 18);
      } else {
        pen.fillStyle = colour('run');
        pen.fillRect(...(lane === 'life' ? box(8, 8) : box(10, 4)));
      }
      break;
    case 'hollow':
      pen.clearRect(...box(5, 14));
      pen.strokeStyle = colour('run');
      pen.lineWidth = 1;
      pen.strokeRect(x + 0.5, 5.5, Math.max(1, w - 1), 13);
      break;
    case 'thin':
      pen.fillStyle = colour('run-strong');
      pen.fillRect(...box(12, 5));
      break;
    case 'hole':
      pen.clearRect(...box(4, 16));
      outline(pen, box(5, 14), colour('run-strong'), 5);
      break;
    case 'several':
      pen.clearRect(...box(4, 16));
      outline(pen, box(8, 8), colour('run'), 3);
      break;
    case 'now':
      pen.fillStyle = colour('p2');
      pen.fillRect(...box(4, 16));
      break;
    default:
      kind satisfies never;
  }
}

function write(
  { pen, colour }: Pick<Pen, 'pen' | 'colour'>,
  label: string,
  { kind }: LanePart,
  from: number,
  to: number,
): void {
  const room = to - from - 10;
  pen.font = `500 11px ${colour('font')}`;
  pen.textBaseline = 'middle';
  let text = label;
  while (text.length > 1 && pen.measureText(text).width > room) text = `${text.slice(0, -2)}…`;
  if (text.length < 3 && text !== label) return;
  const width = pen.measureText(text).width;
  if (kind === 'hole' || kind === 'several') pen.clearRect(from + 2, 3, width + 6, 18);
  pen.fillStyle = colour(kind === 'now' ? 'on-p' : 'text-1');
  pen.fillText(text, from + 5, laneHeight / 2 + 0.5);
}

/** Draws how much is missing, from the bottom up, and how much happened. */
export function drawMissing(
  { pen, width, colour }: Pen,
  line: Timeline,
  scale: TimeScale,
  height = laneHeight,
): void {
  pen.fillStyle = colour('track');
  pen.fillRect(0, height - 3, width, 1);
  const now = line.stopped_at === null ? Date.parse(line.as_of) - 30_000 : Number.POSITIVE_INFINITY;
  for (const { from, to, share, ticks } of missingBuckets(line)) {
    if (ticks === 0) continue;
    const [x, end] = [scale.place(from) * width, scale.place(to) * width];
    const tall = Math.max(4, share * (height - 6));
    pen.fillStyle = colour(to >= now ? 'p2' : 'run-strong');
    pen.fillRect(x, height - 3 - tall, Math.max(leastWidth, end - x), tall);
  }
  drawFolds({ pen, width, colour }, scale, height);
}

export function drawEvents(
  { pen, width, colour }: Pen,
  line: Timeline,
  scale: TimeScale,
  height = laneHeight,
): void {
  const [begin, step] = [Date.parse(line.from), line.bucket_seconds * 1_000];
  pen.fillStyle = colour('track');
  pen.fillRect(0, height - 3, width, 1);
  for (const { bucket, count, abnormal } of line.events) {
    const x = scale.place(begin + (bucket + 0.5) * step) * width;
    const tall = Math.min(height - 8, 5 + Math.log2(count + 1) * 3);
    pen.fillStyle = colour(abnormal > 0 ? 'run-strong' : 'run');
    pen.fillRect(x - 1, height - 3 - tall, 2, tall);
    if (abnormal === 0) continue;
    // Abnormal marks get a head, so that shape as well as colour tells them apart.
    pen.beginPath();
    pen.moveTo(x, height - 8 - tall);
    pen.lineTo(x + 3.5, height - 4 - tall);
    pen.lineTo(x, height - tall);
    pen.lineTo(x - 3.5, height - 4 - tall);
    pen.fill();
  }
  drawFolds({ pen, width, colour }, scale, height);
}

function drawFolds(
  { pen, width, colour }: Pick<Pen, 'pen' | 'width' | 'colour'>,
  scale: TimeScale,
  height: number,
): void {
  for (const { from, to } of scale.folds) {
    const [x, end] = [scale.place(from) * width, scale.place(to) * width];
    pen.fillStyle = colour('canvas');
    pen.globalAlpha = 0.6;
    pen.fillRect(x, 0, end - x, height);
    pen.globalAlpha = 1;
    pen.strokeStyle = colour('text-3');
    pen.lineWidth = 1;
    pen.setLineDash([2, 3]);
    pen.beginPath();
    for (const edge of [x, end]) {
      pen.moveTo(edge, 0);
      pen.lineTo(edge, height);
    }
    pen.stroke();
    pen.setLineDash([]);
  }
}

function outline(
  pen: CanvasRenderingContext2D,
  box: readonly [number, number, number, number],
  colour: string,
  every: number,
): void {
  const [x, y, w, h] = box;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  pen.strokeRect(x + 0.5, y + 0.5, Math.max(1, w - 1), h - 1);
  hatch(pen, box, { colour, every, lineWidth: 1.2 });
}
