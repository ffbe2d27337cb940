import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { api } from '../api/api.ts';
import { useSettled } from '../parts/use-settled.ts';

const shown = 6;

interface Page<T> {
  readonly results: readonly T[];
  readonly [other: string]: unknown;
}

/** Sessions and devices with these letters in their names, those that need attention first. */
export function useFound(text: string) {
  const settled = useSettled(useDeferredValue(text));
  const found = useQuery({
    queryKey: ['palette', settled],
    queryFn: async () => {
      const search = settled || undefined;
      const [sessions, devices] = await Promise.all([
        api.get<Page<SessionSummary>>('/api/acquisition/sessions/summary/', {
          from: '-1h',
          buckets: 1,
          limit: shown,
          search,
        }),
        // An empty search would find every device of the plant.
        search === undefined
          ? { results: [] }
          : api.get<Page<DeviceHealthView>>('/api/acquisition/devices/health/', { search, limit: shown }),
      ]);
      return { sessions: sessions.results, devices: devices.results };
    },
    // Always read again: the commands that a session takes may have changed a moment ago.
    staleTime: 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const isSearching = settled !== text || found.isPending || found.isPlaceholderData;
  return { ...found, isSearching };
}
