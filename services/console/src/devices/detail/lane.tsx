import { useEffect, useRef } from 'react';
import type { Severity } from '../../parts/mark.tsx';
import { type HealthLane, type HealthSpan, isAnswering } from './health-spans.ts';
import { useDeviceTexts } from './texts.ts';

const height = 20;
const bar = { top: 5, bottom: 15 };
/** Least width of an outage in px, so that it is always visible: words tell its true length. */
const least = 3;

/**
 * Draws the states of a device over time: a bar while it answers, half a bar while it is slow, a hole where it gave nothing
 * or was not read, the bare track where nothing is known, and colour only for the present state. The table below says
 * the same.
 */
export function Lane({
  lane,
  from,
  to,
  severity,
  isNamed,
}: {
  lane: HealthLane;
  from: number;
  to: number;
  /** Severity of the state that goes on now. */
  severity: Severity;
  isNamed: boolean;
}) {
  const { t } = useDeviceTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const paint = () => drawLane(element, lane.spans, { from, to, severity });
    const sized = new ResizeObserver(paint);
    sized.observe(element);
    addEventListener('themechange', paint);
    return () => {
      sized.disconnect();
      removeEventListener('themechange', paint);
    };
  }, [lane, from, to, severity]);
  const [role, label] = ['img', t('device.history.lane', { task: lane.task })];
  return (
    <div className={isNamed ? 'lane is-named' : 'lane'}>
      {isNamed && <span className="small quiet">{t('device.history.lane', { task: lane.task })}</span>}
      <canvas ref={canvas} className="lane-drawing" height={height} role={role} aria-label={label} />
    </div>
  );
}

function drawLane(
  canvas: HTMLCanvasElement,
  spans: readonly HealthSpan[],
  { from, to, severity }: { from: number; to: number; severity: Severity },
): void {
  const width = canvas.clientWidth;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = height * ratio;
  const pen = canvas.getContext('2d');
  if (pen === null || width === 0 || to <= from) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(`--${name}`);
  const box = (span: HealthSpan, top: number, bottom: number, smallest = 0) => {
    const start = ((span.from - from) / (to - from)) * width;
    const end = ((span.to - from) / (to - from)) * width;
    const length = Math.max(smallest, end - start);
    const left = Math.min(width - length, start);
    return [left * ratio, top * ratio, length * ratio, (bottom - top) * ratio] as const;
  };
  pen.fillStyle = colour('track');
  pen.fillRect(0, 9 * ratio, canvas.width, 2 * ratio);
  for (const span of spans.filter(({ status }) => isAnswering(status))) {
    pen.fillStyle = colour('run');
    pen.fillRect(...box(span, span.status === 'slow' ? 10 : bar.top, bar.bottom, 1));
  }
  // Drawn on top, so that a short outage does not vanish between two long bars.
  for (const span of spans.filter(({ status }) => status !== 'unknown' && !isAnswering(status))) {
    if (span.isNow) {
      pen.fillStyle = colour(`p${severity}`);
      pen.fillRect(...box(span, bar.top - 2, bar.bottom + 2, 6));
    } else pen.clearRect(...box(span, bar.top, bar.bottom, least));
  }
}
