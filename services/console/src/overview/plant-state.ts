import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { DeviceHealthPage } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { RecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { SessionSummaryPage } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { useOverview } from '../api/overview.ts';
import { useCollectors } from '../collectors/queries.ts';
import { readQuarantine, useSinks } from '../stores/queries.ts';
import { useNow } from '../time/plant-time.tsx';
import type { PlantState } from './troubles.ts';

/** An API that hangs gives no error for 30 s. */
const answersCountForMs = 15_000;

/** The answers that the overview is made from. */
export function usePlantState() {
  const now = useNow(5_000);
  const overview = useOverview();
  const sessions = useTroubledSessions();
  const devices = useTroubledDevices();
  const recovery = useRecovery();
  const collectors = useCollectors();
  const sinks = useSinks();
  const messages = overview.data?.quarantine?.messages ?? 0;
  const quarantined = useFirstQuarantined(messages > 0);
  const isForbidden = [collectors, sinks].some(({ error }) => isRefused(error));
  const queries = [overview, sessions, devices, recovery, ...(isForbidden ? [] : [collectors, sinks])];
  const state: PlantState = {
    sessions: sessions.data?.results,
    devices: devices.data?.results,
    collectors: collectors.data,
    sinks: sinks.data,
    quarantined: overview.data?.quarantine
      ? { messages, since: quarantined.data?.results[0]?.time ?? null }
      : undefined,
    auditShare: overview.data?.audit?.share_of_stream,
    recovery: recovery.data,
    isBrokerAway: overview.data?.not_asked.some(({ what }) => what === 'broker') ?? false,
    nowMs: now.getTime(),
  };
  return {
    ...{ known: state, quarantined, overview, recovery, collectors, sinks },
    /** Number of sessions and devices with trouble that did not fit into the list. */
    leftOut: notRead(sessions.data) + notRead(devices.data),
    /** Whether the user may not see stores and collectors, which belong to all sites. */
    isForbidden,
    /** Whether everything that the user may ask was answered, lately. */
    isWhole:
      queries.every(({ data, isError }) => data !== undefined && !isError) &&
      now.getTime() - overview.dataUpdatedAt < answersCountForMs,
    isLoading: queries.some(({ data, error }) => data === undefined && error === null),
    error: queries
      .map(({ data, error }) => (data === undefined ? error : null))
      .find((each) => each !== null),
    again: () => {
      for (const each of queries) void each.refetch();
    },
  };
}

function isRefused(error: Error | null): boolean {
  return error instanceof ApiRefusal && error.status === 403;
}

function notRead(page: SessionSummaryPage | DeviceHealthPage | undefined): number {
  if (page === undefined || page.next_cursor === null) return 0;
  const { counts, results } = page;
  const all = 'attention' in counts ? counts.attention : counts.failing + counts.partly + counts.slow;
  return Math.max(0, all - results.length);
}

/** The sessions that should run, compared with those that do, by their samples. */
function useRecovery() {
  return useQuery({
    queryKey: ['system', 'recovery'],
    queryFn: () => api.get<RecoveryView>('/api/acquisition/recovery/', { only: 'disagreements', limit: 100 }),
    refetchInterval: 5_000,
  });
}

const sessionsAtMost = 100;

/** Sessions that need attention, the worst first. */
function useTroubledSessions() {
  return useQuery({
    queryKey: ['sessions', 'troubled'],
    queryFn: () =>
      api.get<SessionSummaryPage>('/api/acquisition/sessions/summary/', {
        ...{ attention: 'true', from: '-1m', buckets: 1, limit: sessionsAtMost },
      }),
    refetchInterval: 5_000,
  });
}

const devicesAtMost = 100;

/** Devices that need attention, those that fail first. */
function useTroubledDevices() {
  return useQuery({
    queryKey: ['system', 'devices', 'troubled'],
    queryFn: () =>
      api.get<DeviceHealthPage>('/api/acquisition/devices/health/', {
        condition: 'failing,partly,slow',
        limit: devicesAtMost,
      }),
    refetchInterval: 5_000,
  });
}

const quarantinedAtMost = 100;

/** The oldest messages of the quarantine, as many as are grouped by reason. */
function useFirstQuarantined(isThere: boolean) {
  return useQuery({
    queryKey: ['system', 'quarantine', 'first'],
    queryFn: () => readQuarantine({}, quarantinedAtMost),
    enabled: isThere,
    refetchInterval: 10_000,
  });
}
