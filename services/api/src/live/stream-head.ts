import type { LiveSamples } from '../ports.ts';

/** How long an answer of the broker is taken to be still true. */
const freshMs = 1_000;
/** More messages than a stream drops within that time. */
const safeDistance = 50_000;

/**
 * Notices that the stream has dropped samples before they were sent to a client. Missing sequences alone do not show it,
 * since a feed of one task has only some of them: what counts is whether the stream still had those.
 */
export class StreamHead {
  readonly #bounds: LiveSamples['bounds'];
  readonly #nowMs: () => number;
  #first = 0;
  #isMoving = true;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  /** Earliest position since the last question after which sequences were left out. */
  #since: number | undefined;

  constructor(bounds: LiveSamples['bounds'], nowMs: () => number = () => performance.now()) {
    this.#bounds = bounds;
    this.#nowMs = nowMs;
  }

  /**
   * @param position the last sequence that was sent
   * @param sequence the one that is to be sent next
   * @returns the position after which samples may be missing, or undefined if none are
   * @throws BrokerUnavailable
   */
  async passed(position: number, sequence: number): Promise<number | undefined> {
    if (sequence === position + 1) return undefined;
    const gapSince = this.#since ?? position;
    this.#since = gapSince;
    const isFresh = this.#nowMs() - this.#askedAtMs < freshMs;
    if (isFresh && (!this.#isMoving || position - this.#first > safeDistance)) return undefined;
    const { firstSequence } = await this.#bounds();
    this.#isMoving = firstSequence !== this.#first;
    this.#first = firstSequence;
    this.#askedAtMs = this.#nowMs();
    this.#since = undefined;
    return firstSequence > gapSince + 1 ? gapSince : undefined;
  }
}
