import type { Login } from '@holdfast/shared/contracts/login.ts';

const minuteMs = 60_000;
/** How far the clocks of two machines may differ. */
const skewMs = 5 * minuteMs;
/** How late the last use may be noted. */
const notedEveryMs = minuteMs;

/** Two clocks: one that may be set, and one that never jumps. */
export interface Clocks {
  /** ms since 1970. */
  readonly wallMs: () => number;
  readonly steadyMs: () => number;
}

export const systemClocks: Clocks = { wallMs: () => Date.now(), steadyMs: () => performance.now() };

interface Times {
  readonly expiresSteadyMs: number;
  usedSteadyMs: number;
  usedWallMs: number;
  noteSteadyMs: number;
}

/**
 * Decides when logins are over. Their times come from a clock that may be set, so each login is also measured by one
 * that cannot, from when it was first seen. It is over as soon as either clock says so: none lasts longer because a
 * clock was set back.
 */
export class LoginTimes {
  readonly #clocks: Clocks;
  readonly #times = new Map<string, Times>();

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  /** Called for each change of a login. */
  follow({ sha256, replaces, created_at, last_seen_at, expires_at }: Login): void {
    const wall = this.#clocks.wallMs();
    const steady = this.#clocks.steadyMs();
    const lastSeenMs = Date.parse(last_seen_at);
    const usedSteadyMs = steady - Math.max(0, wall - lastSeenMs);
    const times = this.#times.get(sha256);
    if (times) {
      times.usedSteadyMs = Math.max(times.usedSteadyMs, Math.min(steady, usedSteadyMs));
      times.usedWallMs = Math.max(times.usedWallMs, lastSeenMs);
      return;
    }
    const created = Date.parse(created_at);
    // A login made later than now: the clock was set back, so its age is unknown.
    const lastsMs = created > wall + skewMs ? 0 : Date.parse(expires_at) - Math.max(wall, created);
    const before = this.#times.get(replaces ?? '')?.expiresSteadyMs ?? Number.POSITIVE_INFINITY;
    this.#times.set(sha256, {
      expiresSteadyMs: Math.min(before, steady + lastsMs),
      usedSteadyMs,
      usedWallMs: lastSeenMs,
      noteSteadyMs: usedSteadyMs + notedEveryMs,
    });
  }

  forget(sha256: string): void {
    this.#times.delete(sha256);
  }

  isOver({ sha256, expires_at, idle_minutes }: Login): boolean {
    const times = this.#times.get(sha256);
    if (!times) return true;
    const wall = this.#clocks.wallMs();
    const steady = this.#clocks.steadyMs();
    if (wall >= Date.parse(expires_at) || steady >= times.expiresSteadyMs) return true;
    if (idle_minutes === null) return false;
    const idleMs = idle_minutes * minuteMs + notedEveryMs;
    return wall - times.usedWallMs >= idleMs || steady - times.usedSteadyMs >= idleMs;
  }

  /** Notes a use of a login. @returns whether it is time to store it */
  used(sha256: string): boolean {
    const times = this.#times.get(sha256);
    if (!times) return false;
    times.usedWallMs = Math.max(times.usedWallMs, this.#clocks.wallMs());
    times.usedSteadyMs = this.#clocks.steadyMs();
    if (times.usedSteadyMs < times.noteSteadyMs) return false;
    times.noteSteadyMs = times.usedSteadyMs + notedEveryMs;
    return true;
  }

  /** Whether the person has shown who they are within so many ms. */
  isFresh(authenticatedAt: string, withinMs: number): boolean {
    const age = this.#clocks.wallMs() - Date.parse(authenticatedAt);
    return age < withinMs && age > -skewMs;
  }
}
