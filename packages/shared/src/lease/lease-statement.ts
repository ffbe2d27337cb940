import type { FormerLife, LeaseState } from '../contracts/lease-value.ts';
import type { Clock } from '../runtime/clock.ts';

export interface LeaseStatementOptions {
  readonly clock: Clock;
  readonly instance: string;
  readonly host: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The value of a lease, in which its holder describes itself. Each requested value counts as one more renewal. */
export class LeaseStatement {
  readonly #options: LeaseStatementOptions;
  #state: LeaseState = 'active';
  #sinceMs: number;
  #staysUp = false;
  #traceparent: string | undefined;
  #renewals = 0;

  constructor(options: LeaseStatementOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.wallMs();
  }

  /**
   * @param staysUp with `draining`: the holder does not end, but its work is to be moved
   * @param traceparent of the request that asked for it
   */
  become(state: 'active' | 'draining', staysUp = false, traceparent?: string): void {
    if (this.#state !== state) this.#sinceMs = this.#options.clock.wallMs();
    this.#state = state;
    this.#staysUp = staysUp;
    this.#traceparent = traceparent;
  }

  /** The value to write now, as JSON. */
  next({
    isStarved,
    voidUpTo,
    lives,
    isGivenUp,
  }: {
    readonly isStarved: boolean;
    readonly voidUpTo: number;
    readonly lives: readonly FormerLife[];
    /** The last word: no process acts under this instance any more. */
    readonly isGivenUp: boolean;
  }): string {
    const { clock, instance, host, fields } = this.#options;
    this.#renewals += 1;
    return JSON.stringify({
      v: 1,
      instance,
      state: isGivenUp ? 'given_up' : this.#state,
      state_since: new Date(isGivenUp ? clock.wallMs() : this.#sinceMs).toISOString(),
      renewals: this.#renewals,
      host,
      ...fields,
      ...(!isGivenUp && this.#state === 'draining' && this.#staysUp
        ? { stays_up: true, traceparent: this.#traceparent }
        : {}),
      ...(isStarved ? { starved: true } : {}),
      ...(voidUpTo > 0 ? { void_up_to: voidUpTo } : {}),
      ...(lives.length > 0 ? { lives } : {}),
    });
  }
}
