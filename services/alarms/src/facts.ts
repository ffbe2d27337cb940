import type { CollectorLease } from '@holdfast/shared/contracts/collector-lease.ts';
import type { LogDamage } from '@holdfast/shared/contracts/log-damage.ts';
import type { SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { WaitingNotice } from '@holdfast/shared/contracts/waiting-notice.ts';
import type { DeviceCondition, HealthFacts } from '@holdfast/shared/domain/attention/device-condition.ts';
import type { StreamSize } from '@holdfast/shared/jetstream/streams/watch-stream-sizes.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';

/** What is known now, from which conditions are derived. Undefined where it cannot be known now. */
export interface Facts {
  readonly nowMs: number;
  readonly tasks: ReadonlyMap<string, TaskFacts>;
  /** The last report on each task by any collector. */
  readonly reports: ReadonlyMap<string, Report>;
  /** By task: the snapshot that its running session has. */
  readonly plans: ReadonlyMap<string, Plan>;
  /** By task: the newest sample of the present placement, `none` if there is none. */
  readonly newestSamples: ReadonlyMap<string, NewestSample>;
  readonly waiting: ReadonlyMap<string, WaitingNotice>;
  readonly logDamages: readonly LogDamage[];
  /** Whether this process has found the session log complete. */
  readonly isLogComplete: boolean;
  readonly collectors: ReadonlyMap<string, CollectorLease>;
  /** Writers that reported lately. */
  readonly writers: readonly SinkStatus[];
  /** Whether reports of writers would have been received for long enough to know that there are none. */
  readonly writersKnown: boolean;
  readonly backlog: { readonly messages: number; readonly oldestMs: number | undefined } | undefined;
  readonly streams: readonly StreamSize[];
}

export interface TaskFacts {
  readonly state: TaskState;
  /** When the newest event of its lifecycle, and of its placement, was written. RFC 3339. */
  readonly lifecycleAt: string;
  readonly placementAt: string | undefined;
}

export interface DeviceReport extends HealthFacts {
  readonly condition: DeviceCondition;
}

export interface Report {
  readonly status: Pick<SessionLiveStatus, 'session' | 'epoch' | 'collector' | 'state'>;
  /** By device code. */
  readonly devices: ReadonlyMap<string, DeviceReport>;
  /** When it was received, in ms since 1970. */
  readonly atMs: number;
}

export interface PlannedDevice {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly site: string;
}

export interface Plan {
  readonly configVersion: number;
  readonly shortestPeriodMs: number;
  /** By code. */
  readonly devices: ReadonlyMap<string, PlannedDevice>;
}

export interface NewestSample {
  readonly epoch: number;
  /** By the broker's clock, in ms since 1970; undefined if there is none. */
  readonly storedAtMs: number | undefined;
}

/** A report that is older than this says nothing about now; collectors rewrite theirs every few seconds. */
export const reportFreshMs = 15_000;
