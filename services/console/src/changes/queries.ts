import type {
  ChangeSetDetail,
  ChangeSetsPage,
  Reverted,
  RevertOnly,
} from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { SessionSummaryPage } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';

const path = '/api/config/change-sets/';
const pageSize = 50;
const itemsShown = 500;

export const revertPath = (id: number) => `${path}${id}/revert/`;

/** Changes of the configuration, newest first, page by page. */
export function useChangeSets() {
  return useInfiniteQuery({
    queryKey: ['configuration', 'change-sets'],
    queryFn: ({ pageParam }) => api.get<ChangeSetsPage>(path, { limit: pageSize, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** One change with the first of its things. */
export function useChangeSet(id: number) {
  return useQuery({
    queryKey: ['configuration', 'change-sets', id],
    queryFn: () => api.get<ChangeSetDetail>(`${path}${id}/`, { limit: itemsShown }),
  });
}

const sessionsAtMost = 500;

/** Sessions that may read by a configuration from before a change. */
export function useSessions() {
  return useQuery({
    queryKey: ['sessions', 'changes'],
    queryFn: () =>
      api.get<SessionSummaryPage>('/api/acquisition/sessions/summary/', {
        ...{ status: 'running,paused', from: '-1m', buckets: 1, limit: sessionsAtMost },
      }),
  });
}

/**
 * What undoing a change would do at the time of the request. Later changes do not refresh it: what a user is about to
 * confirm must not change under the cursor. The entity tag refuses an undo that is out of date.
 */
export function useRevertDryRun(id: number, only?: RevertOnly) {
  return useQuery({
    queryKey: ['revert', id, only],
    queryFn: () => api.dryRun<Reverted>(revertPath(id), { only }),
    ...{ retry: false, gcTime: 0, staleTime: Number.POSITIVE_INFINITY },
  });
}
