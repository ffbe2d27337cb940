import { missCauses } from '@holdfast/shared/contracts/sample/sample.ts';
import { type DeviceStatus, deviceStatuses } from '@holdfast/shared/contracts/session-status.ts';
import {
  PublishRefused,
  PublishTooLarge,
  PublishUnconfirmed,
} from '@holdfast/shared/jetstream/samples/sample-publisher.ts';
import type { LeaseLoss } from '@holdfast/shared/lease/lease-holder.ts';
import type { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import type { PollObserver } from '../ports.ts';
import type { OutboxHealth } from '../sending/outbox-health.ts';

export interface CollectorMetricSources {
  readonly isLeaseHeld: () => boolean;
  readonly leaseRemainingMs: () => number;
  readonly sessionsHeld: () => number;
  readonly capacity: number;
  /** Number of devices in each status, over all sessions that are polled here. */
  readonly devices: () => ReadonlyMap<DeviceStatus, number>;
  /** Devices that lose ticks to overruns, the worst first. */
  readonly slowDevices: () => readonly { readonly device: string; readonly share: number }[];
  readonly outbox: () => OutboxHealth;
  readonly bufferMax: number;
  readonly spoolMaxBytes: number;
}

export interface CollectorObserver {
  readonly polls: PollObserver;
  leaseLost(why: Exclude<LeaseLoss, 'resigned'>): void;
  readonly publishes: PublishObserver;
}

/** Notified of the outcome of each publish of a sample. */
export interface PublishObserver {
  confirmed(): void;
  failed(error: unknown): void;
}

/** The collector's metrics, and the listener that feeds them. */
export function addCollectorMetrics(metrics: Metrics, sources: CollectorMetricSources): CollectorObserver {
  addHoldingMetrics(metrics, sources);
  addOutboxMetrics(metrics, sources);
  const polls = pollObserver(metrics);
  const leasesLost = metrics.counter({
    name: 'holdfast_lease_lost_total',
    help: 'Times that the lease expired, or another process took this collector’s id.',
    labels: { why: ['expired', 'taken'] },
  });
  const published = metrics.counter({
    name: 'holdfast_samples_published_total',
    help: 'Samples that the broker has confirmed.',
  });
  const refused = metrics.counter({
    name: 'holdfast_sample_publish_failures_total',
    help: 'Failed publishes to the broker, by reason; `unconfirmed` and `refused` ones are sent again.',
    labels: { reason: ['unconfirmed', 'refused', 'too_large', 'other'] },
  });
  return {
    polls,
    leaseLost: (why) => leasesLost.add({ why }),
    publishes: {
      confirmed: () => published.add({}),
      failed: (error) => refused.add({ reason: reasonOf(error) }),
    },
  };
}

function reasonOf(error: unknown): 'unconfirmed' | 'refused' | 'too_large' | 'other' {
  if (error instanceof PublishUnconfirmed) return 'unconfirmed';
  if (error instanceof PublishRefused) return 'refused';
  return error instanceof PublishTooLarge ? 'too_large' : 'other';
}

function addHoldingMetrics(
  metrics: Metrics,
  { isLeaseHeld, leaseRemainingMs, sessionsHeld, capacity, devices, slowDevices }: CollectorMetricSources,
): void {
  metrics.gauge({
    name: 'holdfast_lease_held',
    help: 'Whether this collector holds its lease and may poll (1) or not (0).',
    read: () => (isLeaseHeld() ? 1 : 0),
  });
  metrics.gauge({
    name: 'holdfast_lease_remaining_seconds',
    help: 'Time until polling must stop if no further renewal succeeds.',
    read: () => leaseRemainingMs() / 1_000,
  });
  metrics.gauge({
    name: 'holdfast_collector_sessions',
    help: 'Sessions that this collector polls.',
    read: sessionsHeld,
  });
  metrics.gauge({
    name: 'holdfast_collector_capacity_sessions',
    help: 'Limit of these sessions (COLLECTOR_CAPACITY).',
    read: () => capacity,
  });
  metrics.gauge({
    name: 'holdfast_devices',
    help: 'Devices of those sessions by their last answer; a device that has not been asked yet is not counted.',
    labels: { status: deviceStatuses },
    read: () => {
      const now = devices();
      return deviceStatuses.map((status) => ({ labels: { status }, value: now.get(status) ?? 0 }));
    },
  });
  metrics.gauge({
    name: 'holdfast_slow_device_overrun_ratio',
    help: 'Largest share of the last five minutes’ ticks that a slow device has lost to overruns; 0 when none is slow.',
    read: () => slowDevices()[0]?.share ?? 0,
  });
}

function addOutboxMetrics(
  metrics: Metrics,
  { outbox, bufferMax, spoolMaxBytes }: CollectorMetricSources,
): void {
  metrics.gauge({
    name: 'holdfast_outbox_samples',
    help: 'Samples in memory that the broker has not confirmed.',
    read: () => outbox().waitingInMemory,
  });
  metrics.gauge({
    name: 'holdfast_outbox_max_samples',
    help: 'Limit of these samples (SAMPLE_BUFFER_MAX).',
    read: () => bufferMax,
  });
  metrics.gauge({
    name: 'holdfast_spool_samples',
    help: 'Samples in the spool on disk.',
    read: () => outbox().spooledSamples,
  });
  metrics.gauge({
    name: 'holdfast_spool_bytes',
    help: 'Bytes in the spool on disk.',
    read: () => outbox().spooledBytes,
  });
  metrics.gauge({
    name: 'holdfast_spool_max_bytes',
    help: 'Limit of these bytes (SPOOL_MAX_BYTES); 0 when nothing is spooled.',
    read: () => spoolMaxBytes,
  });
  metrics.countOf({
    name: 'holdfast_outbox_lost_samples_total',
    help: 'Samples that fell out of a full buffer; each becomes a gap with the cause buffer_full.',
    read: () => outbox().dropped,
  });
  metrics.countOf({
    name: 'holdfast_outbox_too_large_samples_total',
    help: 'Samples too large for a message of the broker; each becomes a gap with the cause too_large.',
    read: () => outbox().tooLarge,
  });
  metrics.gauge({
    name: 'holdfast_outbox_unsent_notices',
    help: 'Notices of such gaps that the broker has not confirmed.',
    read: () => outbox().unsentNotices,
  });
  metrics.gauge({
    name: 'holdfast_spool_damaged_records',
    help: 'Records of the spool that could not be read, since the start.',
    read: () => outbox().damagedRecords,
  });
}

function pollObserver(metrics: Metrics): PollObserver {
  const polls = metrics.counter({
    name: 'holdfast_polls_total',
    help: 'Ticks by outcome: all points read, some of them, or none.',
    labels: { outcome: ['complete', 'partial', 'missed'] },
  });
  const misses = metrics.counter({
    name: 'holdfast_misses_total',
    help: 'Ticks of which not all points could be read, by cause.',
    labels: { cause: missCauses },
  });
  const values = metrics.counter({
    name: 'holdfast_values_read_total',
    help: 'Values read from devices.',
  });
  const lateness = metrics.histogram({
    name: 'holdfast_poll_lateness_seconds',
    help: 'From the time at which a tick was to be read (with the phase of its device) to its first request; not of the tick that was under way when its device was taken up.',
    bucketsS: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const requests = metrics.counter({
    name: 'holdfast_device_requests_total',
    help: 'Requests to devices by outcome.',
    labels: { outcome: ['ok', ...missCauses] },
  });
  const roundTrip = metrics.histogram({
    name: 'holdfast_device_round_trip_seconds',
    help: 'From a request to its answer or failure, connecting included.',
    bucketsS: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  });
  return {
    onRead: ({ roundTripMs, outcome }) => {
      requests.add({ outcome });
      roundTrip.observeMs({}, roundTripMs);
    },
    onTick: ({ values: count, missCause, latenessMs, ticks }) => {
      const outcome = missCause === undefined ? 'complete' : count > 0 ? 'partial' : 'missed';
      polls.add({ outcome }, ticks);
      if (missCause !== undefined) misses.add({ cause: missCause }, ticks);
      values.add({}, count);
      if (latenessMs !== undefined) lateness.observeMs({}, Math.max(0, latenessMs));
    },
  };
}
