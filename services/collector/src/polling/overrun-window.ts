const windowMs = 300_000;
/** From this share of the window's ticks on, a device is slow. */
const slowShare = 0.01;
/** The window is forgotten in so many parts, one by one. */
const parts = 60;

/**
 * Counts the ticks of the last five minutes that a device has lost to overruns. Ticks that are read cost nothing to
 * count.
 */
export class OverrunWindow {
  readonly #ticks: number;
  readonly #ticksOfPart: number;
  #lost: { readonly part: number; count: number }[] = [];
  #firstTick: number | undefined;

  constructor(periodMs: number) {
    this.#ticks = Math.max(1, Math.floor(windowMs / periodMs));
    this.#ticksOfPart = Math.max(1, Math.floor(this.#ticks / parts));
  }

  /** Call it when a tick has its result. */
  passed(tick: number): void {
    this.#firstTick ??= tick;
  }

  lost(tick: number): void {
    const part = Math.floor(tick / this.#ticksOfPart);
    const last = this.#lost.at(-1);
    if (last?.part === part) last.count += 1;
    else this.#lost.push({ part, count: 1 });
  }

  /** Share of the ticks up to this one that were lost, as far as they are known, 0 to 1. */
  share(tick: number): number {
    const countedTicks = Math.min(this.#ticks, tick - (this.#firstTick ?? tick) + 1);
    return Math.min(1, this.#lostUpTo(tick) / countedTicks);
  }

  /** Judged by a whole window: one overrun at a start makes no device slow. */
  isSlow(tick: number): boolean {
    return this.#lost.length > 0 && this.#lostUpTo(tick) >= this.#ticks * slowShare;
  }

  #lostUpTo(tick: number): number {
    const oldest = Math.floor((tick - this.#ticks + 1) / this.#ticksOfPart);
    if ((this.#lost[0]?.part ?? oldest) < oldest)
      this.#lost = this.#lost.filter(({ part }) => part >= oldest);
    return this.#lost.reduce((sum, { count }) => sum + count, 0);
  }
}
