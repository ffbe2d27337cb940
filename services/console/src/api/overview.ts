import type { Overview } from '@holdfast/shared/contracts/http/overview-http.ts';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';

/** The state of the plant and its time zone in one answer, for the strip on top of every screen. */
export function useOverview() {
  return useQuery({
    queryKey: ['system', 'overview'],
    queryFn: () => api.get<Overview>('/api/system/overview/'),
    refetchInterval: 5_000,
  });
}
