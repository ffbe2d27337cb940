import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { MissCause, Sample } from '@holdfast/shared/contracts/sample.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { RegisterTable, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { TaskState } from '@holdfast/shared/event-store/task-fold.ts';

export interface ReadRequest {
  readonly unitId: number;
  readonly table: RegisterTable;
  /** Zero-based protocol address of the first register or bit. */
  readonly address: number;
  /** 1…125 registers or 1…2000 bits. */
  readonly quantity: number;
  /** From the call until the reply is complete, connecting included. */
  readonly timeoutMs: number;
}

export type RawBlock =
  | { readonly kind: 'registers'; readonly values: readonly number[] }
  | { readonly kind: 'bits'; readonly values: readonly boolean[] };

/**
 * One endpoint (TCP host and port), which may serve several units.
 *
 * Callers may rely on: every read settles within its timeout + 250 ms; a value is returned only if it came
 * in reply to exactly this request; after any failure but a Modbus exception the connection is destroyed and
 * the next read connects anew. Callers must keep to one read at a time.
 */
export interface DeviceBus {
  /** @throws ReadFailure and nothing else */
  read(request: ReadRequest): Promise<RawBlock>;
  /** Destroys the socket at once; a read in flight fails with the cause `connection`. Idempotent. */
  disconnect(): void;
}

export class ReadFailure extends Error {
  override readonly name = 'ReadFailure';
  readonly missCause: Extract<MissCause, 'timeout' | 'connection' | 'exception'>;
  /** Modbus exception code, when the device answered with one. */
  readonly exceptionCode: number | undefined;
  constructor(
    missCause: Extract<MissCause, 'timeout' | 'connection' | 'exception'>,
    message: string,
    options?: ErrorOptions & { exceptionCode?: number },
  ) {
    super(message, options);
    this.missCause = missCause;
    this.exceptionCode = options?.exceptionCode;
  }
}

/** What a collector must know of the log to judge a message: see holding/judge-assignment.ts. */
export interface Truth {
  /** The task's present state as the log's leader has it. @throws when it cannot be read */
  load(taskId: string): Promise<TaskState>;
}

export type LoadedConfig =
  | { readonly ok: true; readonly config: TaskConfig }
  /** It will not get better by trying again. */
  | { readonly ok: false; readonly problem: string };

export interface TaskConfigs {
  /** @throws when the broker cannot be asked */
  load(taskId: string, configVersion: number): Promise<LoadedConfig>;
}

export interface Samples {
  /** The newest sample of a device that the broker has. @throws when it cannot be asked */
  last(taskId: string, deviceId: string): Promise<Sample | undefined>;
}

/** Live states are rewritten all the time, so a write that fails is not repeated. */
export interface LiveStatus {
  write(taskId: string, status: SessionLiveStatus): Promise<void>;
}

/** A message from ASSIGNMENTS that this collector holds. */
export interface AssignmentHandle {
  readonly taskId: string;
  /** Undefined when the message cannot be read. */
  readonly assignment: Assignment | undefined;
  /** Keeps it from being redelivered for another `ack_wait`. */
  keepAlive(): void;
  /** It is over: the message goes for good. Resolves when the broker has it. */
  done(): Promise<void>;
  /** Gives it back for immediate redelivery. */
  giveBack(): void;
}

/** The collector's durable consumer. */
export interface AssignmentInbox {
  /** Takes no more work. Resolves when nothing more will be handed over. */
  close(): Promise<void>;
  /** Whether the broker still has the consumer that was made for this inbox. @throws when it cannot be asked */
  isIntact(): Promise<boolean>;
}

export interface ObservedRead {
  /** From handing the request to the bus, waiting for the endpoint's turn aside, until it settled. Monotonic. */
  readonly roundTripMs: number;
  /** Why there was no value, where there was none. */
  readonly outcome: 'ok' | MissCause;
}

export interface ObservedTick {
  /** How many points were read; 0 for a whole miss. */
  readonly values: number;
  /** Undefined when every point was read; with values too, some were and others not. */
  readonly missCause: MissCause | undefined;
  /** From the tick's scheduled time until its first request was handed to the bus; undefined when nothing was asked. */
  readonly latenessMs: number | undefined;
  /** How many ticks this result answers for: 1, unless it is a range. */
  readonly ticks: number;
}

/** Told of polling while it happens, by whoever polls. It returns at once and never throws. */
export interface PollObserver {
  /** A request to a device has settled. Not called for a request that never went out. */
  onRead(read: ObservedRead): void;
  /** Exactly once for each result that becomes a sample's message. */
  onTick(tick: ObservedTick): void;
}
