import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { EndpointAddress } from '@holdfast/shared/contracts/endpoint-address.ts';
import type { MissCause, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { RegisterTable, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';

/** In timeouts of a device, how long after its timeout an answer is still to be expected unless its profile says otherwise. */
export const latePatience = 5;

/** Settings of each request to a device; see `profile` in the task's configuration. */
export interface RequestOptions {
  readonly unitId: number;
  /** From the call until the reply is complete, connecting included. */
  readonly timeoutMs: number;
  /** Takes a reply from unit 0 as this device's. */
  readonly acceptUnitZero?: boolean | undefined;
  /** Quiet time after the connection was made, before the first request. It comes off the timeout. */
  readonly connectPauseMs?: number | undefined;
  /** No new connection before the old one is closed on both sides, as far as that comes within the timeout. */
  readonly singleConnection?: boolean | undefined;
  /** Quiet time between two requests to this device. */
  readonly requestPauseMs?: number | undefined;
  /** On lines of RTU frames, how long after the timeout an answer may still come; `latePatience` times the timeout unless set. */
  readonly lateAnswerMs?: number | undefined;
  /** Told of the bytes that go over the line for the request, as they do. They are the caller's no longer than the call takes. */
  readonly onBytes?: ((direction: 'sent' | 'received', bytes: Uint8Array) => void) | undefined;
}

export interface ReadPlace {
  readonly table: RegisterTable;
  /** Zero-based protocol address of the first register or bit. */
  readonly address: number;
  /** 1…125 registers or 1…2000 bits. */
  readonly quantity: number;
}

export interface ReadRequest extends RequestOptions, ReadPlace {
  /** On lines of RTU frames, what else the device may be asked to prove that no answer to an earlier request is on its way. */
  readonly markers?: readonly ReadPlace[] | undefined;
}

/** 5 and 15 write coils, 6 and 16 holding registers; 5 and 6 take exactly one value, 15 up to 1968, 16 up to 123. */
export type WriteRequest = RequestOptions & {
  /** Zero-based protocol address of the first register or coil. */
  readonly address: number;
} & (
    | { readonly functionCode: 5 | 15; readonly values: readonly boolean[] }
    /** 0…65535 each */
    | { readonly functionCode: 6 | 16; readonly values: readonly number[] }
  );

export type RawBlock =
  | { readonly kind: 'registers'; readonly values: readonly number[] }
  | { readonly kind: 'bits'; readonly values: readonly boolean[] };

/**
 * One endpoint (a TCP host and port, or a serial line), which may serve several units.
 *
 * Callers may rely on: every request settles within its timeout + 250 ms; a value is returned, and a write succeeds, only
 * for a reply to exactly this request; the right to ask is checked right before bytes leave. After any failure but
 * a Modbus exception a TCP connection is destroyed and the next request connects anew; a serial line stays open and the
 * next request waits until it is quiet. A write is never repeated. A read is asked again in one case only, once and within its timeout:
 * over Modbus TCP, when a connection that was kept ends before a byte of the answer has come. On a line of RTU frames a read may be
 * asked together with one of its markers. Callers must keep to one request at a time.
 */
export interface DeviceBus {
  /** @throws ReadFailure and nothing else */
  read(request: ReadRequest): Promise<RawBlock>;
  /**
   * Resolves when the device has confirmed what it was told.
   * @throws ReadFailure and nothing else; unless it is an exception, or `wasSent` is false, the device may have done it
   */
  write(request: WriteRequest): Promise<void>;
  /** Closes the socket or line at once; a request in flight fails with the cause `connection`. Idempotent. */
  disconnect(): void;
}

export type OpenDeviceBus = (endpoint: EndpointAddress) => DeviceBus;

export class ReadFailure extends Error {
  override readonly name = 'ReadFailure';
  readonly missCause: Extract<MissCause, 'timeout' | 'connection' | 'exception'>;
  /** Modbus exception code, when the device answered with one. */
  readonly exceptionCode: number | undefined;
  /** False when it is certain that no byte of the request left. */
  readonly wasSent: boolean;
  /** True if this side held back the request, or its answer: that says nothing against the device or its endpoint. */
  readonly isHeldBack: boolean;
  constructor(
    missCause: Extract<MissCause, 'timeout' | 'connection' | 'exception'>,
    message: string,
    options?: ErrorOptions & { exceptionCode?: number; wasSent?: boolean; isHeldBack?: boolean },
  ) {
    super(message, options);
    this.missCause = missCause;
    this.exceptionCode = options?.exceptionCode;
    this.wasSent = options?.wasSent ?? true;
    this.isHeldBack = options?.isHeldBack ?? false;
  }
}

/** The log's word on a task, by which a message is judged: see holding/judge-assignment.ts. */
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

/** Up to where a device has been read, and whether it answered then. */
export type LastTick = Pick<Sample, 'session' | 'epoch' | 'tick'> &
  Partial<Pick<Sample, 'values' | 'miss'>> & {
    /** The broker's newest sample of the device, also where this process has a newer one on its way. */
    readonly stored?: Sample | undefined;
  };

export interface Samples {
  /** Tick of a device's newest sample. @throws when the broker cannot be asked */
  last(taskId: string, deviceId: string): Promise<LastTick | undefined>;
}

/** Where it is put on record up to which tick the broker has confirmed what was sent; see sending/sent-book.ts. */
export interface SentRecords {
  /** Looks up what former senders recorded. Await it before anything is sent in their place. Never rejects. */
  found(samples: readonly Sample[]): Promise<void>;
  /** This process reads the session no more under this epoch. */
  ended(sessionId: string, epoch: number): void;
}

/** Told of sessions that go on after a restart, a fail-over or a drain, and so have to show that they do. */
export interface Recoveries {
  /** It is polled from now on. */
  begun(assignment: Assignment): void;
  /** It is not, any more. */
  ended(sessionId: string): void;
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
  /**
   * From when the tick was to be read (its scheduled time and the phase of its device) until its first request was handed
   * to the bus; undefined when nothing was asked.
   */
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
