import type { Link } from '../lines/link.ts';
import type { FaultyAnswer } from './common-faults.ts';

/**
 * Sends an answer as a fault has it.
 * @param latencyMs that the device takes for it anyway
 * @param send what leaves in the order of the line, after so many ms
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
      // Beside the line's order: what makes it late is that others are answered in the meantime.
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
