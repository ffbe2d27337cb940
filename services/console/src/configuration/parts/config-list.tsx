import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { usePreferences } from '../../app/preferences.tsx';
import { useScrolledList } from '../../parts/use-scrolled-list.ts';
import { useConfigurationSearch } from '../configuration-search.ts';
import { useConfigurationTexts } from '../texts.ts';

export interface ListColumn<Row> {
  readonly key: string;
  readonly name: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers sort as such, texts as the language does, with digits by their value. */
  readonly sortBy?: (row: Row) => string | number;
}

export interface Selection {
  readonly ids: ReadonlySet<number>;
  readonly select: (ids: ReadonlySet<number>) => void;
}

interface ListProps<Row> {
  readonly label: string;
  /** Sets the columns' widths. */
  readonly className: string;
  /** The first one holds the row's link, with the row's id as `data-item`. */
  readonly columns: readonly ListColumn<Row>[];
  /** The same array while nothing changes: it is sorted again for each other one. */
  readonly rows: readonly Row[];
  /** Where the address keeps the order. */
  readonly orderIn?: 'order' | 'pointOrder';
  readonly chosenId?: number | undefined;
  readonly selection?: Selection | undefined;
}

/** A sortable list of which only the visible rows are in the page. Arrow keys go from one to the next. */
export function ConfigList<
  Row extends { readonly id: number; readonly name: string; readonly code: string },
>({ label, className, columns, rows, orderIn = 'order', chosenId, selection }: ListProps<Row>) {
  const { t } = useConfigurationTexts();
  const { [orderIn]: order } = useConfigurationSearch();
  const navigate = useNavigate();
  const sortedRows = useSorted(rows, columns, order);
  const keys = useMemo(() => sortedRows.map(({ id }) => String(id)), [sortedRows]);
  const {
    scroller,
    onKeyDown,
    rows: virtual,
  } = useScrolledList({
    keys,
    attribute: 'item',
    chosenKey: chosenId === undefined ? undefined : String(chosenId),
    chosenIndex: chosenId === undefined ? -1 : sortedRows.findIndex(({ id }) => id === chosenId),
  });
  const isAll = selection !== undefined && rows.length > 0 && rows.every(({ id }) => selection.ids.has(id));
  const toggle = (id: number) => {
    const ids = new Set(selection?.ids);
    if (!ids.delete(id)) ids.add(id);
    selection?.select(ids);
  };
  const sortBy = (key: string) =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, [orderIn]: order === key ? `-${key}` : key }),
      replace: true,
    });
  if (rows.length === 0) return <p className="empty">{t('config.none.found')}</p>;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys go between the links within, which are reached by Tab as well
    <div className={`config-scroller ${className}`} ref={scroller} onKeyDown={onKeyDown}>
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1}>
        <div role="rowgroup" className="config-head">
          <div role="row" aria-rowindex={1} className={selection ? 'config-row has-choice' : 'config-row'}>
            {selection && (
              <div role="columnheader" className="config-choice">
                <input
                  type="checkbox"
                  aria-label={t('config.select.all')}
                  checked={isAll}
                  onChange={() => selection.select(isAll ? new Set() : new Set(rows.map(({ id }) => id)))}
                />
              </div>
            )}
            {columns.map(({ key, name, isNumber, sortBy: canSort }) => {
              const direction = order === key ? 'ascending' : order === `-${key}` ? 'descending' : undefined;
              return (
                <div
                  key={key}
                  role="columnheader"
                  className={`cell is-${key}${isNumber ? ' is-number' : ''}`}
                  aria-sort={direction}
                >
                  {canSort ? (
                    <button type="button" className="config-sort" onClick={() => sortBy(key)}>
                      {name}
                      <span aria-hidden="true">
                        {direction === undefined ? '' : direction === 'ascending' ? ' ↑' : ' ↓'}
                      </span>
                    </button>
                  ) : (
                    name
                  )}
                </div>
              );
            })}
          </div>
        </div>
        <div role="rowgroup" className="config-rows" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const row = sortedRows[index];
            if (row === undefined) return null;
            return (
              <div
                key={key}
                data-index={index}
                ref={virtual.measureElement}
                style={{ transform: `translateY(${start}px)` }}
                role="row"
                aria-rowindex={index + 2}
                className={`config-row${selection ? ' has-choice' : ''}${row.id === chosenId ? ' is-chosen' : ''}`}
              >
                {selection && (
                  <div role="cell" className="config-choice">
                    <input
                      type="checkbox"
                      aria-label={t('config.select', { name: row.name || row.code })}
                      checked={selection.ids.has(row.id)}
                      onChange={() => toggle(row.id)}
                    />
                  </div>
                )}
                {columns.map(({ key: column, isNumber, cell }) => (
                  <div
                    key={column}
                    role="cell"
                    className={`cell is-${column}${isNumber ? ' is-number' : ''}`}
                  >
                    {cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function useSorted<Row>(
  rows: readonly Row[],
  columns: readonly ListColumn<Row>[],
  order: string | undefined,
): readonly Row[] {
  const { locale } = usePreferences();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each render makes the columns again, with the same meaning
  return useMemo(() => {
    const { sortBy } = columns.find(({ key }) => key === order?.replace('-', '')) ?? columns[0] ?? {};
    if (sortBy === undefined) return rows;
    const collator = new Intl.Collator(locale, { numeric: true });
    const sign = order?.startsWith('-') ? -1 : 1;
    const keyed = rows.map((row) => ({ row, value: sortBy(row) }));
    keyed.sort(({ value: one }, { value: other }) =>
      typeof one === 'number' && typeof other === 'number'
        ? sign * (one - other)
        : sign * collator.compare(String(one), String(other)),
    );
    return keyed.map(({ row }) => row);
  }, [rows, order, locale]);
}

/** Whether one of the texts contains all words of a search. */
export function contains(find: string, ...texts: readonly unknown[]): boolean {
  const all = texts.join(' ').toLowerCase();
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
