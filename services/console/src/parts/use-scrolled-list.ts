import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';

interface ScrolledList {
  /** A name for each row. */
  readonly keys: readonly string[];
  /** Whether a row has a link that keys can reach; headings of groups have none. */
  readonly isStop?: (index: number) => boolean;
  readonly sizeOf?: (index: number) => number;
  readonly overscan?: number;
  /** The data attribute in which a row's link holds its key. */
  readonly attribute: 'session' | 'device' | 'item';
  /** The row that is shown next to the list, and its place there, or -1 if it is not in the list. */
  readonly chosenKey: string | undefined;
  readonly chosenIndex: number;
}

const rowHeight = 42;

/** A list of which only visible rows are in the page. Arrow keys go from link to link. */
export function useScrolledList(list: ScrolledList) {
  const { keys, isStop = () => true, sizeOf = () => rowHeight, overscan = 8, attribute } = list;
  const { chosenKey, chosenIndex } = list;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: keys.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => keys[index] ?? index,
    estimateSize: sizeOf,
    overscan,
  });
  // A row that was chosen elsewhere, by the address or a key, is scrolled into view once.
  const shownKey = useRef<string>(undefined);
  useEffect(() => {
    if (chosenIndex === -1 || shownKey.current === chosenKey) return;
    shownKey.current = chosenKey;
    rows.scrollToIndex(chosenIndex);
  }, [chosenKey, chosenIndex, rows]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = (event.target as HTMLElement).dataset[attribute];
    if (step === undefined || from === undefined) return;
    event.preventDefault();
    let index = keys.indexOf(from) + step;
    while (index in keys && !isStop(index)) index += step;
    const next = keys[index];
    if (next === undefined) return;
    rows.scrollToIndex(index);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-${attribute}="${CSS.escape(next)}"]`)?.focus(),
    );
  };
  return { scroller, onKeyDown, rows };
}
