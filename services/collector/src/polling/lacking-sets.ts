import type { LackCause, LackedPoints, LackingSet } from '@holdfast/shared/contracts/sample/lacking.ts';
import { lackingSetOf } from '@holdfast/shared/runtime/lacking-set.ts';

export interface LackedPoint {
  /** Its number among those of the device. */
  readonly point: number;
  readonly cause: LackCause;
}

/** Points of a device, each with a cause, that have been lacked together whenever one of them was. */
export class LackedTogether {
  readonly lacked: readonly LackedPoint[];
  readonly #listOf: (lacked: readonly LackedPoint[]) => LackedPoints[];
  #named: Required<LackingSet> | undefined;
  /** Scheduled time of the tick that brought the list along last. */
  toldMs = Number.NEGATIVE_INFINITY;

  constructor(lacked: readonly LackedPoint[], listOf: (lacked: readonly LackedPoint[]) => LackedPoints[]) {
    this.lacked = lacked;
    this.#listOf = listOf;
  }

  get named(): Required<LackingSet> {
    if (!this.#named) {
      const points = this.#listOf(this.lacked);
      this.#named = { set: lackingSetOf(points), points };
    }
    return this.#named;
  }
}

/**
 * Divides what a tick lacks into sets that recur. Points that fail together, as those of one request do, stay one set; where they are parted by a
 * tick they are two from then on. So there are never more sets than points and causes, and fewer than twice as many names, where ticks
 * that lack points of ten requests could lack a thousand different lists.
 */
export class LackingSets {
  readonly #sets = new Map<LackCause, Map<number, LackedTogether>>();
  readonly #listOf: (lacked: readonly LackedPoint[]) => LackedPoints[];

  constructor(listOf: (lacked: readonly LackedPoint[]) => LackedPoints[]) {
    this.#listOf = listOf;
  }

  /** @param lacked each point once */
  of(lacked: readonly LackedPoint[]): LackedTogether[] {
    const parts = Map.groupBy(lacked, ({ point, cause }) => this.#sets.get(cause)?.get(point));
    // The rest of a set that is parted becomes one of its own as soon as it is lacked again.
    return [...parts].map(([known, part]) =>
      known?.lacked.length === part.length ? known : this.#keep(part),
    );
  }

  #keep(lacked: readonly LackedPoint[]): LackedTogether {
    const set = new LackedTogether(lacked, this.#listOf);
    for (const { point, cause } of lacked) {
      const ofCause = this.#sets.get(cause) ?? new Map<number, LackedTogether>();
      this.#sets.set(cause, ofCause.set(point, set));
    }
    return set;
  }
}
