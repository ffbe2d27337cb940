import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { type PointerEvent, useCallback, useMemo, useRef, useState } from 'react';
import type { Stretch } from '../strip/stretch.ts';
import { Strip } from '../strip/strip.tsx';
import { timeScale } from '../strip/time-scale.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { eventMarks, missingMarks } from './lane-marks.ts';
import { useTimelineTexts } from './texts.ts';
import { brushView, panView } from './viewport.ts';

const height = 34;

/** The whole life at a glance, with the visible part marked. A drag chooses another part, a click goes there. */
export function Overview({
  line,
  all,
  view,
  onView,
}: {
  line: Timeline;
  all: Stretch;
  view: Stretch;
  onView: (next: Stretch) => void;
}) {
  const { t } = useTimelineTexts();
  const plant = usePlantTime();
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const { from, to } = all;
  const scale = useMemo(() => timeScale({ from, to }), [from, to]);
  const marks = useCallback(
    (width: number) => [
      ...eventMarks(line, scale, width, height),
      ...missingMarks(line, scale, width, height),
    ],
    [line, scale],
  );
  const momentAt = ({ clientX }: PointerEvent) => {
    const { left = 0, width = 1 } = box.current?.getBoundingClientRect() ?? {};
    return scale.moment(Math.min(1, Math.max(0, (clientX - left) / width)));
  };
  const end = (event: PointerEvent) => {
    if (drag === undefined) return;
    setDrag(undefined);
    if (event.type !== 'pointerup') return;
    const at = momentAt(event);
    onView(brushView(drag.from, at, all) ?? panView(view, at - (view.from + view.to) / 2, all));
  };
  const windowStretch = drag
    ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) }
    : view;
  const [left, right] = [scale.place(windowStretch.from), scale.place(windowStretch.to)];
  const day = (at: number) => plant.day(new Date(at));
  return (
    <div className="tl-overview">
      <span className="tl-name small quiet">{t('timeline.whole')}</span>
      <div
        ref={box}
        className="tl-brush"
        title={t('timeline.overview')}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const at = momentAt(event);
          setDrag({ from: at, to: at });
        }}
        onPointerMove={(event) => drag && setDrag({ from: drag.from, to: momentAt(event) })}
        onPointerUp={end}
        onPointerCancel={end}
      >
        <Strip marks={marks} height={height} className="tl-canvas" label={t('timeline.whole')} />
        <div
          className="tl-window"
          style={{ left: `${left * 100}%`, width: `${Math.max(0.4, (right - left) * 100)}%` }}
        />
        <span className="tl-edge small quiet">{day(all.from)}</span>
        <span className="tl-edge is-end small quiet">{day(all.to)}</span>
      </div>
    </div>
  );
}
