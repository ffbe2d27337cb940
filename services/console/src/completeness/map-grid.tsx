import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef } from 'react';
import { useCellText } from './cell-text.ts';
import type { MapRow } from './map-rows.ts';
import { MapStrip } from './map-strip.tsx';
import { useMapTexts } from './texts.ts';

export interface ChosenCell {
  readonly row: number;
  readonly column: number;
}

interface GridProps {
  readonly rows: readonly MapRow[];
  /** Labels of columns, at their places. */
  readonly axis: readonly { readonly column: number; readonly label: string }[];
  readonly columns: number;
  readonly chosenCell: ChosenCell;
  readonly onChoose: (cell: ChosenCell) => void;
}

const rowHeight = 30;

/** The map, with fields for days or hours. Arrow keys move between fields; only visible rows are in the page. */
export function MapGrid({ rows, axis, columns, chosenCell, onChoose }: GridProps) {
  const { t, locale } = useMapTexts();
  const text = useCellText();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualRows = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.key ?? index,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const row = chosenCell.row;
  useEffect(() => {
    if (row >= 0 && row < rows.length) virtualRows.scrollToIndex(row);
  }, [row, rows.length, virtualRows]);

  const goOn = (event: KeyboardEvent) => {
    const last = (rows[chosenCell.row]?.cells.length ?? 1) - 1;
    const step = {
      ArrowRight: { row: 0, column: 1 },
      ArrowLeft: { row: 0, column: -1 },
      ArrowDown: { row: 1, column: 0 },
      ArrowUp: { row: -1, column: 0 },
      Home: { row: 0, column: -chosenCell.column },
      End: { row: 0, column: last - chosenCell.column },
      PageDown: { row: 10, column: 0 },
      PageUp: { row: -10, column: 0 },
    }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, chosenCell.row + step.row));
    const atMost = (rows[next]?.cells.length ?? 1) - 1;
    onChoose({ row: next, column: Math.min(atMost, Math.max(0, chosenCell.column + step.column)) });
  };
  const choose = (event: PointerEvent, index: number) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - left) / width) * columns);
    const atMost = (rows[index]?.cells.length ?? 1) - 1;
    onChoose({ row: index, column: Math.min(atMost, Math.max(0, column)) });
  };

  const visibleItems = virtualRows.getVirtualItems();
  const cellId = (at: ChosenCell) => `${id}${at.row}-${at.column}`;
  const numbers = new Intl.NumberFormat(locale);
  return (
    <div className="map-scroller" ref={scroller}>
      <div
        role="grid"
        tabIndex={0}
        aria-label={t('map.title')}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns + 3}
        aria-activedescendant={
          visibleItems.some(({ index }) => index === row) ? cellId(chosenCell) : undefined
        }
        className="map-table"
        onKeyDown={goOn}
      >
        <div role="rowgroup" className="map-head">
          <div role="row" aria-rowindex={1} className="map-row is-head">
            <div role="columnheader">{t('map.column.name')}</div>
            <div role="presentation" className="map-axis" aria-hidden="true">
              {axis.map(({ column, label }) => (
                <span key={column} style={{ left: `${(column / Math.max(1, columns)) * 100}%` }}>
                  {label}
                </span>
              ))}
            </div>
            <div role="columnheader" className="is-number">
              {t('map.column.complete')}
            </div>
            <div role="columnheader" className="is-number is-missing">
              {t('map.column.missing')}
            </div>
          </div>
        </div>
        <div role="rowgroup" className="map-body" style={{ height: virtualRows.getTotalSize() }}>
          {visibleItems.map(({ index, key, start }) => {
            const each = rows[index];
            if (each === undefined) return null;
            const isChosen = index === chosenCell.row;
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + 2}
                data-index={index}
                ref={virtualRows.measureElement}
                className={isChosen ? 'map-row is-chosen' : 'map-row'}
                style={{ transform: `translateY(${start}px)` }}
              >
                <div role="rowheader" className="map-name" title={`${each.name} ${each.detail}`}>
                  {each.name} {each.detail !== '' && <span className="quiet small">{each.detail}</span>}
                </div>
                <div
                  role="presentation"
                  className="map-fields"
                  onPointerDown={(event) => choose(event, index)}
                >
                  <MapStrip
                    cells={each.cells}
                    chosenColumn={isChosen ? chosenCell.column : undefined}
                    columns={columns}
                  />
                  {each.cells.map((cell, column) => (
                    <span
                      key={cell.from}
                      id={cellId({ row: index, column })}
                      role="gridcell"
                      aria-selected={isChosen && column === chosenCell.column}
                      className="heard"
                    >
                      {text.whole(each.name, cell)}
                    </span>
                  ))}
                </div>
                <div role="gridcell" className="is-number">
                  {text.share(each)}
                </div>
                <div role="gridcell" className="is-number is-missing">
                  {each.missing === 0 ? '–' : numbers.format(each.missing)}
                </div>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
