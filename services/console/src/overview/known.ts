import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { DeviceHealthPage } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { SessionSummaryPage } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { useOverview } from '../api/overview.ts';
import { useCollectors } from '../collectors/queries.ts';
import { useSinks } from '../stores/queries.ts';
import { useNow } from '../time/plant-time.tsx';
import { useFirstQuarantined, useRecovery, useTroubledDevices, useTroubledSessions } from './queries.ts';
import type { Known } from './troubles.ts';

/** The answers that the overview is made from. */
export function useKnown() {
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
  const known: Known = {
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
    ...{ known, quarantined, overview, recovery, collectors, sinks },
    /** Number of sessions and devices with trouble that did not fit into the list. */
    leftOut: notRead(sessions.data) + notRead(devices.data),
    /** Whether the user may not see stores and collectors, which belong to all sites. */
    isForbidden,
    /** Whether everything that the user may ask was answered. */
    isWhole: queries.every(({ data, isError }) => data !== undefined && !isError),
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
