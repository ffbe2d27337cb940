import type { AuditView } from '@holdfast/shared/contracts/http/access-http.ts';
import type { DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api, apiRoot } from '../api/api.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { rangeQuery, type TimeRange } from '../time/time-range.ts';
import type { AuditSearch } from './audit-search.ts';

interface AuditPage {
  readonly results: AuditView[];
  readonly next_cursor: string | null;
}

export interface AuditQuery {
  readonly filter: Omit<AuditSearch, 'from' | 'to' | 'entry'>;
  readonly range: TimeRange;
}

const path = '/api/system/audit/';
const pageSize = 50;
const lookMs = 10_000;

/** Entries of the audit log, newest first, page by page. New ones appear by themselves while the first page is shown. */
export function useAuditEntries({ filter, range }: AuditQuery) {
  const { ofPlant } = usePlantTime();
  return useInfiniteQuery({
    queryKey: ['audit', 'entries', filter, range, ofPlant],
    queryFn: ({ pageParam }) =>
      api.get<AuditPage>(path, {
        ...{ ...filter, ...rangeQuery(range, ofPlant) },
        ...{ limit: pageSize, cursor: pageParam },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    // All pages would be read again.
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : lookMs),
  });
}

/** What the audit log has of one trace. */
export function useTrace(trace: string) {
  return useQuery({
    queryKey: ['audit', 'trace', trace],
    queryFn: async () => (await api.get<AuditPage>(path, { trace })).results,
  });
}

/** Address of all the entries, not only of those that are loaded, as JSON lines. */
export function exportAddress({ filter, range }: AuditQuery, zone: string): string {
  const url = new URL('api/system/audit/export/', apiRoot);
  for (const [name, value] of Object.entries({ ...filter, ...rangeQuery(range, zone) })) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

/** The device with this id, which may be gone. */
export function useDeviceCode(id: number | undefined): string | undefined {
  const { data } = useQuery({
    queryKey: ['devices', 'code', id],
    queryFn: () => api.get<DeviceView>(`/api/config/devices/${id}/`),
    enabled: id !== undefined,
  });
  return data?.code;
}
