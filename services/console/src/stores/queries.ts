import type { QuarantinedView, SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import type { StoresSearch } from './stores-search.ts';

export const readSinks = () => api.get<SinksView>('/api/system/sinks/');

/** How samples get into their database. */
export function useSinks() {
  return useQuery({ queryKey: ['system', 'sinks'], queryFn: readSinks, refetchInterval: 3_000 });
}

export type QuarantinedItem = Omit<QuarantinedView, 'body'> & { readonly body_start: string };
export interface QuarantinePage {
  readonly results: QuarantinedItem[];
  readonly next_cursor: string | null;
}

const pageSize = 100;

export function readQuarantine(
  filter: StoresSearch & { readonly after?: number },
  limit: number,
  cursor?: string,
): Promise<QuarantinePage> {
  return api.get('/api/system/quarantine/', { ...filter, limit, cursor });
}

/** Messages that could not be processed, oldest first, page by page. */
export function useQuarantine({ stream, reason }: StoresSearch) {
  return useInfiniteQuery({
    queryKey: ['system', 'quarantine', stream, reason],
    queryFn: ({ pageParam }) => readQuarantine({ stream, reason }, pageSize, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
}

/** One message with its whole body. */
export function useQuarantined(sequence: number) {
  return useQuery({
    queryKey: ['system', 'quarantine', 'one', sequence],
    queryFn: () => api.get<QuarantinedView>(`/api/system/quarantine/${sequence}/`),
  });
}
