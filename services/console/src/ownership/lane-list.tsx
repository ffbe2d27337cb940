import type { OwnershipRow } from '@holdfast/shared/contracts/http/ownership-http.ts';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { QuarterTimes } from '../strip/quarter-times.tsx';
import { timeScale } from '../strip/time-scale.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { changesOf } from './holder-at.ts';
import type { Absence, LaneTime } from './lane-parts.ts';
import { LaneRow } from './lane-row.tsx';
import type { Move } from './moves.ts';
import { MovesRail } from './moves-rail.tsx';
import { useOwnershipTexts } from './texts.ts';

export type LaneItem =
  | { readonly kind: 'group'; readonly key: string; readonly name: string; readonly counts: string }
  | {
      readonly kind: 'row';
      readonly key: string;
      readonly row: OwnershipRow;
      /** The only collector whose time is drawn. */
      readonly only?: string;
    };

interface ListProps {
  readonly items: readonly LaneItem[];
  /** Absences by session. */
  readonly absences: ReadonlyMap<string, readonly Absence[]>;
  readonly moves: readonly Move[];
  readonly time: LaneTime;
  /** The chosen moment. */
  readonly at: number;
  readonly isPinned: boolean;
  readonly tintOf: (collector: string) => number;
  readonly onAt: (at: number | undefined) => void;
}

const rowHeight = 34;

/** Lanes below one time axis. Only visible ones are in the page; the pointer and arrow keys choose the moment. */
export function LaneList({ items, absences, moves, time, at, isPinned, tintOf, onAt }: ListProps) {
  const { t } = useOwnershipTexts();
  const plant = usePlantTime();
  const scroller = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, width: 0 });
  const [pointedAt, setPointedAt] = useState<number>();
  const [active, setActive] = useState(0);
  const shownAt = pointedAt ?? at;
  useEffect(() => {
    const element = axis.current;
    if (element === null) return;
    const measure = () => setPlace({ left: element.offsetLeft, width: element.clientWidth });
    const sized = new ResizeObserver(measure);
    sized.observe(element);
    return () => sized.disconnect();
  }, []);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => items[index]?.key ?? index,
    estimateSize: () => rowHeight,
    overscan: 10,
  });

  const scale = useMemo(() => timeScale(time), [time]);
  const atPointer = (event: PointerEvent): number | undefined => {
    const body = event.currentTarget.getBoundingClientRect();
    const part = (event.clientX - body.left - place.left) / Math.max(1, place.width);
    if (part < 0 || part > 1) return undefined;
    return Math.round(scale.moment(part) / 1_000) * 1_000;
  };

  const focusRow = (index: number) => {
    setActive(index);
    rows.scrollToIndex(index);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] [role=slider]`)?.focus(),
    );
  };
  const goOn = (event: KeyboardEvent) => {
    const index = Number((event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset.index);
    const item = items[index];
    if (item?.kind !== 'row') return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const rowStep = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') onAt(undefined);
    else if (event.key === 'Home') onAt(time.from);
    else if (event.key === 'End') onAt(undefined);
    else if (rowStep !== undefined) {
      let next = index + rowStep;
      while (items[next]?.kind === 'group') next += rowStep;
      if (items[next]) focusRow(next);
    } else if (step !== undefined && (event.ctrlKey || event.metaKey)) {
      const changes = changesOf(item.row).filter((each) => each >= time.from && each <= time.to);
      const next =
        step > 0 ? changes.find((each) => each > shownAt) : changes.findLast((each) => each < shownAt);
      if (next !== undefined) onAt(next);
    } else if (step !== undefined) {
      const length = (time.to - time.from) / (event.shiftKey ? 20 : 400);
      const next = Math.round((shownAt + step * length) / 1_000) * 1_000;
      onAt(Math.min(time.to, Math.max(time.from, next)));
    } else return;
    event.preventDefault();
    setPointedAt(undefined);
  };

  // Tab reaches one row, and arrow keys the others from there.
  const virtualRows = rows.getVirtualItems();
  const rowIndexes = virtualRows
    .filter(({ index }) => items[index]?.kind === 'row')
    .map(({ index }) => index);
  const tabStop = rowIndexes.includes(active) ? active : rowIndexes[0];

  const offset = (moment: number) => place.left + scale.place(moment) * place.width;

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys go to the sliders within
    <div className="lane-scroller" ref={scroller} onKeyDown={goOn}>
      <div
        role="table"
        aria-label={t('ownership.title')}
        aria-rowcount={items.length + 1}
        className="lane-table"
      >
        <div role="rowgroup" className="lane-head">
          <div role="row" aria-rowindex={1} className="lane-row is-head">
            <div role="columnheader">{t('ownership.column.session')}</div>
            <div role="columnheader" className="lane-axis" ref={axis}>
              <span className="heard">{t('ownership.column.lane')}</span>
              <MovesRail moves={moves} scale={scale} width={place.width} />
              <span className="axis" aria-hidden="true">
                <QuarterTimes
                  from={time.from}
                  to={time.to}
                  end={time.isLive ? t('ownership.at.now') : plant.minute(new Date(time.to))}
                />
              </span>
            </div>
            <div role="columnheader" className="lane-then">
              {!isPinned && pointedAt === undefined && time.isLive
                ? t('ownership.held.now')
                : plant.whole(new Date(shownAt))}
            </div>
          </div>
        </div>
        <div
          role="rowgroup"
          className="lane-body"
          style={{ height: rows.getTotalSize() }}
          onPointerMove={(event) =>
            setPointedAt(event.pointerType === 'touch' ? undefined : atPointer(event))
          }
          onPointerLeave={() => setPointedAt(undefined)}
          onPointerDown={(event) => {
            const moment = atPointer(event);
            if (moment !== undefined) onAt(moment);
          }}
        >
          {virtualRows.map(({ index, key, start }) => {
            const item = items[index];
            if (item === undefined) return null;
            const common = {
              role: 'row',
              'aria-rowindex': index + 2,
              'data-index': index,
              ref: rows.measureElement,
              style: { transform: `translateY(${start}px)` },
            };
            if (item.kind === 'group') {
              return (
                <div key={key} {...common} className="lane-group">
                  <div role="cell">
                    <strong>{item.name}</strong> <span className="quiet small">{item.counts}</span>
                  </div>
                </div>
              );
            }
            return (
              <div key={key} {...common} className="lane-row">
                <LaneRow
                  row={item.row}
                  absences={absences.get(item.row.session_id)}
                  only={item.only}
                  time={time}
                  at={shownAt}
                  isTabStop={index === tabStop}
                  tintOf={tintOf}
                />
              </div>
            );
          })}
          {moves.map((move) => (
            <div
              key={`${move.at} ${move.reason}`}
              aria-hidden="true"
              className="lane-rule"
              style={{ left: offset(move.at) }}
            />
          ))}
          {(isPinned || pointedAt !== undefined) && (
            <div aria-hidden="true" className="lane-cursor" style={{ left: offset(shownAt) }} />
          )}
        </div>
      </div>
    </div>
  );
}
