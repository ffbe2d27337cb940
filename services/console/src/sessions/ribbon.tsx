import { useEffect, useRef } from 'react';
import { hatch } from '../parts/hatch.ts';
import type { RibbonPart } from './ribbon-parts.ts';

const height = 20;
const bar = { top: 5, bottom: 15 };
/** However short, a hole is seen: its true length stands in words. */
const leastHole = 3;

/** Continuity over time, drawn: what it shows is told by `label`, or by words beside it. */
export function Ribbon({
  parts,
  severity,
  label,
}: {
  parts: readonly RibbonPart[];
  severity: number;
  label?: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const paint = () => drawRibbon(element, parts, severity);
    const sized = new ResizeObserver(paint);
    sized.observe(element);
    addEventListener('themechange', paint);
    return () => {
      sized.disconnect();
      removeEventListener('themechange', paint);
    };
  }, [parts, severity]);
  const role = label === undefined ? 'presentation' : 'img';
  return <canvas ref={canvas} className="ribbon" height={height} role={role} aria-label={label} />;
}

function drawRibbon(canvas: HTMLCanvasElement, parts: readonly RibbonPart[], severity: number): void {
  const width = canvas.clientWidth;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = height * ratio;
  const pen = canvas.getContext('2d');
  if (pen === null || width === 0) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(`--${name}`);
  const now = colour(`p${severity || 2}`);
  const box = (part: RibbonPart, top: number, bottom: number, least = 1) => {
    const [from, to] = [part.from * width, part.to * width];
    const length = Math.max(least, to - from);
    // A widened mark stays centred, and within the ribbon.
    const start = Math.min(width - length, Math.max(0, from - (length - (to - from)) / 2));
    const [x0, x1] = [Math.round(start * ratio), Math.round((start + length) * ratio)];
    return [x0, top * ratio, Math.max(x1 - x0, least * ratio), (bottom - top) * ratio] as const;
  };
  pen.fillStyle = colour('track');
  pen.fillRect(0, 9 * ratio, canvas.width, 2 * ratio);
  for (const part of parts) {
    switch (part.kind) {
      case 'stored':
        pen.fillStyle = colour('run');
        pen.fillRect(...box(part, bar.top, bar.bottom));
        break;
      case 'refused':
        pen.fillStyle = colour('run');
        pen.fillRect(...box(part, bar.top, bar.bottom));
        hatch(pen, box(part, bar.bottom - 4, bar.bottom + 2, leastHole), {
          colour: colour('quality'),
          every: 4 * ratio,
          lineWidth: 1.5 * ratio,
        });
        break;
      case 'gap': {
        const hole = box(part, bar.top, bar.bottom, leastHole);
        pen.clearRect(...hole);
        break;
      }
      case 'paused': {
        const [x, y, w, h] = box(part, bar.top, bar.bottom, leastHole);
        pen.clearRect(x, y, w, h);
        pen.strokeStyle = colour('run');
        pen.lineWidth = ratio;
        pen.strokeRect(x + ratio / 2, y + ratio / 2, w - ratio, h - ratio);
        break;
      }
      case 'over':
        break;
      case 'now':
        pen.fillStyle = now;
        pen.fillRect(...box(part, bar.top - 2, bar.bottom + 2, 6));
        break;
      case 'now-some':
        pen.fillStyle = colour('run');
        pen.fillRect(...box(part, bar.top, bar.bottom, 6));
        pen.fillStyle = now;
        pen.fillRect(...box(part, 11, bar.bottom + 2, 6));
        break;
      default:
        part.kind satisfies never;
    }
  }
}
