import { useCallback } from 'react';
import type { Severity } from '../../parts/mark.tsx';
import { clear, fill, Strip, type StripLayer, trackMark } from '../../strip/strip.tsx';
import { extentOf, timeScale } from '../../strip/time-scale.ts';
import { type HealthLane, type HealthSpan, isAnswering } from './health-spans.ts';
import { useDeviceTexts } from './texts.ts';

const bar = { top: 5, bottom: 15 };

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
  /** Severity of the state that continues now. */
  severity: Severity;
  isNamed: boolean;
}) {
  const { t } = useDeviceTexts();
  const marks = useCallback(
    (width: number) => {
      const scale = timeScale({ from, to });
      const markOf = (span: HealthSpan) => {
        const { least, layers } = drawingOf(span, severity);
        return { ...extentOf(span, scale, width, least), layers };
      };
      const spans = lane.spans.filter(({ status }) => status !== 'unknown');
      return [
        trackMark(width, 9, 11),
        ...spans.filter(({ status }) => isAnswering(status)).map(markOf),
        // Drawn on top, so that a short outage does not vanish between two long bars.
        ...spans.filter(({ status }) => !isAnswering(status)).map(markOf),
      ];
    },
    [lane, from, to, severity],
  );
  const label = t('device.history.lane', { task: lane.task });
  return (
    <div className={isNamed ? 'lane is-named' : 'lane'}>
      {isNamed && <span className="small quiet">{label}</span>}
      <Strip marks={marks} height={20} className="health-drawing" label={label} />
    </div>
  );
}

/** How a span looks, and its least width in px, so that an outage is always visible: the text says its true length. */
function drawingOf(
  { status, isNow }: HealthSpan,
  severity: Severity,
): { readonly least: number; readonly layers: readonly StripLayer[] } {
  if (isAnswering(status)) {
    const top = status === 'slow' ? 10 : bar.top;
    return { least: 1, layers: [{ pattern: fill, top, bottom: bar.bottom }] };
  }
  if (isNow) return { least: 6, layers: [{ pattern: fill, colour: `p${severity}`, top: 3, bottom: 17 }] };
  return { least: 3, layers: [{ pattern: clear, ...bar }] };
}
