import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import { chooseCollector } from './choose-collector.ts';
import type { Fleet } from './fleet.ts';
import type { Occupancy } from './occupancy.ts';

/** A session that is placed on a live collector, with what moving it depends on. */
export interface Placed {
  readonly taskId: string;
  readonly collectorId: string;
  readonly needs: SessionNeeds | undefined;
  /** How long it has been where it is, in ms. */
  readonly heldForMs: number;
}

export interface RebalanceLimits {
  /** A session is moved at most once in this time. */
  readonly minHoldMs: number;
  readonly maxMoves: number;
}

/**
 * Chooses the sessions to take from the most loaded collectors, so that less loaded ones can have them. It is gradual,
 * and moves a session only where that brings two collectors nearer to each other. Sessions that share an endpoint
 * belong together, so they stay where they are.
 */
export function rebalance(
  fleet: Fleet,
  placed: readonly Placed[],
  occupancy: Occupancy,
  { minHoldMs, maxMoves }: RebalanceLimits,
): readonly Placed[] {
  const loads = new Map<string, number>();
  for (const { collectorId, verdict } of fleet.values()) {
    if (verdict === 'alive') loads.set(collectorId, occupancy.load(collectorId));
  }
  const relative = (collectorId: string, extra: number) =>
    ((loads.get(collectorId) ?? 0) + extra) / (fleet.get(collectorId)?.capacity ?? 1);
  // A move is worth it only if the receiver is not left with more than the giver. Otherwise the session would come
  // back.
  const isWorthIt = (giver: string, receiver: string) => {
    const there = relative(receiver, 1);
    return giver !== receiver && there <= relative(giver, -1) + 1e-9 && there < relative(giver, 0);
  };
  const canGive = (giver: string) => [...loads.keys()].some((receiver) => isWorthIt(giver, receiver));
  // Usually all is in balance, and then there is no need to look at every session.
  if (![...loads.keys()].some(canGive)) return [];

  const movable = movableByCollector(placed, loads, occupancy, minHoldMs);
  const moves: Placed[] = [];
  while (moves.length < maxMoves) {
    // Always take from the most loaded collector: in a fixed order, sessions would be moved to collectors whose own
    // turn to give is still to come.
    const [giver] = [...movable.keys()].sort((a, b) => relative(b, 0) - relative(a, 0));
    if (giver === undefined) break;
    const session = canGive(giver) ? movable.get(giver)?.pop() : undefined;
    if (!session) {
      movable.delete(giver);
      continue;
    }
    const target = chooseCollector({
      fleet,
      occupancy,
      // The endpoints are left out: they bind the session to where it is, and move along with it.
      needs: session.needs && { ...session.needs, endpoints: [] },
      avoid: giver,
    });
    if (!target.ok || !isWorthIt(giver, target.collectorId)) continue;
    moves.push(session);
    loads.set(giver, (loads.get(giver) ?? 0) - 1);
    loads.set(target.collectorId, (loads.get(target.collectorId) ?? 0) + 1);
  }
  return moves;
}

/** Sessions that may be moved, by collector; those held longest come last. */
function movableByCollector(
  placed: readonly Placed[],
  loads: ReadonlyMap<string, number>,
  occupancy: Occupancy,
  minHoldMs: number,
): Map<string, Placed[]> {
  const movable = new Map<string, Placed[]>();
  for (const session of placed) {
    const { collectorId, heldForMs, needs } = session;
    if (heldForMs < minHoldMs || !loads.has(collectorId) || !occupancy.isAlone(needs)) continue;
    const queue = movable.get(collectorId);
    if (queue) queue.push(session);
    else movable.set(collectorId, [session]);
  }
  for (const queue of movable.values()) queue.sort((a, b) => b.heldForMs - a.heldForMs).reverse();
  return movable;
}
