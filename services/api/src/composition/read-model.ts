import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { brokerSlowness } from '../adapters/broker-slowness.ts';
import type { ApiConfig } from '../config.ts';
import { versionSites } from '../configuration/version-sites.ts';
import { startMigrations } from '../database/start-migrations.ts';
import { startCleanupJob } from '../sessions/cleanup/cleanup-job.ts';
import { ProjectedRows } from '../sessions/projection/projected-rows.ts';
import { followProjection } from '../sessions/projection/projection-signal.ts';
import { startProjector } from '../sessions/projection/projector.ts';
import { watchProjectorLag } from '../sessions/projection/projector-lag.ts';
import { CurrentSessions } from '../sessions/queries/current-sessions.ts';
import { UnprojectedEvents } from '../sessions/queries/unprojected-events.ts';
import type { BrokerParts } from './broker.ts';
import type { Databases } from './databases.ts';

export type ReadModel = ReturnType<typeof openReadModel>;

/**
 * Sessions as lists and answers show them: the tables, the projector that fills them, and the events that are ahead of
 * both.
 */
export function openReadModel(
  config: ApiConfig,
  { database, broker, logGuard }: Pick<Databases, 'database'> & Pick<BrokerParts, 'broker' | 'logGuard'>,
  { log, onStop, fail }: ServiceContext,
) {
  const migrations = startMigrations({
    database,
    log,
    onFatal: (error) => fail('migration failed', error),
  });
  onStop('migrations', migrations.stop);
  const projection = followProjection({ url: config.DATABASE_URL, log });
  onStop('projection signal', projection.stop);
  const rows = new ProjectedRows();
  const lag = watchProjectorLag({
    sessionLog: broker.sessionLog,
    reached: () => (projection.databaseIsUp() ? projection.reached() : undefined),
    everyMs: 1_000,
    // A shorter time than any command waits for the read model.
    freshForMs: Math.min(1_800, 0.9 * config.READ_YOUR_WRITE_MS),
    log,
  });
  onStop('projector lag', lag.stop);
  const projector = startProjector({
    database,
    // Without its tables the projector would only lose the right to write, and then stand by as long as another process
    // might have it.
    sessionLog: () => (migrations.isDone() ? broker.sessionLog() : undefined),
    endOfLog: lag.endOfLog,
    rows,
    onProjected: projection.projectedHere,
    log,
  });
  onStop('projector', projector.stop);
  const unprojected = new UnprojectedEvents(projection.reached, lag.appended);
  const sitesOfVersions = versionSites({ database, taskConfigs: () => broker.stores().taskConfigs });
  const current = new CurrentSessions({
    database,
    versions: sitesOfVersions,
    stores: () => (broker.isUp() && !logGuard.damage() && !logGuard.doubt() ? broker.stores() : undefined),
    projection,
    lag,
    unprojected,
    slownessMs: brokerSlowness(broker.connection),
  });
  const watch = logGuard.watch(broker.sessionLog);
  onStop('log guard', watch.stop);
  const cleanup = startCleanupJob({
    database,
    logGuard,
    olderThanMs: config.CLEANUP_OLDER_THAN_DAYS * 86_400_000,
    statuses: config.CLEANUP_STATUSES,
    everyMs: config.CLEANUP_INTERVAL_MINUTES * 60_000,
    log,
  });
  onStop('cleanup', cleanup.stop);
  const problem = () => {
    if (!projection.databaseIsUp()) return 'there is no connection to PostgreSQL';
    // A database of an earlier release is there but not ready: queries now may lack columns.
    return migrations.isDone()
      ? undefined
      : 'PostgreSQL is there, and its tables are being brought up to date';
  };
  return { projection, projector, lag, rows, unprojected, sitesOfVersions, current, problem };
}
