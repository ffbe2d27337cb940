import { sql } from 'kysely';

/**
 * Whether an event reports trouble: a failure or what was done about it, a holder that was lost or refused, a time
 * limit, or an event that this release cannot read. Requests by people and moves for balance or an upgrade are normal.
 */
export const isAbnormalEvent = sql<boolean>`(
  problem is not null
  or type in ('session.failed', 'session.warned')
  or (type = 'session.assigned' and data->>'reason' in ('failover', 'recovery'))
  or (type = 'session.released' and data->>'reason' not in ('rebalance', 'drain'))
  or (type = 'session.resumed' and data->>'reason' in ('recover', 'restart'))
  or (type = 'session.reconfigured' and data->>'cause' = 'rolled_back')
  or (type = 'session.stopped' and data->>'by' = 'supervisor')
)`;
