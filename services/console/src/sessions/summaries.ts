import type {
  SessionSummary,
  SessionSummaryPage,
} from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { rangeQuery, type TimeRange } from '../time/time-range.ts';

export const shows = ['all', 'attention', 'running', 'paused', 'error', 'stopped'] as const;
export type Show = (typeof shows)[number];

const pageSize = 500;
const atMost = 2_000;

export type SessionSummaries = Omit<SessionSummaryPage, 'next_cursor'>;

/** Sessions with their ribbons, in the order of the server: those that need attention first. */
export function useSummaries(range: TimeRange, isEnded: boolean) {
  const { ofPlant } = usePlantTime();
  return useQuery({
    queryKey: ['sessions', 'summary', range.from, range.to, ofPlant, isEnded],
    queryFn: () => readSummaries(rangeQuery(range, ofPlant), isEnded),
    placeholderData: keepPreviousData,
    // The stream reports changes; this refreshes ages and rates.
    refetchInterval: ({ state }) => ((state.data?.results.length ?? 0) > 100 ? 15_000 : 5_000),
  });
}

async function readSummaries(
  range: ReturnType<typeof rangeQuery>,
  isEnded: boolean,
): Promise<SessionSummaries> {
  const results: SessionSummary[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await api.get<SessionSummaryPage>('/api/acquisition/sessions/summary/', {
      ...range,
      buckets: 96,
      limit: isEnded ? 100 : pageSize,
      cursor,
      ...(isEnded && { status: 'stopped', sort: 'started' }),
    });
    results.push(...page.results);
    cursor = page.next_cursor ?? undefined;
    if (cursor === undefined || isEnded || results.length >= atMost) return { ...page, results };
  }
}

export function isShown({ attention, status }: SessionSummary, show: Show): boolean {
  if (show === 'attention') return attention.length > 0;
  return show === 'all' || status === show;
}

/** Whether a session's names contain all words of the search. */
export function matchesSearch(
  { id, task_code, task_name, collector_id, sites }: SessionSummary,
  find: string,
): boolean {
  const text = [id, task_code, task_name, collector_id, ...sites].join(' ').toLowerCase();
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
