import { useEffect, useRef } from 'react';
import { laneHeight, type Pen, penFor } from './draw-lane.ts';

/** A drawing over time. The table has everything that it shows. */
export function LaneCanvas({
  draw,
  label,
  height = laneHeight,
}: {
  draw: (pen: Pen) => void;
  label: string;
  height?: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const paint = () => {
      const pen = penFor(element, height);
      if (pen) draw(pen);
    };
    const sized = new ResizeObserver(paint);
    sized.observe(element);
    addEventListener('themechange', paint);
    return () => {
      sized.disconnect();
      removeEventListener('themechange', paint);
    };
  }, [draw, height]);
  return <canvas ref={canvas} className="tl-canvas" height={height} role="img" aria-label={label} />;
}
