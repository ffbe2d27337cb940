import type { Framing as AnyFraming } from '@holdfast/plant/lines/link.ts';

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

/** Cuts requests of Modbus, and wraps replies. */
export interface Framing extends AnyFraming<RequestFrame> {
  readonly kind: 'mbap' | 'rtu';
  /** Called when the line has been quiet: what is left can only be a whole frame of an unknown length, or noise. */
  quiet(): readonly RequestFrame[];
  readonly isWaiting: boolean;
  wrap(request: Pick<RequestFrame, 'transactionId'>, unitId: number, pdu: Buffer): Buffer;
}
