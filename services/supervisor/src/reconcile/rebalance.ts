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
 * Which sessions to take from the most loaded collectors so that those with less can have them: gradual, and
 * only where it brings two collectors nearer to each other. Sessions that share an endpoint stay together, so
 * they stay where they are.
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
  if (loads.size < 2) return [];
  const movable = placed
    .filter(
      ({ heldForMs, needs, collectorId }) =>
        heldForMs >= minHoldMs && loads.has(collectorId) && occupancy.isAlone(needs),
    )
    .sort((a, b) => b.heldForMs - a.heldForMs);
  const moves: Placed[] = [];
  const relative = (collectorId: string, extra: number) =>
    ((loads.get(collectorId) ?? 0) + extra) / (fleet.get(collectorId)?.capacity ?? 1);
  for (const session of movable) {
    if (moves.length >= maxMoves) break;
    const target = chooseCollector({
      fleet,
      occupancy,
      // Its own endpoints bind it to where it is; moving it moves them along.
      needs: session.needs && { ...session.needs, endpoints: [] },
      avoid: session.collectorId,
    });
    if (!target.ok || target.collectorId === session.collectorId) continue;
    // Worth it only if the receiver is not left with more than the giver: else it would come back.
    const here = relative(session.collectorId, 0);
    const there = relative(target.collectorId, 1);
    if (there > relative(session.collectorId, -1) + 1e-9 || there >= here) continue;
    moves.push(session);
    loads.set(session.collectorId, (loads.get(session.collectorId) ?? 0) - 1);
    loads.set(target.collectorId, (loads.get(target.collectorId) ?? 0) + 1);
  }
  return moves;
}
