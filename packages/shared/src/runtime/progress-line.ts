/** Where it is shown: stderr, if that is a terminal. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const barWidth = 24;
const everyMs = 100;
const eraseLine = '\r\u001b[K';

/**
 * Shows how far long work has come, in one line that is written over and gone in the end. It is for a person who
 * watches: in a pipe or a file it says nothing at all.
 */
export class ProgressLine {
  readonly #target: ProgressTarget;
  readonly #what: string;
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(target: ProgressTarget, what: string) {
    this.#target = target;
    this.#what = what;
  }

  /** @param total undefined while it is unknown */
  at(done: number, total?: number): void {
    if (this.#target.isTTY !== true) return;
    const now = performance.now();
    // A terminal far away shows fewer lines than a loop has rounds.
    if (now - this.#shownAtMs < everyMs && done !== total) return;
    this.#shownAtMs = now;
    this.#isShown = true;
    this.#target.write(`${eraseLine}${progressText(this.#what, done, total)}`);
  }

  /** Erases the line; to be called before anything else is written. Idempotent. */
  end(): void {
    if (this.#isShown) this.#target.write(eraseLine);
    this.#isShown = false;
  }
}

export function progressText(what: string, done: number, total?: number): string {
  if (total === undefined || total <= 0) return `${what}: ${done}`;
  const share = Math.min(1, done / total);
  const filled = Math.floor(share * barWidth);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}`;
  return `${what} [${bar}] ${done}/${total} ${Math.floor(share * 100)} %`;
}
