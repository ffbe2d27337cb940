/** One request of a client. */
export interface RequestFrame {
  readonly unitId: number;
  /** Function code and data. */
  readonly pdu: Buffer;
  /** 0 where the framing has none. */
  readonly transactionId: number;
  /** As it came. */
  readonly bytes: Buffer;
}

/** Cuts what comes in on one connection or line into requests, and wraps replies. Holds the bytes that are left over. */
export interface Framing {
  readonly kind: 'mbap' | 'rtu';
  /** Whole requests, in order. `broken`: no way back into step; the connection has to go. */
  take(chunk: Buffer): { readonly requests: readonly RequestFrame[]; readonly broken: boolean };
  /** Called when the line has been quiet: what is left can only be a whole frame of an unknown length, or noise. */
  quiet(): readonly RequestFrame[];
  /** Whether bytes wait for more. */
  readonly isWaiting: boolean;
  wrap(request: Pick<RequestFrame, 'transactionId'>, unitId: number, pdu: Buffer): Buffer;
}
