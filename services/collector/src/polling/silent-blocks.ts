import type { BackoffLimits } from './backoff.ts';
import { Breaker, type Failure, type Refusal } from './breaker.ts';
import type { PlannedBlock } from './tick-plan.ts';

/**
 * Blocks to which a device gives no answer although it answers others: some devices are silent where they should refuse.
 * Each has a breaker of its own, so that it costs one timeout now and then and not the device.
 */
export class SilentBlocks {
  readonly #limits: BackoffLimits;
  readonly #jitter: () => number;
  readonly #breakers = new Map<string, Breaker>();
  #startAt = 0;

  constructor(limits: BackoffLimits, jitter: () => number) {
    this.#limits = limits;
    this.#jitter = jitter;
  }

  /** The blocks that are asked now, in order. @param onLeftOut told of each that is not */
  toAsk(
    blocks: readonly PlannedBlock[],
    nowMs: number,
    onLeftOut: (block: PlannedBlock, refusal: Refusal) => void,
  ): readonly PlannedBlock[] {
    const from = blocks.length === 0 ? 0 : this.#startAt % blocks.length;
    if (from === 0 && this.#breakers.size === 0) return blocks;
    const inOrder = [...blocks.slice(from), ...blocks.slice(0, from)];
    return inOrder.filter((block) => {
      const refusal = this.#breakers.get(keyOf(block))?.refusal(nowMs);
      if (refusal) onLeftOut(block, refusal);
      return !refusal;
    });
  }

  answered(block: PlannedBlock): void {
    if (this.#breakers.size > 0) this.#breakers.delete(keyOf(block));
  }

  /** It gave no answer in a tick in which the device has answered something else. */
  timedOut(block: PlannedBlock, nowMs: number, failure: Failure): void {
    const key = keyOf(block);
    const breaker = this.#breakers.get(key) ?? new Breaker(this.#limits, this.#jitter);
    this.#breakers.set(key, breaker);
    breaker.failed(nowMs, failure);
  }

  /** The first one asked gave no answer, so nothing was: the next tick begins with another, to tell a silent block. */
  beginWithAnother(): void {
    this.#startAt += 1;
  }
}

function keyOf({ request: { table, address, quantity } }: PlannedBlock): string {
  return `${table} ${address}+${quantity}`;
}
