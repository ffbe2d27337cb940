import { addRefusalMetric, type RefusalCounts } from '@holdfast/shared/jetstream/consume/sender-refusals.ts';
import type { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import type { AnsweredRequest } from '../ports.ts';

export interface ApiMetricSources {
  /** Whether this process writes the read model. */
  readonly isProjecting: () => boolean;
  /** Undefined while broker or database are unavailable. */
  readonly lagEvents: () => number | undefined;
  readonly lagMs: () => number | undefined;
  readonly auditEntriesLost: () => number;
  /** Undefined in a process that does not write the read model, and while the database is unavailable. */
  readonly newerConfigured: () => number | undefined;
  readonly refusals: RefusalCounts;
}

/** Adds the API's metrics, and returns the function to call for every answer. */
export function addApiMetrics(
  metrics: Metrics,
  { isProjecting, lagEvents, lagMs, auditEntriesLost, newerConfigured, refusals }: ApiMetricSources,
): (request: AnsweredRequest) => void {
  metrics.gauge({
    name: 'holdfast_projector_projecting',
    help: 'Whether this process brings SESSIONS into the read model (1); one API process does.',
    read: () => (isProjecting() ? 1 : 0),
  });
  metrics.gauge({
    name: 'holdfast_projector_lag_events',
    help: 'Events of SESSIONS that the read model does not have yet.',
    read: lagEvents,
  });
  metrics.gauge({
    name: 'holdfast_projector_lag_seconds',
    help: 'For how long the read model has been without the oldest of them.',
    read: () => {
      const ms = lagMs();
      return ms === undefined ? undefined : ms / 1_000;
    },
  });
  metrics.gauge({
    name: 'holdfast_sessions_newer_configured',
    help: 'Running and paused sessions whose task has a newer configuration; one API process shows it.',
    read: newerConfigured,
  });
  metrics.countOf({
    name: 'holdfast_audit_entries_lost_total',
    help: 'Entries that the audit log lacks because the broker was unavailable for too long; the log of the API has them.',
    read: auditEntriesLost,
  });
  addRefusalMetric(metrics, refusals);
  const requests = metrics.histogram({
    name: 'holdfast_http_request_seconds',
    help: 'From a request to its answer, by method, route (not path) and class of the status.',
    labels: { method: 'any', route: 'any', status: 'any' },
    bucketsS: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  return ({ method, route, status, ms }) =>
    requests.observeMs({ method, route, status: `${Math.floor(status / 100)}xx` }, ms);
}
