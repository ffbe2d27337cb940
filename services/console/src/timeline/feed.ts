import type { GapOfSession } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { DeviceChangesPage } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { keepPreviousData, type QueryClient, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../api/api.ts';
import { type FeedSource, type Happening, mergeFeed } from './merge-feed.ts';

const pageSize = 100;

export interface FeedQuery {
  /** Beginning and end as the API takes them. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly isOnlyAbnormal?: boolean;
}

interface Page<T> {
  readonly results: readonly T[];
  readonly next_cursor: string | null;
}

type Source = 'session' | 'device' | 'gap';

const path = (id: string) => `/api/acquisition/sessions/${encodeURIComponent(id)}`;

/** Happenings of a session and its devices, newest first, as far back as the user has scrolled. */
export function useFeed(id: string, sourceNames: readonly Source[], query: FeedQuery) {
  const { from, to, isOnlyAbnormal = false } = query;
  const time = { from, to, limit: pageSize };
  const events = useSource<SessionEventView>(
    'events',
    id,
    sourceNames.includes('session'),
    `${path(id)}/events/`,
    {
      ...time,
      order: 'newest',
      only: isOnlyAbnormal ? 'abnormal' : undefined,
    },
  );
  const changes = useSource<DeviceChangesPage['results'][number]>(
    'devices',
    id,
    sourceNames.includes('device'),
    '/api/acquisition/devices/health/changes/',
    { ...time, session: id, to_status: isOnlyAbnormal ? 'slow,error,timeout,disconnected' : undefined },
  );
  const gaps = useSource<GapOfSession>('gaps', id, sourceNames.includes('gap'), `${path(id)}/gaps/`, {
    ...time,
    order: 'newest',
  });
  const sources = useMemo((): FeedSource[] => {
    const feedSource = <T>(
      { pages, isDone }: { pages: readonly Page<T>[]; isDone: boolean },
      of: (raw: T) => Happening[],
    ) => ({
      rows: pages.flatMap(({ results }) => results.flatMap(of)),
      isDone,
    });
    return [
      feedSource(events, (raw) =>
        raw.time === null ? [] : [{ kind: 'session', key: `event ${raw.sequence}`, time: raw.time, raw }],
      ),
      feedSource(changes, (raw) => [{ kind: 'device', key: `device ${raw.sequence}`, time: raw.time, raw }]),
      feedSource(gaps, (raw) => [
        { kind: 'gap', key: `gap ${raw.device} ${raw.from_tick} ${raw.to_tick}`, time: raw.start_time, raw },
      ]),
    ];
  }, [events, changes, gaps]);
  const feed = useMemo(() => mergeFeed(sources), [sources]);
  const all = [events, changes, gaps];
  return {
    rows: feed.rows,
    /** Whether there is more, further back. */
    hasMore: feed.pagesToRead.length > 0,
    /** Whether the user has read on: new rows are then not shown until the list is shortened again. */
    isHeld: all.some(({ pages }) => pages.length > 1),
    isLoading: all.some(({ isLoading }) => isLoading),
    isReadingOn: all.some(({ isReadingOn }) => isReadingOn),
    error: all.find(({ error }) => error !== null)?.error ?? null,
    readOn: () => {
      for (const index of feed.pagesToRead) all[index]?.readOn();
    },
    again: () => {
      for (const each of all) if (each.error) each.again();
    },
  };
}

/** One source, page by page. */
function useSource<T>(
  name: string,
  id: string,
  isWanted: boolean,
  url: string,
  query: Readonly<Record<string, string | number | undefined>>,
) {
  const queries = useQueryClient();
  const queryKey = ['sessions', id, 'feed', name, query];
  // After scrolling back nothing is refreshed: each change would read all loaded pages again.
  const isReadOn = (queries.getQueryData<{ pages: unknown[] }>(queryKey)?.pages.length ?? 0) > 1;
  const { data, error, isFetchingNextPage, hasNextPage, fetchNextPage, isLoading, refetch } =
    useInfiniteQuery({
      queryKey,
      queryFn: ({ pageParam }) => api.get<Page<T>>(url, { ...query, cursor: pageParam }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
      placeholderData: keepPreviousData,
      enabled: isWanted && !isReadOn,
      refetchInterval: 15_000,
    });
  return useMemo(
    () => ({
      pages: isWanted ? (data?.pages ?? []) : [],
      // A failed source holds up no other: the others are shown, with the reason why this one is missing.
      isDone: !isWanted || error !== null || (data !== undefined && !hasNextPage),
      isLoading: isWanted && isLoading,
      isReadingOn: isFetchingNextPage,
      error: isWanted ? error : null,
      readOn: () => {
        if (!isFetchingNextPage) void fetchNextPage();
      },
      again: () => void refetch(),
    }),
    [data, error, isWanted, hasNextPage, isLoading, isFetchingNextPage, fetchNextPage, refetch],
  );
}

/** Drops all but the first page of each source, which is read again. */
export function forgetPages(queries: QueryClient, id: string): void {
  queries.setQueriesData<{ pages: unknown[]; pageParams: unknown[] }>(
    { queryKey: ['sessions', id, 'feed'] },
    (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
  );
  void queries.invalidateQueries({ queryKey: ['sessions', id, 'feed'] });
}
