import type {
  CollectorState,
  CollectorsView,
  CollectorView,
} from '@holdfast/shared/contracts/http/collectors-http.ts';
import type { OutboxStatus } from '@holdfast/shared/contracts/outbox-status.ts';
import { releaseVersion } from '@holdfast/shared/contracts/release-version.ts';
import { driversIn, ownLabels } from '@holdfast/shared/domain/placement/driver-labels.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { Collectors, KnownCollector, Sinks } from '../ports.ts';
import { isAlive } from './sinks-view.ts';

export interface CollectorsSources {
  readonly database: Database;
  readonly collectors: Pick<Collectors, 'list'>;
  readonly sinks: Pick<Sinks, 'outboxes'>;
}

interface Load {
  readonly collector_id: string;
  readonly sessions: number;
  readonly devices: number;
  readonly values_per_s: number;
}

/**
 * Every collector that ever existed, with what it holds and how busy it is.
 * @throws DatabaseUnavailable, BrokerUnavailable
 */
export async function collectorsView({
  database,
  collectors,
  sinks,
}: CollectorsSources): Promise<CollectorsView> {
  const [listing, outboxes, { rows }] = await Promise.all([
    collectors.list(),
    sinks.outboxes(),
    sql<Load>`
      select sessions.collector_id, count(*)::integer as sessions,
        coalesce(sum(jsonb_array_length(version.device_codes)), 0)::integer as devices,
        coalesce(sum(version.values_per_s), 0)::double precision as values_per_s
      from sessions
      left join task_config_versions as version
        on version.task_id = sessions.task_id and version.version = sessions.config_version
      where sessions.status = 'running' and sessions.placement_state = 'placed'
      group by sessions.collector_id`.execute(database),
  ]);
  const heldBy = new Map(rows.map((row) => [row.collector_id, row]));
  const saidBy = new Map(outboxes.map((status) => [status.collector, status]));
  const now = new Date();
  return {
    as_of: now.toISOString(),
    version: releaseVersion,
    results: listing.map((each) => viewOf(each, heldBy.get(each.id), saidBy.get(each.id), now.getTime())),
  };
}

function viewOf(
  collector: KnownCollector,
  load: Load | undefined,
  outbox: OutboxStatus | undefined,
  nowMs: number,
): CollectorView {
  const { id, host, startedAt, formerLives, capacity, labels, stateSince, lastHeartbeat, version } =
    collector;
  const sessions = load?.sessions ?? 0;
  const state = stateOf(collector, sessions, nowMs);
  const isGone = collector.state === 'given_up';
  return {
    id,
    state,
    state_since: (state === 'silent' || (state === 'lost' && !isGone) ? lastHeartbeat : stateSince) ?? null,
    host,
    version: version ?? null,
    started_at: startedAt,
    former_lives: formerLives.map(({ over_at = null, last_renewed_at: lastHeartbeatAt = null, ...life }) => ({
      ...{ ...life, over_at, last_heartbeat_at: lastHeartbeatAt },
    })),
    last_heartbeat_at: lastHeartbeat ?? null,
    capacity,
    sessions,
    devices: load?.devices ?? 0,
    planned_values_per_s: Math.round((load?.values_per_s ?? 0) * 100) / 100,
    load: outbox && state !== 'lost' && !isGone ? { ...outbox.load, reported_at: outbox.updated_at } : null,
    labels: ownLabels(labels),
    drivers: driversIn(labels),
  };
}

/** A collector that holds nothing is not declared dead. */
const givenUpAfterMs = 60_000;

export function stateOf(collector: KnownCollector, sessions: number, nowMs: number): CollectorState {
  const { state, isLost, lastHeartbeat } = collector;
  if (state === 'given_up') return isLost ? 'lost' : 'ended';
  if (lastHeartbeat !== undefined && !isAlive({ updated_at: lastHeartbeat }, nowMs)) {
    return sessions === 0 && nowMs - Date.parse(lastHeartbeat) >= givenUpAfterMs ? 'lost' : 'silent';
  }
  if (state === 'draining') return sessions === 0 ? 'drained' : 'draining';
  return 'active';
}

/** Since when a collector is missed, or undefined while it is not. */
export function missedSince(collector: KnownCollector, nowMs: number): string | undefined {
  if (stateOf(collector, 0, nowMs) !== 'lost') return undefined;
  return collector.state === 'given_up' ? collector.stateSince : collector.lastHeartbeat;
}
