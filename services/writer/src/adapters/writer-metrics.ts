import type { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import type { WriteObserver } from '../health/sink-monitor.ts';
import type { WriterCounters } from '../health/writer-counters.ts';

export interface WriterMetricSources {
  readonly counters: WriterCounters;
  /** Whether the database answers and takes what is written. */
  readonly isReachable: () => boolean;
  readonly failingForMs: () => number;
  /** Number of sessions with values that go to quarantine. */
  readonly refusedSessions: () => number;
  /** How long batches have waited for SESSIONS. */
  readonly logUnreadableForMs: () => number;
}

/** Adds the writer's metrics, and returns what must be notified of its writes. */
export function addWriterMetrics(
  metrics: Metrics,
  { counters, isReachable, failingForMs, refusedSessions, logUnreadableForMs }: WriterMetricSources,
): WriteObserver {
  metrics.gauge({
    name: 'holdfast_sink_reachable',
    help: 'Whether the database accepts writes from this writer (1) or not (0).',
    read: () => (isReachable() ? 1 : 0),
  });
  metrics.gauge({
    name: 'holdfast_sink_failing_seconds',
    help: 'For how long every write has failed; 0 while writing works.',
    read: () => failingForMs() / 1_000,
  });
  metrics.gauge({
    name: 'holdfast_sink_refused_sessions',
    help: 'Sessions with values that the database refuses: these go to QUARANTINE, the rest is stored.',
    read: () => refusedSessions(),
  });
  metrics.gauge({
    name: 'holdfast_writer_log_unreadable_seconds',
    help: 'For how long samples have waited because SESSIONS, which says whose they are, cannot be read; 0 while it can be.',
    read: () => logUnreadableForMs() / 1_000,
  });
  metrics.countOf({
    name: 'holdfast_writer_samples_rejected_total',
    help: 'Samples rejected because they did not come from the session’s holder.',
    read: () => counters.samplesRejected,
  });
  metrics.countOf({
    name: 'holdfast_writer_samples_written_total',
    help: 'Samples (one device and tick each) that the database has confirmed, repeats included.',
    read: () => counters.samplesWritten,
  });
  metrics.countOf({
    name: 'holdfast_writer_values_written_total',
    help: 'Values in those samples; its rate is the rate of writing.',
    read: () => counters.valuesWritten,
  });
  metrics.countOf({
    name: 'holdfast_writer_samples_uncertain_total',
    help: 'Samples stored as uncertain because the clocks of collector and broker differ too much.',
    read: () => counters.samplesUncertain,
  });
  metrics.countOf({
    name: 'holdfast_writer_samples_fenced_total',
    help: 'Samples rejected because a former holder had read them.',
    read: () => counters.samplesFenced,
  });
  metrics.countOf({
    name: 'holdfast_writer_messages_quarantined_total',
    help: 'Messages that could not be stored and were put into QUARANTINE.',
    read: () => counters.messagesQuarantined,
  });
  metrics.countOf({
    name: 'holdfast_writer_values_quarantined_total',
    help: 'Values in those messages that the database refused.',
    read: () => counters.valuesQuarantined,
  });
  const retries = metrics.counter({
    name: 'holdfast_writer_retries_total',
    help: 'Failed attempts at the database that are repeated, by SQLSTATE, HTTP status or system error.',
    labels: { reason: 'any' },
  });
  const batches = metrics.histogram({
    name: 'holdfast_writer_batch_seconds',
    help: 'From handing a batch to the database to its answer, retries included.',
    bucketsS: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  });
  return {
    batchWritten: (latencyMs) => batches.observeMs({}, latencyMs),
    attemptFailed: (code) => retries.add({ reason: code }),
  };
}
