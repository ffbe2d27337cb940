import { chooseCollector } from './choose-collector.ts';
import type { Fleet } from './fleet.ts';
import type { Occupancy } from './occupancy.ts';
import type { Placed } from './rebalance.ts';

/**
 * Chooses the sessions to take from collectors that are to stay up without work. A session that no other collector can
 * take goes on being read where it is. Sessions that share endpoints go together or not at all, since an endpoint has
 * one owner.
 */
export function emptyDrained<P extends Placed>(
  fleet: Fleet,
  placed: readonly P[],
  occupancy: Occupancy,
): readonly P[] {
  const drained = placed.filter(({ collectorId }) => {
    const collector = fleet.get(collectorId);
    return collector?.verdict === 'draining' && collector.isToBeEmptied === true;
  });
  if (drained.length === 0) return [];
  const moves: P[] = [];
  for (const group of groupsByEndpoint(drained)) {
    const labels = Object.assign({}, ...group.map(({ needs }) => needs?.labels ?? {}));
    const drivers = Object.assign({}, ...group.map(({ needs }) => needs?.drivers ?? {}));
    // The endpoints are left out: they bind the session to where it is, and all sessions that share them move along.
    const target = chooseCollector({ fleet, occupancy, needs: { labels, drivers, endpoints: [] } });
    if (!target.ok) continue;
    const free = (fleet.get(target.collectorId)?.capacity ?? 0) - occupancy.load(target.collectorId);
    if (free < group.length) continue;
    for (const { taskId } of group) {
      // Reserve their places, so that the next sessions do not get them.
      occupancy.add(target.collectorId, taskId, undefined);
    }
    moves.push(...group);
  }
  return moves;
}

/** Groups of sessions that endpoints bind to each other, directly or over others. */
function groupsByEndpoint<P extends Placed>(sessions: readonly P[]): P[][] {
  const groupOf = new Map<string, P[]>();
  const groups = new Set<P[]>();
  for (const session of sessions) {
    const keys = (session.needs?.endpoints ?? []).map((endpoint) => `${session.collectorId} ${endpoint}`);
    const bound = new Set(keys.flatMap((key) => groupOf.get(key) ?? []));
    const group = [session];
    for (const other of new Set(keys.map((key) => groupOf.get(key)))) {
      if (other) groups.delete(other);
    }
    group.unshift(...bound);
    groups.add(group);
    for (const { needs, collectorId } of group) {
      for (const endpoint of needs?.endpoints ?? []) groupOf.set(`${collectorId} ${endpoint}`, group);
    }
  }
  return [...groups];
}
