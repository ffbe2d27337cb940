import type { Query } from '@holdfast/api-client/api-client.ts';
import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { CompletenessView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type {
  DeviceChangesPage,
  DeviceHealthPage,
  DeviceHealthView,
} from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { DeviceDetail, DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import type { GapOfAll, GapsOfAll } from '@holdfast/shared/contracts/http/gaps-of-all-http.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import type { PointValuesPage } from '@holdfast/shared/contracts/http/points-http.ts';
import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { readPages } from '../evidence/read-pages.ts';
import type { DeviceShow } from './device-search.ts';

const healthPath = '/api/acquisition/devices/health/';
const pageSize = 500;

/** Devices of all sessions, failing ones first; further pages are loaded when the user scrolls to them. */
export function useDeviceHealth({
  show,
  find,
  session,
}: {
  show: DeviceShow;
  find: string;
  session?: string | undefined;
}) {
  return useInfiniteQuery({
    queryKey: ['devices', 'health', show, find, session],
    queryFn: ({ pageParam }) =>
      api.get<DeviceHealthPage>(healthPath, {
        limit: pageSize,
        cursor: pageParam,
        session,
        ...(find && { search: find }),
        ...(show === 'undelivered' ? { never_delivered: 'true' } : show !== 'all' && { condition: show }),
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    // The stream reports changes; this refreshes ages and round trips.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? 15_000 : 5_000),
  });
}

/** One device, in each session that reads it. */
export function useDevice(device: string) {
  return useQuery({
    queryKey: ['devices', 'one', device],
    queryFn: async () => (await api.get<DeviceHealthPage>(healthPath, { device })).results,
    refetchInterval: 5_000,
  });
}

/** Points of a device that gave a session no value in the last 24 hours although others did. */
export function useNeverDelivered({
  session_id: session,
  device,
}: Pick<DeviceHealthView, 'session_id' | 'device'>) {
  return useQuery({
    queryKey: ['devices', 'undelivered', session, device],
    queryFn: async () => {
      const path = `/api/acquisition/sessions/${session}/completeness/`;
      const { never_delivered: never } = await api.get<CompletenessView>(path, { device, from: '-24h' });
      // A subscribed device may report a point rarely.
      return never.filter(({ cause }) => cause !== 'not_told');
    },
    refetchInterval: 60_000,
  });
}

/** The device as it is configured now, or null if there is none with this code, or the user may not see it. */
export function useConfiguredDevice(device: string) {
  return useQuery({
    queryKey: ['devices', 'configured', device],
    enabled: device !== '',
    queryFn: async () => {
      const { results } = await api.get<{ results: DeviceDetail[] }>('/api/config/devices/', {
        code: device,
      });
      const [match] = results;
      return match ? api.get<DeviceDetail>(`/api/config/devices/${match.id}/`) : null;
    },
    refetchInterval: 10_000,
    retry: (count, error) => !(error instanceof ApiRefusal) && count < 3,
  });
}

const matchesAtMost = 50;

/** Configured devices with a text in their code, name or host, whether a session reads them or not. */
export function useConfiguredMatches(find: string) {
  return useQuery({
    queryKey: ['devices', 'matches', find],
    enabled: find !== '',
    queryFn: async () => {
      const query = { search: find, limit: matchesAtMost };
      return (await api.get<{ results: DeviceView[] }>('/api/config/devices/', query)).results;
    },
    placeholderData: keepPreviousData,
  });
}

/** Points of a device as they are configured now, by address. */
export function usePoints(deviceId: number) {
  return useQuery({
    queryKey: ['devices', 'points', deviceId],
    queryFn: async () =>
      (await api.list('/api/config/points/', { device_id: deviceId }, 10_000)) as unknown as PointView[],
    staleTime: 30_000,
  });
}

/** The last value of each point, however old, by the code of the value; each element of an array has one. */
export function useLastValues(device: string) {
  return useQuery({
    queryKey: ['devices', 'values', device],
    queryFn: async () => {
      const { results } = await api.get<PointValuesPage>('/api/acquisition/points/values/', {
        device,
        limit: 5_000,
      });
      return results;
    },
    refetchInterval: 5_000,
  });
}

export type DeviceChanges = DeviceChangesPage['results'];

/** The most changes that are shown of one device; a page may come back empty while older ones are searched. */
const changesAtMost = 2_000;
const pagesAtMost = 20;

/** Causes of a missing tick that say nothing about the device. It was not asked, or nothing was heard from its collector. */
export const unheardCauses = [
  'lease_lost',
  'waiting',
  'failover',
  'drain',
  'rebalance',
  'recovery',
  'restart',
  'delivered_late',
  'reconfiguration',
  'session_end',
  'holder_lost',
  'not_arrived',
] as const satisfies GapCause[];

/** Ticks in a row about which nothing is known. */
export interface DeviceGap extends Pick<GapOfAll, 'session_id' | 'cause' | 'start_time' | 'end_time'> {
  /** No tick has come since, as far as ticks were counted. */
  readonly goesOn: boolean;
}

export interface DeviceHistory {
  /** Newest first. */
  readonly changes: DeviceChanges;
  /** Oldest first. */
  readonly gaps: readonly DeviceGap[];
  /** Whether the whole time was searched. */
  readonly isWhole: boolean;
}

export function useDeviceHistory(device: string, days: number) {
  return useQuery({
    queryKey: ['devices', 'history', device, days],
    queryFn: async (): Promise<DeviceHistory> => {
      const search = { device, from: `-${days}d` };
      const [history, gapPages] = await Promise.all([
        changesOf(search),
        readPages<GapsOfAll>(
          '/api/acquisition/gaps/',
          { ...search, cause: unheardCauses.join(',') },
          changesAtMost,
        ),
      ]);
      const gaps = gapPages.results.map((gap) => ({ ...gap, goesOn: gap.end_time >= gapPages.to }));
      return { ...history, gaps, isWhole: history.isWhole && !gapPages.isCut };
    },
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
}

async function changesOf(search: Query): Promise<Pick<DeviceHistory, 'changes' | 'isWhole'>> {
  const changes: DeviceChanges = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesAtMost && changes.length < changesAtMost; page += 1) {
    const { results, next_cursor } = await api.get<DeviceChangesPage>(`${healthPath}changes/`, {
      ...search,
      limit: pageSize,
      cursor,
    });
    changes.push(...results);
    if (next_cursor === null) return { changes, isWhole: true };
    cursor = next_cursor;
  }
  return { changes, isWhole: false };
}

/** Sessions that still exist, by their ids: their past shows until when a device was read. */
export function useSessionsOf(ids: readonly string[]) {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ['devices', 'session', id],
      queryFn: () =>
        api
          .get<SessionView & Record<string, unknown>>(`/api/acquisition/sessions/${id}/`)
          .catch((error: unknown) => {
            if (error instanceof ApiRefusal && error.status === 404) return null;
            throw error;
          }),
      staleTime: 15_000,
    })),
    combine: (results) => results.flatMap(({ data }) => (data ? [data as SessionView] : [])),
  });
}
