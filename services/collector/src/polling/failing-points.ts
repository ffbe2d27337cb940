import type { Text } from '@holdfast/texts/text.ts';

interface Failing {
  /** ms since 1970, the scheduled time of the first tick without the value. */
  readonly sinceMs: number;
  detail: Text;
}

export interface FailingPoint {
  readonly code: string;
  /** RFC 3339 */
  readonly since: string;
  readonly error: Text;
}

/** Values that a device does not give although it gives others, and since when. */
export class FailingPoints {
  readonly #failing = new Map<string, Failing>();

  get size(): number {
    return this.#failing.size;
  }

  failed(code: string, tickMs: number, detail: Text): void {
    const present = this.#failing.get(code);
    if (present) present.detail = detail;
    else this.#failing.set(code, { sinceMs: tickMs, detail });
  }

  keepOnly(isKept: (code: string) => boolean): void {
    for (const code of this.#failing.keys()) if (!isKept(code)) this.#failing.delete(code);
  }

  /** Forgets the values that were read again. */
  readAgain(wasRead: (code: string) => boolean): void {
    for (const code of this.#failing.keys()) if (wasRead(code)) this.#failing.delete(code);
  }

  /** The values that have failed longest, oldest first. */
  first(most: number): FailingPoint[] {
    return [...this.#failing]
      .sort(([, one], [, other]) => one.sinceMs - other.sinceMs)
      .slice(0, most)
      .map(([code, { sinceMs, detail }]) => ({
        code,
        since: new Date(sinceMs).toISOString(),
        error: detail,
      }));
  }
}
