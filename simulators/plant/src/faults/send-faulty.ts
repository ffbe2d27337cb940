import type { Link } from '../lines/link.ts';
import type { FaultyAnswer } from './common-faults.ts';

/**
 * Sends an answer in the way that a fault wants it.
 * @param latencyMs time that the device takes for the answer anyway
 * @param send sends bytes in the order of the line, after this many ms
 */
export function sendFaulty(
  link: Link,
  answer: FaultyAnswer,
  latencyMs: number,
  send: (bytes: Buffer, afterMs: number) => void,
): void {
  switch (answer.kind) {
    case 'bytes':
      send(answer.bytes, latencyMs + answer.delayMs);
      return;
    case 'repeated':
      send(answer.bytes, latencyMs);
      link.sendAfter(answer.bytes, latencyMs + answer.againAfterMs);
      return;
    case 'held':
      link.held = answer.bytes;
      return;
    case 'detached':
      // Sent outside the line's order. It is late because others are answered in the meantime.
      link.sendAfter(answer.bytes, answer.delayMs);
      return;
    case 'none':
      return;
    case 'reset':
      link.reset();
      return;
    case 'dead':
      link.deaden();
      return;
    default:
      answer satisfies never;
  }
}
