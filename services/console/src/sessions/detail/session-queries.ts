import type { GapView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { SessionEventView, SessionLiveView } from '@holdfast/shared/contracts/http/session-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../../api/api.ts';
import type { Range } from '../summaries.ts';

const path = (id: string) => `/api/acquisition/sessions/${encodeURIComponent(id)}`;

export function useSession(id: string) {
  return useQuery({
    queryKey: ['sessions', id, 'status'],
    queryFn: () => api.get<SessionLiveView>(`${path(id)}/status/`),
    refetchInterval: 5_000,
    retry: false,
  });
}

/** All events of a session, oldest first. */
export function useEvents(id: string) {
  return useQuery({
    queryKey: ['sessions', id, 'events'],
    queryFn: async () => (await api.list(`${path(id)}/events/`, {}, 2_000)) as unknown as SessionEventView[],
    refetchInterval: 15_000,
  });
}

interface GapPage {
  readonly results: readonly GapView[];
  readonly [other: string]: unknown;
}

/** The first gaps within the time shown. */
export function useGaps(id: string, range: Range) {
  return useQuery({
    queryKey: ['sessions', id, 'gaps', range],
    queryFn: () => api.get<GapPage>(`${path(id)}/gaps/`, { from: `-${range}`, limit: 100 }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}
