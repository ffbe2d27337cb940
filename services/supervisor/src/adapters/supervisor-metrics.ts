import type { AssignReason, ReleaseReason } from '@holdfast/shared/domain/placement/events.ts';
import { addRefusalMetric, type RefusalCounts } from '@holdfast/shared/jetstream/consume/sender-refusals.ts';
import type { WatchedBacklog } from '@holdfast/shared/jetstream/samples/watch-sample-backlog.ts';
import type { StreamSize } from '@holdfast/shared/jetstream/streams/watch-stream-sizes.ts';
import type { LeaseVerdict } from '@holdfast/shared/lease/lease-judge.ts';
import type { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import type { SessionCounts } from '../count-sessions.ts';
import type { WatchedLease } from '../fleet-watch.ts';
import type { SupervisorObserver } from '../ports.ts';
import type { UnplacedSession } from '../reconcile/reconcile.ts';

const assignReasons = ['start', 'recovery', 'failover', 'drain', 'rebalance', 'resume'] as const;
assignReasons satisfies readonly AssignReason[];
const releaseReasons = ['refused', 'rebalance', 'drain', 'recovery_disabled'] as const;
releaseReasons satisfies readonly ReleaseReason[];
const waitingReasons = ['no_collector', 'former_holder_not_done', 'recovery_disabled'] as const;
waitingReasons satisfies readonly UnplacedSession['why'][];
const verdicts = ['unproven', 'alive', 'draining', 'given_up', 'dead'] as const;
verdicts satisfies readonly LeaseVerdict[];

/** Percentages of the room in SAMPLES; the same levels at which the log and the API warn. */
const warningLevels = [50, 80] as const;

export interface SupervisorMetricSources {
  readonly isLeading: () => boolean;
  readonly isLogDamaged: () => boolean;
  /** Counts over the whole log. */
  readonly sessions: () => SessionCounts;
  /** Undefined while another supervisor leads. */
  readonly waiting: () => readonly UnplacedSession[] | undefined;
  readonly leases: () => readonly WatchedLease[];
  readonly refusals: RefusalCounts;
  /** Undefined while another supervisor leads, or the broker cannot be asked. */
  readonly backlog: () => WatchedBacklog | undefined;
  readonly streams: () => readonly StreamSize[];
}

/** The supervisor's metrics, and the listener that feeds them. */
export function addSupervisorMetrics(metrics: Metrics, sources: SupervisorMetricSources): SupervisorObserver {
  metrics.gauge({
    name: 'holdfast_supervisor_leading',
    help: 'Whether this supervisor leads (1) or stands by (0). Exactly one should lead.',
    read: () => (sources.isLeading() ? 1 : 0),
  });
  metrics.gauge({
    name: 'holdfast_session_log_damaged',
    help: 'Whether SESSIONS was found to have lost events (1); then nothing is assigned.',
    read: () => (sources.isLogDamaged() ? 1 : 0),
  });
  addSessionMetrics(metrics, sources);
  addCollectorMetrics(metrics, sources);
  addRefusalMetric(metrics, sources.refusals);
  addBacklogMetrics(metrics, sources);
  addStreamMetrics(metrics, sources);
  return observer(metrics);
}

function addSessionMetrics(metrics: Metrics, { sessions, waiting }: SupervisorMetricSources): void {
  metrics.gauge({
    name: 'holdfast_sessions',
    help: 'Newest session of each task by its status.',
    labels: { status: ['running', 'paused', 'stopped', 'error'] },
    read: () => Object.entries(sessions().byStatus).map(([status, value]) => ({ labels: { status }, value })),
  });
  metrics.gauge({
    name: 'holdfast_placements',
    help: 'Running sessions by their collector, as the log has it.',
    labels: { collector: 'any' },
    read: () => [...sessions().placedOn].map(([collector, value]) => ({ labels: { collector }, value })),
  });
  metrics.gauge({
    name: 'holdfast_sessions_unplaced',
    help: 'Running sessions without a collector, as the log has it.',
    read: () => sessions().unplaced,
  });
  metrics.gauge({
    name: 'holdfast_sessions_waiting',
    help: 'Running sessions without a suitable collector, by reason. Leader only.',
    labels: { why: waitingReasons },
    read: () => {
      const now = waiting();
      if (now === undefined) return [];
      return waitingReasons.map((why) => ({
        labels: { why },
        value: now.filter((each) => each.why === why).length,
      }));
    },
  });
}

function addCollectorMetrics(metrics: Metrics, { leases }: SupervisorMetricSources): void {
  metrics.gauge({
    name: 'holdfast_collectors',
    help: 'All collectors ever seen, by the state of their lease.',
    labels: { verdict: verdicts },
    read: () => {
      const now = leases();
      return verdicts.map((verdict) => ({
        labels: { verdict },
        value: now.filter((each) => each.verdict === verdict).length,
      }));
    },
  });
  metrics.gauge({
    name: 'holdfast_collector_lease_age_seconds',
    help: 'Age of the last renewal that this supervisor saw, for collectors that may be polling.',
    labels: { collector: 'any' },
    read: () =>
      leases()
        // Collectors that are gone stay in the bucket for ever, and would remain a series here.
        .filter(({ verdict }) => mayBePolling(verdict))
        .map(({ collectorId, ageMs }) => ({ labels: { collector: collectorId }, value: ageMs / 1_000 })),
  });
  metrics.gauge({
    name: 'holdfast_collectors_claiming_more',
    help: 'Collectors with accounts of their own whose lease claims labels or room that their identity has not. Not believed.',
    read: () => leases().filter(({ claimsMore, verdict }) => claimsMore && mayBePolling(verdict)).length,
  });
}

const mayBePolling = (verdict: LeaseVerdict) => verdict !== 'given_up' && verdict !== 'dead';

function addBacklogMetrics(metrics: Metrics, { backlog }: SupervisorMetricSources): void {
  metrics.gauge({
    name: 'holdfast_samples_backlog_messages',
    help: 'Messages in SAMPLES that are not in the database yet. Leader only, as the rest of the backlog.',
    read: () => {
      const now = backlog();
      return now && now.waiting + now.inHand;
    },
  });
  metrics.gauge({
    name: 'holdfast_samples_backlog_bytes',
    help: 'Size of the backlog, estimated from the average message.',
    read: () => backlog()?.bytes,
  });
  metrics.gauge({
    name: 'holdfast_samples_backlog_age_seconds',
    help: 'Age of the oldest message of the backlog.',
    read: () => {
      const now = backlog();
      if (now === undefined) return undefined;
      return now.oldestMs === undefined ? 0 : Math.max(0, Date.now() - now.oldestMs) / 1_000;
    },
  });
  metrics.gauge({
    name: 'holdfast_samples_backlog_ratio',
    help: 'Share of the room of SAMPLES that the backlog takes, by the nearer bound; at 1 the oldest samples are lost.',
    labels: { bound: ['bytes', 'age'] },
    read: () => {
      const now = backlog();
      if (now === undefined) return [];
      return [
        { labels: { bound: 'bytes' }, value: now.shareOfStream },
        { labels: { bound: 'age' }, value: now.shareOfAge },
      ];
    },
  });
  metrics.gauge({
    name: 'holdfast_samples_backlog_warning',
    help: 'Whether the backlog has passed this share of the room of SAMPLES (1) or not (0).',
    labels: { percent: warningLevels.map(String) },
    read: () => {
      const now = backlog();
      if (now === undefined) return [];
      const percent = Math.max(now.shareOfStream, now.shareOfAge) * 100;
      return warningLevels.map((level) => ({
        labels: { percent: String(level) },
        value: percent >= level ? 1 : 0,
      }));
    },
  });
  metrics.countOf({
    name: 'holdfast_samples_lost_total',
    help: 'Samples that SAMPLES dropped unwritten, as far as this supervisor has seen.',
    read: () => backlog()?.lostMessages,
  });
}

function addStreamMetrics(metrics: Metrics, { streams }: SupervisorMetricSources): void {
  metrics.gauge({
    name: 'holdfast_stream_messages',
    help: 'Messages in each stream; in QUARANTINE those not yet dealt with. Leader only.',
    labels: { stream: 'any' },
    read: () => streams().map(({ stream, messages }) => ({ labels: { stream }, value: messages })),
  });
  metrics.gauge({
    name: 'holdfast_stream_bytes',
    help: 'Bytes in each stream. Leader only.',
    labels: { stream: 'any' },
    read: () => streams().map(({ stream, bytes }) => ({ labels: { stream }, value: bytes })),
  });
  metrics.gauge({
    name: 'holdfast_stream_max_bytes',
    help: 'Size of each bounded stream. Leader only.',
    labels: { stream: 'any' },
    read: () =>
      streams().flatMap(({ stream, maxBytes }) =>
        maxBytes === undefined ? [] : [{ labels: { stream }, value: maxBytes }],
      ),
  });
}

function observer(metrics: Metrics): SupervisorObserver {
  const assignments = metrics.counter({
    name: 'holdfast_assignments_total',
    help: 'Sessions assigned to a collector, by reason: `failover` means that a collector fell silent.',
    labels: { reason: assignReasons },
  });
  const latency = metrics.histogram({
    name: 'holdfast_assignment_latency_seconds',
    help: 'Time for which no collector could poll a session before it was assigned; on a failover, since its holder’s last sign of life.',
    labels: { reason: assignReasons },
    bucketsS: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 12, 15, 30, 60, 300],
  });
  const releases = metrics.counter({
    name: 'holdfast_releases_total',
    help: 'Sessions taken from a collector and not assigned to another at once, by reason.',
    labels: { reason: releaseReasons },
  });
  const failures = metrics.counter({
    name: 'holdfast_session_failures_total',
    help: 'Sessions that failed, by whether the cause may pass by itself.',
    labels: { cause: ['passing', 'permanent'] },
  });
  const restarts = metrics.counter({
    name: 'holdfast_session_restarts_total',
    help: 'Retries of sessions after a failure whose cause may have passed.',
  });
  const limits = metrics.counter({
    name: 'holdfast_session_time_limits_total',
    help: 'Sessions that reached a limit of `max_duration`: warned of (`soft`) or stopped (`hard`).',
    labels: { limit: ['soft', 'hard'] },
  });
  const passes = metrics.histogram({
    name: 'holdfast_supervisor_pass_seconds',
    help: 'Time that a pass of the leader takes: compare what should be with what is, write the difference.',
    bucketsS: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const failedPasses = metrics.counter({
    name: 'holdfast_supervisor_passes_failed_total',
    help: 'Passes that were aborted, mostly because the broker did not answer.',
  });
  return {
    assigned: (reason, waitedMs) => {
      assignments.add({ reason });
      latency.observeMs({ reason }, waitedMs);
    },
    released: (reason) => releases.add({ reason }),
    failed: (cause) => failures.add({ cause }),
    restarted: () => restarts.add({}),
    limitReached: (limit) => limits.add({ limit }),
    passed: (durationMs) => passes.observeMs({}, durationMs),
    passFailed: () => failedPasses.add({}),
  };
}
