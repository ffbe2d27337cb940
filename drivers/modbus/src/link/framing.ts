import type { Text } from '@holdfast/texts/text.ts';
import type { ExpectedReply } from './reply-pdu.ts';
import type { BusRequest } from './request-pdu.ts';

/** A request as it went out, and what its reply must look like. */
export interface OutgoingFrame {
  readonly bytes: Buffer;
  readonly expected: ExpectedReply;
}

export type Verdict =
  | { readonly kind: 'incomplete' }
  /**
   * The bytes received are exactly one reply, whose protocol data unit begins at `pduAt`. With `end`, the reply ends there
   * and copies of it follow.
   */
  | { readonly kind: 'reply'; readonly pduAt: number; readonly end?: number }
  /** The bytes cannot become the reply any more. `mayFollow`: they may be noise, and the reply is still to come. */
  | { readonly kind: 'fault'; readonly reason: Text; readonly mayFollow?: boolean };

export const incomplete: Verdict = { kind: 'incomplete' };

/** Wraps protocol data units, and distinguishes the answer to the last request from everything else. */
export interface Framing {
  /**
   * Begins a new exchange: replies to earlier ones do not count from here on.
   * @throws RangeError for a request that does not fit into a frame
   */
  frame(request: BusRequest): OutgoingFrame;
  /** Judges the first `count` bytes: everything that came since the request of this frame went out. */
  judge(bytes: Uint8Array, count: number, request: BusRequest, frame: OutgoingFrame): Verdict;
  /** Whether unrequested bytes may come between two requests. If not, they end the connection. */
  readonly forgivesNoise: boolean;
}

export function isExpectedUnit(unitId: number | undefined, request: BusRequest): boolean {
  return unitId === request.unitId || (unitId === 0 && request.acceptUnitZero === true);
}
