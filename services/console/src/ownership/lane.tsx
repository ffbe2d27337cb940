import { useEffect, useRef } from 'react';
import { hatch } from '../parts/hatch.ts';
import type { LanePart, LaneTime } from './lane-parts.ts';

const height = 24;
const bar = { top: 2, bottom: 22 };
/** Least width of a mark in px, so that it is always visible: words tell its true length. */
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
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const paint = () => draw(element, { parts, time, tintOf, labelOf });
    const sized = new ResizeObserver(paint);
    sized.observe(element);
    addEventListener('themechange', paint);
    return () => {
      sized.disconnect();
      removeEventListener('themechange', paint);
    };
  }, [parts, time, tintOf, labelOf]);
  return <canvas ref={canvas} className="lane-drawing" height={height} />;
}

function draw(
  canvas: HTMLCanvasElement,
  {
    parts,
    time,
    tintOf,
    labelOf,
  }: {
    readonly parts: readonly LanePart[];
    readonly time: LaneTime;
    readonly tintOf: (collector: string) => number;
    readonly labelOf: (part: LanePart) => string;
  },
): void {
  const width = canvas.clientWidth;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = height * ratio;
  const pen = canvas.getContext('2d');
  if (pen === null || width === 0) return;
  pen.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(`--${name}`);
  const x = (at: number) => ((at - time.from) / Math.max(1, time.to - time.from)) * width;
  const box = ({ from, to }: LanePart, least = 1) => {
    const begin = Math.min(width - least, Math.max(0, x(from)));
    return { left: begin, length: Math.max(least, Math.min(width, x(to)) - begin) };
  };
  const tall = bar.bottom - bar.top;
  pen.font = `500 11px ${style.getPropertyValue('--font')}`;
  pen.textBaseline = 'middle';
  pen.fillStyle = colour('track');
  pen.fillRect(0, height / 2 - 0.5, width, 1);
  const outline = (left: number, length: number) => {
    pen.strokeStyle = colour('run');
    pen.lineWidth = 1;
    pen.strokeRect(left + 0.5, bar.top + 0.5, Math.max(1, length - 1), tall - 1);
  };
  const write = (text: string, left: number, length: number, ink: string) => {
    if (text === '' || length < 24) return;
    pen.fillStyle = ink;
    pen.fillText(fittingText(pen, text, length - 12), left + 6, height / 2 + 0.5);
  };
  for (const part of parts) {
    const { left, length } = box(part, part.kind === 'twice' ? leastTwice : leastMark);
    switch (part.kind) {
      case 'held': {
        pen.fillStyle = colour(`holder-${tintOf(part.collector ?? '') + 1}`);
        // Leaves a hair of the background between two holders.
        pen.fillRect(left, bar.top, Math.max(1, length - 0.5), tall);
        outline(left, Math.max(2, length - 0.5));
        write(labelOf(part), left, length, colour('text-1'));
        break;
      }
      case 'unseen':
        pen.clearRect(left, bar.top, length, tall);
        hatch(pen, [left, bar.top, length, tall], { colour: colour('run'), every: 5, lineWidth: 1.2 });
        outline(left, length);
        break;
      case 'paused':
        pen.clearRect(left, bar.top, length, tall);
        pen.setLineDash([2, 2]);
        outline(left, length);
        pen.setLineDash([]);
        write(labelOf(part), left, length, colour('text-3'));
        break;
      case 'unheld':
        pen.clearRect(left, bar.top, length, tall);
        break;
      case 'nobody':
      case 'failed':
        // Both are equally bad, as in the list of troubles: the session is not read.
        pen.fillStyle = colour('p1');
        pen.fillRect(left, bar.top, length, tall);
        write(labelOf(part), left, length, colour('on-p'));
        break;
      case 'twice':
        pen.fillStyle = colour('p1');
        pen.fillRect(left, 0, length, height);
        write(labelOf(part), left, length, colour('on-p'));
        break;
      default:
        part.kind satisfies never;
    }
  }
}

/** The part of a text that has room; nothing if only a letter or two fit. */
function fittingText(pen: CanvasRenderingContext2D, text: string, room: number): string {
  if (pen.measureText(text).width <= room) return text;
  let short = text;
  while (short.length > 0 && pen.measureText(`${short}…`).width > room) short = short.slice(0, -1);
  return short.length < 4 ? '' : `${short}…`;
}
