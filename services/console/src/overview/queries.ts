import type { DeviceHealthPage } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { RecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { SessionSummaryPage } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';

/** Sessions that should run against those that do, by their samples. */
export function useRecovery() {
  return useQuery({
    queryKey: ['system', 'recovery'],
    queryFn: () => api.get<RecoveryView>('/api/acquisition/recovery/', { only: 'disagreements', limit: 100 }),
    refetchInterval: 5_000,
  });
}

const sessionsAtMost = 100;

/** Sessions that need somebody, the worst first. */
export function useTroubledSessions() {
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

/** Devices that somebody has to look at, those that fail first. */
export function useTroubledDevices() {
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

/** When the oldest message of the quarantine was put away. */
export function useOldestQuarantined(isThere: boolean) {
  return useQuery({
    queryKey: ['system', 'quarantine', 'oldest'],
    queryFn: () =>
      api.get<{ results: { time: string; reason: string }[] } & Record<string, unknown>>(
        '/api/system/quarantine/',
        { limit: 1 },
      ),
    enabled: isThere,
    refetchInterval: 15_000,
  });
}
