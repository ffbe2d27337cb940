import { useEffect, useRef } from 'react';

/** Paints a box in px with the colour and line of its layer. Patterns distinguish kinds of marks, also for users who do not see the colours. */
export type Pattern = (
  pen: CanvasRenderingContext2D,
  box: readonly [x: number, y: number, width: number, height: number],
  every: number,
) => void;

export interface StripLayer {
  readonly pattern: Pattern;
  /** px from the top of the strip. */
  readonly top: number;
  readonly bottom: number;
  /** Name of a colour of the theme. */
  readonly colour?: string;
  readonly lineWidth?: number;
  /** Distance of hatched lines in px. */
  readonly every?: number;
}

/** A mark on a strip, in px from its left edge, with its layers from the lowest on. */
export interface StripMark {
  readonly x: number;
  readonly width: number;
  readonly layers: readonly StripLayer[];
}

/** Draws marks over time. Words next to it, a table or `label` say the same. */
export function Strip({
  marks,
  height,
  className,
  label,
}: {
  /** Gives the marks in order of drawing. Drawn again whenever it is another function. @param ratio device pixels per px */
  marks: (width: number, ratio: number) => readonly StripMark[];
  height: number;
  className: string;
  label?: string | undefined;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const paint = () => paintStrip(element, height, marks);
    const resizing = new ResizeObserver(paint);
    resizing.observe(element);
    addEventListener('themechange', paint);
    return () => {
      resizing.disconnect();
      removeEventListener('themechange', paint);
    };
  }, [marks, height]);
  const role = label === undefined ? 'presentation' : 'img';
  return <canvas ref={canvas} className={className} height={height} role={role} aria-label={label} />;
}

function paintStrip(
  canvas: HTMLCanvasElement,
  height: number,
  marks: (width: number, ratio: number) => readonly StripMark[],
): void {
  const width = canvas.clientWidth;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = height * ratio;
  const pen = canvas.getContext('2d');
  if (pen === null || width === 0) return;
  pen.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  for (const { x, width: wide, layers } of marks(width, ratio)) {
    for (const { pattern, top, bottom, colour = 'run', lineWidth = 1, every = 5 } of layers) {
      pen.fillStyle = pen.strokeStyle = style.getPropertyValue(`--${colour}`);
      pen.lineWidth = lineWidth;
      pattern(pen, [x, top, wide, bottom - top], every);
    }
  }
}

export const fill: Pattern = (pen, box) => pen.fillRect(...box);
export const clear: Pattern = (pen, box) => pen.clearRect(...box);
export const outline: Pattern = (pen, [x, y, w, h]) =>
  pen.strokeRect(x + 0.5, y + 0.5, Math.max(1, w - 1), h - 1);

/** The line that shows where a strip has no marks. */
export function trackMark(width: number, top: number, bottom: number): StripMark {
  return { x: 0, width, layers: [{ pattern: fill, colour: 'track', top, bottom }] };
}
