import type { LackCause, LackedPoints, LackingSet } from '@holdfast/shared/contracts/sample/lacking.ts';
import { lackingSetOf } from '@holdfast/shared/contracts/sample/lacking-set.ts';

export interface LackedPoint {
  /** Its number among the points of the device. */
  readonly point: number;
  readonly cause: LackCause;
}

/** Points of a device, each with a cause, that were always lacked together so far. */
export class LackedTogether {
  readonly lacked: readonly LackedPoint[];
  readonly #listOf: (lacked: readonly LackedPoint[]) => LackedPoints[];
  #setWithPoints: Required<LackingSet> | undefined;
  /** Scheduled time of the last tick that reported the points of the set. */
  toldMs = Number.NEGATIVE_INFINITY;

  constructor(lacked: readonly LackedPoint[], listOf: (lacked: readonly LackedPoint[]) => LackedPoints[]) {
    this.lacked = lacked;
    this.#listOf = listOf;
  }

  get setWithPoints(): Required<LackingSet> {
    if (!this.#setWithPoints) {
      const points = this.#listOf(this.lacked);
      this.#setWithPoints = { set: lackingSetOf(points), points };
    }
    return this.#setWithPoints;
  }
}

/**
 * Divides the points that a tick lacks into sets that recur. Points that fail together, such as those of one request,
 * stay one set; once a tick parts them, they are two. There are thus never more sets than points and causes, and fewer
 * than twice as many names, where ticks that lack points of ten requests could lack a thousand different lists.
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
    // The rest of a parted set becomes a set of its own as soon as it is lacked again.
    return [...parts].map(([recurring, part]) =>
      recurring?.lacked.length === part.length ? recurring : this.#keep(part),
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
