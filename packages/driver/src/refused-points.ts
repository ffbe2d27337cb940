import type { Text } from '@holdfast/texts/text.ts';

/** Pause between the first two looks at a refused point, unless set. It doubles each time. */
const defaultFirstPauseMs = 30_000;
const longestPauseFactor = 20;

export interface RefusedPoint<P> {
  readonly point: P;
  /** "exception 2: illegal data address" */
  readonly answer: Text;
  readonly refusals: number;
  readonly pauseMs: number;
  readonly nextProbeMs: number;
}

/**
 * Points that a device refuses to give. They are looked at again with growing pauses: the device may be starting up, or
 * be repaired.
 */
export class RefusedPoints<P extends { readonly code: string }> {
  readonly #firstPauseMs: number;
  readonly #byCode = new Map<string, RefusedPoint<P>>();

  constructor(firstPauseMs = defaultFirstPauseMs) {
    this.#firstPauseMs = firstPauseMs;
  }

  get size(): number {
    return this.#byCode.size;
  }

  has(code: string): boolean {
    return this.#byCode.has(code);
  }

  all(): RefusedPoint<P>[] {
    return [...this.#byCode.values()];
  }

  /** The device's answer, or undefined for a point that was not refused. */
  answerTo(code: string): Text | undefined {
    return this.#byCode.get(code)?.answer;
  }

  /** Notes that a request for this point alone was refused. @returns whether that is new */
  refuse(point: P, answer: Text, nowMs: number): boolean {
    const refused = this.#byCode.get(point.code);
    const longestMs = this.#firstPauseMs * longestPauseFactor;
    const pauseMs = refused ? Math.min(refused.pauseMs * 2, longestMs) : this.#firstPauseMs;
    const refusals = (refused?.refusals ?? 0) + 1;
    this.#byCode.set(point.code, { point, answer, refusals, pauseMs, nextProbeMs: nowMs + pauseMs });
    return !refused;
  }

  /** Notes that the point was read after all. @returns whether it had been refused */
  accept(code: string): boolean {
    return this.#byCode.delete(code);
  }

  clear(): void {
    this.#byCode.clear();
  }

  /** Whether it is time to test if the point can be read by now. */
  isProbeDue(code: string, nowMs: number): boolean {
    const refused = this.#byCode.get(code);
    return refused !== undefined && refused.nextProbeMs <= nowMs;
  }
}
