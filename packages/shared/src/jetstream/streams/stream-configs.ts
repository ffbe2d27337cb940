import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { bucketNames, streamNames, subjects } from '../../contracts/subjects.ts';

export interface StreamSettings {
  readonly sessionsMaxBytes: number;
  readonly samplesMaxBytes: number;
  readonly samplesMaxAgeHours: number;
  /** 512 MiB when left out. */
  readonly taskConfigsMaxBytes?: number;
  /** 1 GiB when left out. */
  readonly auditMaxBytes?: number;
  readonly replicas: number;
}

/** Name of the stream in which the object store keeps its bucket. */
export const taskConfigsStream = `OBJ_${bucketNames.taskConfigs}`;
/** Which setting says how large a stream is. */
export const sizeSettings: Readonly<Record<string, string>> = {
  [streamNames.samples]: 'SAMPLES_MAX_BYTES',
  [streamNames.sessions]: 'SESSIONS_MAX_BYTES',
  [streamNames.audit]: 'AUDIT_MAX_BYTES',
  [taskConfigsStream]: 'TASK_CONFIGS_MAX_BYTES',
};
const nanosPerMs = 1_000_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const mebibyte = 1024 * 1024;

/** The bucket of snapshots. The object store makes it. */
export function taskConfigsBucket({ replicas, taskConfigsMaxBytes = 512 * mebibyte }: StreamSettings) {
  return { name: taskConfigsStream, max_bytes: taskConfigsMaxBytes, num_replicas: replicas };
}

/** A stream as it is made. */
export type StreamSpec = Partial<StreamConfig> & { name: string };

/** The streams as they are made, buckets left out. */
export function streamConfigs(settings: StreamSettings): StreamSpec[] {
  const common = { storage: StorageType.File, num_replicas: settings.replicas };
  return [
    {
      ...common,
      name: streamNames.sessions,
      subjects: [subjects.allSessions],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      max_bytes: settings.sessionsMaxBytes,
      deny_delete: true,
      deny_purge: true,
      duplicate_window: 2 * 60_000 * nanosPerMs,
    },
    {
      ...common,
      name: streamNames.assignments,
      subjects: [subjects.allAssignments],
      retention: RetentionPolicy.Workqueue,
      discard: DiscardPolicy.Old,
      max_msgs_per_subject: 1,
      max_bytes: 64 * 1024 * 1024,
    },
    {
      ...common,
      name: streamNames.samples,
      subjects: [subjects.allSamples],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_bytes: settings.samplesMaxBytes,
      max_age: settings.samplesMaxAgeHours * hourMs * nanosPerMs,
      duplicate_window: 2 * 60_000 * nanosPerMs,
    },
    {
      ...common,
      // Apart from SAMPLES, which pushes out whatever is in it. The oldest go: mere bookkeeping must not block
      // anything.
      name: streamNames.sent,
      subjects: [subjects.allSent],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_msgs_per_subject: 1,
      max_bytes: 32 * 1024 * 1024,
      max_age: 30 * dayMs * nanosPerMs,
    },
    {
      ...common,
      name: streamNames.health,
      subjects: [subjects.allHealth],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_bytes: 64 * 1024 * 1024,
      max_age: 30 * dayMs * nanosPerMs,
    },
    {
      ...common,
      name: streamNames.quarantine,
      subjects: [subjects.allQuarantine],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_bytes: 256 * 1024 * 1024,
    },
    {
      ...common,
      name: streamNames.audit,
      subjects: [subjects.allAudit],
      retention: RetentionPolicy.Limits,
      // The oldest go first: an audit log that is full must not keep anybody from stopping a machine.
      discard: DiscardPolicy.Old,
      max_bytes: settings.auditMaxBytes ?? 1024 * mebibyte,
      deny_delete: true,
      deny_purge: true,
    },
    {
      ...common,
      name: streamNames.auditRefused,
      subjects: [subjects.allAuditRefused],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_bytes: 16 * mebibyte,
      deny_delete: true,
      deny_purge: true,
    },
    {
      ...common,
      name: streamNames.alarms,
      subjects: [subjects.allAlarms],
      retention: RetentionPolicy.Limits,
      // The oldest go first. The service writes the state of an alarm that still stands again before it would go.
      discard: DiscardPolicy.Old,
      // Some 300,000 events.
      max_bytes: 256 * mebibyte,
      max_age: 400 * dayMs * nanosPerMs,
      deny_delete: true,
      deny_purge: true,
      duplicate_window: 2 * 60_000 * nanosPerMs,
    },
  ];
}
