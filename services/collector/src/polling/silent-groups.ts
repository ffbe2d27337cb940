import type { Group } from '@holdfast/driver/requests.ts';
import type { BackoffLimits } from './backoff.ts';
import { Breaker, type Failure, type Refusal } from './breaker.ts';

/**
 * Groups to which a device gives no answer although it answers others: some devices are silent where they should
 * refuse. Each group has a breaker of its own, so that it costs a timeout now and then, but not the whole device.
 */
export class SilentGroups {
  readonly #limits: BackoffLimits;
  readonly #jitter: () => number;
  readonly #breakers = new Map<string, Breaker>();
  #startAt = 0;

  constructor(limits: BackoffLimits, jitter: () => number) {
    this.#limits = limits;
    this.#jitter = jitter;
  }

  /** Takes over what another instance has found out about the same device. */
  goOnFrom(former: SilentGroups): void {
    for (const [key, breaker] of former.#breakers) this.#breakers.set(key, breaker);
    this.#startAt = former.#startAt;
  }

  /** The groups to ask now, in order. @param onLeftOut notified of each group that is left out */
  toAsk(
    groups: readonly Group[],
    nowMs: number,
    onLeftOut: (group: Group, refusal: Refusal) => void,
  ): readonly Group[] {
    const from = groups.length === 0 ? 0 : this.#startAt % groups.length;
    if (from === 0 && this.#breakers.size === 0) return groups;
    const inOrder = [...groups.slice(from), ...groups.slice(0, from)];
    return inOrder.filter((group) => {
      const refusal = this.#breakers.get(group.key)?.refusal(nowMs);
      if (refusal) onLeftOut(group, refusal);
      return !refusal;
    });
  }

  answered(group: Group): void {
    if (this.#breakers.size > 0) this.#breakers.delete(group.key);
  }

  /** The group gave no answer in a tick in which the device has answered something else. */
  timedOut(group: Group, nowMs: number, failure: Failure): void {
    const key = group.key;
    const breaker = this.#breakers.get(key) ?? new Breaker(this.#limits, this.#jitter);
    this.#breakers.set(key, breaker);
    breaker.failed(nowMs, failure);
  }

  /**
   * The first group asked gave no answer, so no other was asked: the next tick begins with another, to tell a silent
   * group from a silent device.
   */
  beginWithAnother(): void {
    this.#startAt += 1;
  }
}
