import type { DeviceHealthPage } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { RecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { SessionSummaryPage } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { readQuarantine } from '../stores/queries.ts';

/** The sessions that should run, compared with those that do, by their samples. */
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

const quarantinedAtMost = 100;

/** The oldest messages of the quarantine, as many as are grouped by reason. */
export function useFirstQuarantined(isThere: boolean) {
  return useQuery({
    queryKey: ['system', 'quarantine', 'first'],
    queryFn: () => readQuarantine({}, quarantinedAtMost),
    enabled: isThere,
    refetchInterval: 10_000,
  });
}
