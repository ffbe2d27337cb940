import type { ExpectedReply } from './reply-pdu.ts';
import type { BusRequest } from './request-pdu.ts';

/** A request as it went out, and all that its reply must be. */
export interface OutgoingFrame {
  readonly bytes: Buffer;
  readonly expected: ExpectedReply;
}

export type Verdict =
  | { readonly kind: 'incomplete' }
  /**
   * All that was received is exactly one reply, its protocol data unit beginning at `pduAt`, or with `end` a reply up to there
   * and copies of it.
   */
  | { readonly kind: 'reply'; readonly pduAt: number; readonly end?: number }
  /** It cannot become the reply any more. `mayFollow`: and perhaps it never was one, so that the reply is still to come. */
  | { readonly kind: 'fault'; readonly reason: string; readonly mayFollow?: boolean };

export const incomplete: Verdict = { kind: 'incomplete' };

/** How a protocol data unit is wrapped, and told apart from what is no answer to the last request. */
export interface Framing {
  /**
   * Begins a new exchange: replies to earlier ones do not count from here on.
   * @throws RangeError for what no frame can say
   */
  frame(request: BusRequest): OutgoingFrame;
  /** Judges the first `count` bytes, which are all that came since the request of this frame went out. */
  judge(bytes: Uint8Array, count: number, request: BusRequest, frame: OutgoingFrame): Verdict;
  /** Whether bytes that nobody asked for may come between two requests. If not, they end the connection. */
  readonly forgivesNoise: boolean;
}

export function isExpectedUnit(unitId: number | undefined, request: BusRequest): boolean {
  return unitId === request.unitId || (unitId === 0 && request.acceptUnitZero === true);
}
