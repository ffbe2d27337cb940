import type { RegisterTable } from './point-layout.ts';

/** How long after the timeout an answer may still come, in timeouts of the device, unless its profile says otherwise. */
export const latePatience = 5;

/** Settings of each request to a device; see `profile` in the task's configuration. */
export interface RequestOptions {
  readonly unitId: number;
  /** From the call until the reply is complete, connecting included. */
  readonly timeoutMs: number;
  /** Takes a reply from unit 0 as this device's. */
  readonly acceptUnitZero?: boolean | undefined;
  /** Quiet time after the connection was made, before the first request. It counts towards the timeout. */
  readonly connectPauseMs?: number | undefined;
  /** Waits, within the timeout, until the old connection is closed on both sides before making a new one. */
  readonly singleConnection?: boolean | undefined;
  /** Quiet time between two requests to this device. */
  readonly requestPauseMs?: number | undefined;
  /** On lines of RTU frames, how long after the timeout an answer may still come; `latePatience` times the timeout unless set. */
  readonly lateAnswerMs?: number | undefined;
  /**
   * Called with the bytes of the request and its answer as they go over the line. They are valid only during the call.
   */
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
  /** On lines of RTU frames: reads that may be asked to prove that no answer to an earlier request is on its way. */
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
