import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { Button } from 'react-aria-components/Button';
import { ProblemText } from '../parts/problem-text.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { forgetPages, type useFeed } from './feed.ts';
import { HappeningText } from './happening-text.tsx';
import type { Happening } from './merge-feed.ts';
import { useTimelineTexts } from './texts.ts';

/** Rows of the past, newest first. Only visible ones, out of perhaps 20,000, are in the page; scrolling reads more. */
export function FeedList({
  id,
  feed,
  isJson,
  isOnlyAbnormal,
  chosenKey,
}: {
  id: string;
  feed: ReturnType<typeof useFeed>;
  isJson: boolean;
  isOnlyAbnormal: boolean;
  /** The chosen moment. */
  chosenKey: string | undefined;
}) {
  const { t } = useTimelineTexts();
  const queries = useQueryClient();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, hasMore, isLoading, isReadingOn, isHeld, error, readOn, again } = feed;
  const virtual = useVirtualizer({
    count: rows.length + (hasMore ? 1 : 0),
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.key ?? 'more',
    estimateSize: () => (isJson ? 220 : 30),
    overscan: 6,
  });
  const virtualRows = virtual.getVirtualItems();
  const isAtEnd = hasMore && (virtualRows.at(-1)?.index ?? 0) >= rows.length - 1;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has come is looked at again, it may not reach the end yet
  useEffect(() => {
    if (isAtEnd && !isReadingOn) readOn();
  }, [isAtEnd, rows.length, isLoading, isReadingOn]);
  if (error && rows.length === 0) return <ProblemText title={t('feed.failed')} error={error} again={again} />;
  return (
    <>
      {error && <ProblemText title={t('feed.failed')} error={error} again={again} />}
      {isHeld && (
        <Button
          className="button feed-newest"
          onPress={() => {
            forgetPages(queries, id);
            scroller.current?.scrollTo({ top: 0 });
          }}
        >
          {t('feed.newest')}
        </Button>
      )}
      {rows.length === 0 && !hasMore && !isLoading ? (
        <p className="empty quiet">{t(isOnlyAbnormal ? 'feed.none.abnormal' : 'feed.none')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is scrolled by keys as well
        <div ref={scroller} className="feed-scroller" tabIndex={0} role="region" aria-label={t('feed.title')}>
          <ol className="feed" style={{ height: virtual.getTotalSize() }}>
            {virtualRows.map(({ index, key, start }) => {
              const row = rows[index];
              return (
                <li
                  key={key}
                  ref={virtual.measureElement}
                  data-index={index}
                  aria-setsize={hasMore ? -1 : rows.length}
                  aria-posinset={index + 1}
                  style={{ transform: `translateY(${start}px)` }}
                  className={row && row.time === chosenKey ? 'is-chosen' : undefined}
                >
                  {row ? (
                    <Row id={id} row={row} isJson={isJson} />
                  ) : (
                    <span className="quiet">{t('feed.loading')}</span>
                  )}
                </li>
              );
            })}
          </ol>
        </div>
      )}
    </>
  );
}

function Row({ id, row, isJson }: { id: string; row: Happening; isJson: boolean }) {
  const { t } = useTimelineTexts();
  const plant = usePlantTime();
  const at = new Date(row.time);
  return (
    <>
      <Link
        to="/sessions/$id/timeline"
        params={{ id }}
        search={(before) => ({ ...before, at: at.toISOString() })}
        className="feed-time"
        title={t('feed.moment')}
      >
        <time dateTime={row.time}>{plant.moment(at)}</time>
      </Link>
      {isJson ? (
        <pre lang="en">{JSON.stringify(row.raw, null, 2)}</pre>
      ) : (
        <span className="feed-text">
          <HappeningText session={id} row={row} />
        </span>
      )}
    </>
  );
}
