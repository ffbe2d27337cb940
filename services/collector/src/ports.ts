import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { MissCause, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import type { Text } from '@holdfast/texts/text.ts';

/** The log's word on a task, by which a message is judged: see holding/judge-assignment.ts. */
export interface Truth {
  /** The task's present state as the log's leader has it. @throws when it cannot be read */
  load(taskId: string): Promise<TaskState>;
}

export type LoadedConfig =
  | { readonly ok: true; readonly config: TaskConfig }
  /** Trying again will not help. */
  | { readonly ok: false; readonly problem: Text };

export interface TaskConfigs {
  /**
   * @param knownDevices readable devices of another version: those that are the same in this one are returned as they are
   * @throws when the broker cannot be asked
   */
  load(taskId: string, configVersion: number, knownDevices?: Iterable<DeviceConfig>): Promise<LoadedConfig>;
}

/** Devices as TASK_CONFIGS has them, in the snapshot of a task or on their own. */
export interface DeviceSnapshots extends TaskConfigs {
  /** @throws when the broker cannot be asked */
  loadDevice(
    hash: string,
  ): Promise<
    { readonly ok: true; readonly device: DeviceConfig } | { readonly ok: false; readonly problem: Text }
  >;
}

/** Up to where a device has been read, and whether it answered then. */
export type LastTick = Pick<Sample, 'session' | 'epoch' | 'tick' | 'period_ms'> &
  Partial<Pick<Sample, 'values' | 'miss'>> & {
    /** The broker's newest sample of the device, even where this process has a newer one on its way. */
    readonly stored?: Sample | undefined;
  };

export interface Samples {
  /**
   * Tick of the newest sample that the last holder of a device has sent.
   * @param under the epoch under which the device is going to be read
   * @throws when the broker cannot be asked
   */
  last(taskId: string, deviceId: string, under: number): Promise<LastTick | undefined>;
}

/** Records up to which tick the broker has confirmed what was sent; see sending/sent-book.ts. */
export interface SentRecords {
  /**
   * Looks up what former senders recorded. Await it before anything is sent in their place. Never rejects.
   * @param foundUnder the epoch under which this process takes their place
   */
  recordFormer(samples: readonly Sample[], foundUnder: number): Promise<void>;
  /** This process no longer reads the session under this epoch. */
  ended(sessionId: string, epoch: number): void;
}

/** Notified of sessions that go on after a restart, a fail-over or a drain, and must show that they do. */
export interface Recoveries {
  /** The session is polled from now on. */
  begun(assignment: Assignment): void;
  /** The session is no longer polled. */
  ended(sessionId: string): void;
}

/** The live states of sessions. They are rewritten all the time, so a failed write is not repeated. */
export interface LiveStatus {
  write(taskId: string, status: SessionLiveStatus): Promise<void>;
}

/** A message from ASSIGNMENTS that this collector holds. */
export interface AssignmentHandle {
  readonly taskId: string;
  /** Undefined when the message cannot be read. */
  readonly assignment: Assignment | undefined;
  /** Keeps the message from being redelivered for another `ack_wait`. */
  keepAlive(): void;
  /** Ends the assignment: the message goes for good. Resolves when the broker has removed it. */
  done(): Promise<void>;
  /** Gives the message back for immediate redelivery. */
  giveBack(): void;
}

/** The collector's durable consumer, made for this inbox alone. */
export interface AssignmentInbox {
  /** Takes no more work. Resolves when nothing more will be handed over. */
  close(): Promise<void>;
  /** Whether the broker still has the consumer, and can be heard. @throws when it cannot be asked */
  isIntact(): Promise<boolean>;
}

export interface ObservedRead {
  /** From handing the request to the bus until it settled, without the wait for the endpoint's turn. Monotonic. */
  readonly roundTripMs: number;
  /** Why there was no value, where there was none. */
  readonly outcome: 'ok' | MissCause;
}

export interface ObservedTick {
  /** How many points were read; 0 for a whole miss. */
  readonly values: number;
  /** Undefined when every point was read. With values it means that only some points were read. */
  readonly missCause: MissCause | undefined;
  /**
   * From when the tick was to be read (its scheduled time plus the device's phase) until its first request was handed
   * to the bus, or undefined if nothing was asked.
   */
  readonly latenessMs: number | undefined;
  /** How many ticks this result answers for: 1, unless it is a range. */
  readonly ticks: number;
}

/** Notified of polling by the poller, while it happens. It returns at once and never throws. */
export interface PollObserver {
  /** A request to a device has settled. Not called for a request that never went out. */
  onRead(observed: ObservedRead): void;
  /** Exactly once for each result that becomes a sample's message. */
  onTick(tick: ObservedTick): void;
}
