import { useEffect, useRef } from 'react';
import { hatch } from '../parts/hatch.ts';
import { type RibbonMark, ribbonMarks } from './ribbon-marks.ts';
import type { RibbonPart } from './ribbon-parts.ts';

const height = 20;
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
  const box = ({ from, to }: RibbonMark, top: number, bottom: number) => {
    const [x0, x1] = [Math.round(from * ratio), Math.round(to * ratio)];
    return [x0, top * ratio, Math.max(x1 - x0, ratio), (bottom - top) * ratio] as const;
  };
  pen.fillStyle = colour('track');
  pen.fillRect(0, 9 * ratio, canvas.width, 2 * ratio);
  for (const mark of ribbonMarks(parts, width)) {
    switch (mark.kind) {
      case 'stored':
        pen.fillStyle = colour('run');
        pen.fillRect(...box(mark, bar.top, bar.bottom));
        break;
      case 'refused':
        pen.fillStyle = colour('run');
        pen.fillRect(...box(mark, bar.top, bar.bottom));
        hatch(pen, box(mark, bar.bottom - 4, bar.bottom + 2), {
          colour: colour('quality'),
          every: 4 * ratio,
          lineWidth: 1.5 * ratio,
        });
        break;
      case 'gap':
        pen.clearRect(...box(mark, bar.top, bar.bottom));
        break;
      case 'paused': {
        const [x, y, w, h] = box(mark, bar.top, bar.bottom);
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
        pen.fillRect(...box(mark, bar.top - 2, bar.bottom + 2));
        break;
      case 'now-some':
        pen.fillStyle = colour('run');
        pen.fillRect(...box(mark, bar.top, bar.bottom));
        pen.fillStyle = now;
        pen.fillRect(...box(mark, 11, bar.bottom + 2));
        break;
      default:
        mark.kind satisfies never;
    }
  }
}
