import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import type { Stretch } from '../strip/stretch.ts';
import type { TimeScale } from '../strip/time-scale.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { useTimelineTexts } from './texts.ts';
import { panView, zoomView } from './viewport.ts';

interface PlotProps {
  readonly scale: TimeScale;
  readonly view: Stretch;
  readonly all: Stretch;
  readonly children: ReactNode;
  onView(next: Stretch): void;
  onMoment(at: number): void;
  /** Where the pointer is, in ms, or undefined if it has left. */
  onPoint(at: number | undefined): void;
}

/** Px within which a press still counts as a click, since fingers tremble. */
const clickPx = 4;
const zoomStep = 1.5;
const panShare = 0.2;

/** Handles input on the lanes: the wheel zooms, a drag moves, a click chooses a moment; keys do all of this as well. */
export function Plot({ scale, view, all, children, onView, onMoment, onPoint }: PlotProps) {
  const { t } = useTimelineTexts();
  const plant = usePlantTime();
  const hint = useId();
  const box = useRef<HTMLDivElement>(null);
  const drag = useRef<{ readonly id: number; readonly x: number; readonly view: Stretch; isMoved: boolean }>(
    undefined,
  );
  const placeOf = (clientX: number) => {
    const plot = box.current?.querySelector('.tl-axis')?.getBoundingClientRect();
    return plot ? (clientX - plot.left) / Math.max(1, plot.width) : 0;
  };
  const latestProps = useRef({ scale, view, all, onView, placeOf });
  latestProps.current = { scale, view, all, onView, placeOf };
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const turn = (event: WheelEvent) => {
      const { scale, view, all, onView, placeOf } = latestProps.current;
      event.preventDefault();
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const delta =
        (isSideways ? event.deltaX || event.deltaY : event.deltaY) * (event.deltaMode === 1 ? 16 : 1);
      const next = isSideways
        ? panView(view, ((view.to - view.from) * delta) / 1_000, all)
        : zoomView(view, Math.exp(delta * 0.002), scale.moment(placeOf(event.clientX)), all);
      if (next.from !== view.from || next.to !== view.to) onView(next);
    };
    // Not passive, unlike React's own handler, because the page must not scroll meanwhile.
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, []);

  const begin = (event: PointerEvent) => {
    if (event.button !== 0 || !(event.target as HTMLElement).closest('.tl-canvas, .tl-axis')) return;
    drag.current = { id: event.pointerId, x: event.clientX, view, isMoved: false };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const dragState = drag.current;
    const place = placeOf(event.clientX);
    if (dragState === undefined) {
      onPoint(place >= 0 && place <= 1 ? scale.moment(place) : undefined);
      return;
    }
    if (!dragState.isMoved && Math.abs(event.clientX - dragState.x) < clickPx) return;
    dragState.isMoved = true;
    const length = dragState.view.to - dragState.view.from;
    onView(panView(dragState.view, (placeOf(dragState.x) - place) * length, all));
  };
  const end = (event: PointerEvent) => {
    const dragState = drag.current;
    drag.current = undefined;
    if (dragState && !dragState.isMoved && event.type === 'pointerup')
      onMoment(scale.moment(placeOf(event.clientX)));
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = viewAfter(event.key, view, all);
    if (next) onView(next);
    else if (event.key === 'Enter') onMoment((view.from + view.to) / 2);
    else return;
    event.preventDefault();
  };
  const label = t('timeline.lanes', {
    from: plant.moment(new Date(view.from)),
    to: plant.moment(new Date(view.to)),
  });
  return (
    <div
      ref={box}
      className="tl-plot"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the keys that its description names
      tabIndex={0}
      aria-label={label}
      aria-describedby={hint}
      onKeyDown={press}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onPointerLeave={() => onPoint(undefined)}
    >
      <p id={hint} className="heard">
        {t('timeline.keys')}
      </p>
      {children}
    </div>
  );
}

/** The view after a key, or undefined for a key that moves nothing. */
function viewAfter(key: string, view: Stretch, all: Stretch): Stretch | undefined {
  const middle = (view.from + view.to) / 2;
  const step = (view.to - view.from) * panShare;
  switch (key) {
    case 'ArrowLeft':
      return panView(view, -step, all);
    case 'ArrowRight':
      return panView(view, step, all);
    case '+':
    case '=':
      return zoomView(view, 1 / zoomStep, middle, all);
    case '-':
      return zoomView(view, zoomStep, middle, all);
    case 'Home':
      return all;
    case 'End':
      return panView(view, all.to - view.to, all);
    default:
      return undefined;
  }
}
