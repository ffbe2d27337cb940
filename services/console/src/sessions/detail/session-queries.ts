import type { GapOfSession } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { SessionLiveView } from '@holdfast/shared/contracts/http/session-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../../api/api.ts';
import { usePlantTime } from '../../time/plant-time.tsx';
import { askedRange, type TimeRange } from '../../time/time-range.ts';

const path = (id: string) => `/api/acquisition/sessions/${encodeURIComponent(id)}`;

export function useSession(id: string) {
  return useQuery({
    queryKey: ['sessions', id, 'status'],
    queryFn: () => api.get<SessionLiveView>(`${path(id)}/status/`),
    refetchInterval: 5_000,
    retry: false,
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
    queryFn: () => api.get<GapPage>(`${path(id)}/gaps/`, { ...askedRange(range, ofPlant), limit: 100 }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}
