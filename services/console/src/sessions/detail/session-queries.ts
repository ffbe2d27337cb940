import type { GapOfSession } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { OwnershipPage } from '@holdfast/shared/contracts/http/ownership-http.ts';
import type { SessionLiveView } from '@holdfast/shared/contracts/http/session-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../../api/api.ts';
import { usePlantTime } from '../../time/plant-time.tsx';
import { rangeQuery, type TimeRange } from '../../time/time-range.ts';

const path = (id: string) => `/api/acquisition/sessions/${encodeURIComponent(id)}`;

export function useSession(id: string) {
  return useQuery({
    queryKey: ['sessions', id, 'status'],
    queryFn: () => api.get<SessionLiveView>(`${path(id)}/status/`),
    refetchInterval: 5_000,
    retry: false,
  });
}

/** Who held the session within the time shown; a time that goes on ends now. */
export function useHolders(id: string, range: TimeRange) {
  const { ofPlant } = usePlantTime();
  return useQuery({
    queryKey: ['sessions', id, 'holders', range.from, range.to, ofPlant],
    queryFn: () =>
      api.get<OwnershipPage>('/api/acquisition/ownership/', {
        ...{ session: id, to: 'now', ...rangeQuery(range, ofPlant) },
      }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}

interface GapPage {
  readonly results: readonly GapOfSession[];
  readonly [other: string]: unknown;
}

/** The first gaps within the time shown. */
export function useGaps(id: string, range: TimeRange) {
  const { ofPlant } = usePlantTime();
  return useQuery({
    queryKey: ['sessions', id, 'gaps', range.from, range.to, ofPlant],
    queryFn: () => api.get<GapPage>(`${path(id)}/gaps/`, { ...rangeQuery(range, ofPlant), limit: 100 }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}
