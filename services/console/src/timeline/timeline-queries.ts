import type { GapOfSession } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { SessionThenOrNow } from '@holdfast/shared/contracts/http/session-http.ts';
import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';

const path = (id: string) => `/api/acquisition/sessions/${encodeURIComponent(id)}`;

/** The lanes within a time, in as many parts as fit the screen. @param time as the API takes it */
export function useTimeline(
  id: string,
  time: { readonly from?: string; readonly to?: string },
  { buckets = 400, isEnabled = true }: { readonly buckets?: number; readonly isEnabled?: boolean } = {},
) {
  return useQuery({
    queryKey: ['sessions', id, 'timeline', time, buckets],
    queryFn: () => api.get<Timeline>(`${path(id)}/timeline/`, { ...time, buckets }),
    placeholderData: keepPreviousData,
    enabled: isEnabled,
    refetchInterval: time.to === undefined ? 5_000 : 60_000,
    retry: false,
  });
}

/** The session's whole life, for the overview; it changes slowly, and costs more than a part. */
export function useWholeLife(id: string) {
  return useQuery({
    queryKey: ['whole-life', id],
    queryFn: () => api.get<Timeline>(`${path(id)}/timeline/`, { buckets: 300 }),
    // After an error it is read again soon, because nothing else is shown without it.
    refetchInterval: ({ state }) => (state.status === 'error' ? 5_000 : 60_000),
    retry: false,
  });
}

/** The state of the session at a moment. */
export function useSessionAt(id: string, at: string) {
  return useQuery({
    queryKey: ['session-at', id, at],
    queryFn: () => api.get<SessionThenOrNow>(`${path(id)}/`, { at }),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

const aroundMs = 60_000;

/** The gaps that contain a moment. */
export function useGapsAt(id: string, at: string) {
  return useQuery({
    queryKey: ['sessions', id, 'gaps-at', at],
    queryFn: async () => {
      const ms = Date.parse(at);
      const { results } = await api.get<{ results: readonly GapOfSession[] }>(`${path(id)}/gaps/`, {
        from: new Date(ms - aroundMs).toISOString(),
        to: new Date(ms + aroundMs).toISOString(),
        limit: 200,
      });
      return results.filter((gap) => Date.parse(gap.start_time) <= ms && Date.parse(gap.end_time) > ms);
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
}
