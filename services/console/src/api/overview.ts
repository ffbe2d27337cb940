import type { Overview } from '@holdfast/shared/contracts/http/overview-http.ts';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';

/** The whole in one answer: for the strip on top of every screen, and by which clock the plant lives. */
export function useOverview() {
  return useQuery({
    queryKey: ['system', 'overview'],
    queryFn: () => api.get<Overview>('/api/system/overview/'),
    refetchInterval: 5_000,
  });
}
