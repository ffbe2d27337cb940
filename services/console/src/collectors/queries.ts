import type { CollectorMoves, CollectorsView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import type { SessionSummaryPage } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';

/** All collectors, read at intervals, because no change is sent when a heartbeat fails to come. */
export function useCollectors() {
  return useQuery({
    queryKey: ['system', 'collectors'],
    queryFn: () => api.get<CollectorsView>('/api/system/collectors/'),
    refetchInterval: 3_000,
  });
}

const movesShown = 100;

/** Moves between collectors, newest first. */
export function useMoves(collector: string | undefined) {
  return useQuery({
    queryKey: ['system', 'collectors', 'moves', collector],
    queryFn: () => api.get<CollectorMoves>('/api/system/collectors/moves/', { collector, limit: movesShown }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}

const heldAtMost = 500;

/** The sessions that a collector holds. */
export function useHeldSessions(collector: string) {
  return useQuery({
    queryKey: ['sessions', 'held', collector],
    queryFn: () =>
      api.get<SessionSummaryPage>('/api/acquisition/sessions/summary/', {
        collector,
        ...{ status: 'running', sort: 'name', from: '-1m', buckets: 1, limit: heldAtMost },
      }),
    refetchInterval: 5_000,
  });
}
