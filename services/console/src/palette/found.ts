import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useState } from 'react';
import { api } from '../api/api.ts';

const shown = 6;
/** Whoever types on asks for the next one. */
const typingMs = 150;

interface Page<T> {
  readonly results: readonly T[];
  readonly [other: string]: unknown;
}

/** Sessions and devices with these letters in their names, those that need somebody first. */
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
        // Without a name they are as many as there are in the plant.
        search === undefined
          ? { results: [] }
          : api.get<Page<DeviceHealthView>>('/api/acquisition/devices/health/', { search, limit: shown }),
      ]);
      return { sessions: sessions.results, devices: devices.results };
    },
    // A session that takes a command now took another one a moment ago.
    staleTime: 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const isSearching = settled !== text || found.isPending || found.isPlaceholderData;
  return { ...found, isSearching };
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
