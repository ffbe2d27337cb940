import { randomBytes } from 'node:crypto';
import type { Server } from 'node:tls';
import { openSampleStore } from '@holdfast/sample-store/open-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { KvWaitingBoard } from '@holdfast/shared/jetstream/boards/waiting-board.ts';
import { latestSamples } from '@holdfast/shared/jetstream/samples/latest-samples.ts';
import { brokerAccess, streamBounds } from '@holdfast/shared/runtime/config.ts';
import { addReadiness } from '@holdfast/shared/runtime/health-server.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import type { Readiness } from '@holdfast/shared/runtime/readiness.ts';
import { ApiKeys } from './access/api-keys.ts';
import { addApiMetrics } from './adapters/api-metrics.ts';
import { askedOfBroker } from './adapters/asked-of-broker.ts';
import { startBroker } from './adapters/broker.ts';
import { jetStreamKeyBook } from './adapters/jetstream-api-keys.ts';
import { jetStreamAuditLog } from './adapters/jetstream-audit-log.ts';
import { jetStreamCollectors } from './adapters/jetstream-collectors.ts';
import { jetStreamCommandKeys } from './adapters/jetstream-command-keys.ts';
import { jetStreamLiveSamples } from './adapters/jetstream-live-samples.ts';
import { jetStreamSessionLog } from './adapters/jetstream-session-log.ts';
import { jetStreamSettledSamples } from './adapters/jetstream-settled-samples.ts';
import { jetStreamQuarantineStore, jetStreamSinks } from './adapters/jetstream-system.ts';
import { buildApp } from './app.ts';
import { startAuditTrail } from './audit/audit-trail.ts';
import type { ApiConfig } from './config.ts';
import { ConfigVersions } from './configuration/config-versions.ts';
import { pollingPlans } from './configuration/polling-plans.ts';
import { versionSites } from './configuration/version-sites.ts';
import { openDatabase } from './database/open-database.ts';
import { startMigrations } from './database/start-migrations.ts';
import { startWriteBack } from './devices/learned-limits/write-back.ts';
import { taskValidation } from './devices/task-validation.ts';
import { closeApp, watchUnusedConnections } from './http/close-app.ts';
import { listen } from './http/listen.ts';
import { startCleanupJob } from './sessions/cleanup/cleanup-job.ts';
import { sessionCommands } from './sessions/commands/session-commands.ts';
import { RecentSessions } from './sessions/commands/session-memory.ts';
import { startLiveStatus } from './sessions/live-status/live-status.ts';
import { startWaitingNotices } from './sessions/live-status/waiting-notices.ts';
import { LogGuard } from './sessions/projection/log-guard.ts';
import { ProjectedRows } from './sessions/projection/projected-rows.ts';
import { followProjection } from './sessions/projection/projection-signal.ts';
import { startProjector } from './sessions/projection/projector.ts';
import { watchProjectorLag } from './sessions/projection/projector-lag.ts';
import { CurrentSessions } from './sessions/queries/current-sessions.ts';
import { ShownSessions } from './sessions/queries/shown-sessions.ts';
import { UnprojectedEvents } from './sessions/queries/unprojected-events.ts';
import { siteAccess } from './sessions/site-access.ts';
import { renewTls } from './tls/renew-tls.ts';
import { readTlsFiles } from './tls/tls-files.ts';

/** Starts the API, with its projector and what else works behind its routes. */
export async function startApi(config: ApiConfig, { log, onStop, fail }: ServiceContext): Promise<void> {
  const { API_TLS_CERT_FILE: certFile, API_TLS_KEY_FILE: keyFile } = config;
  const tlsFiles = certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined;
  const database = openDatabase({
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_MAX_CONNECTIONS,
    log,
  });
  onStop('database', () => database.destroy());

  const samples = openSampleStore(config);
  onStop('sample store', () => samples.close());
  const coverage = openPostgresTickCoverage({ databaseUrl: config.DATABASE_URL });
  onStop('tick coverage', () => coverage.close());

  const logGuard = new LogGuard(database, log);
  const liveStatus = startLiveStatus({ database, log, flushIntervalMs: config.COUNTERS_FLUSH_MS });
  onStop('live status', liveStatus.stop);
  const waiting = startWaitingNotices();
  onStop('waiting notices', waiting.stop);

  const memory = new RecentSessions();
  const versions = new ConfigVersions(database);
  const keys = new ApiKeys({ book: () => jetStreamKeyBook(broker.connection), log });
  onStop('keys', keys.stop);
  const bootstrapKey = config.API_BOOTSTRAP_KEY;

  const broker = startBroker({
    access: brokerAccess(config),
    name: `api-${randomBytes(4).toString('hex')}`,
    streams: streamBounds(config),
    log,
    onBack: () => {
      memory.clear();
      versions.forgetStored();
    },
    checkLog: (nc) => logGuard.check(jetStreamSessionLog(nc)),
    onReady: async (nc) => {
      const keyBook = jetStreamKeyBook(() => nc);
      await keys.load(keyBook);
      if (bootstrapKey !== undefined) await keys.bootstrap(bootstrapKey, keyBook);
      const board = await StatusBoard.open(nc);
      await liveStatus.watch((onStatus) => board.watch(onStatus));
      const waitingBoard = await KvWaitingBoard.open(nc);
      await waiting.watch((listener) => waitingBoard.watch(listener));
    },
    onFatal: (error) => fail('cannot use NATS as it is configured', error),
  });
  onStop('broker', broker.stop);

  const migrations = startMigrations({
    database,
    log,
    onFatal: (error) => fail('migration failed', error),
  });
  onStop('migrations', migrations.stop);

  const projection = followProjection({ url: config.DATABASE_URL, log });
  onStop('projection signal', projection.stop);

  const projectedRows = new ProjectedRows();
  const projector = startProjector({
    database,
    sessionLog: broker.sessionLog,
    rows: projectedRows,
    onProjected: projection.projectedHere,
    log,
  });
  onStop('projector', projector.stop);
  const lag = watchProjectorLag({
    sessionLog: broker.sessionLog,
    reached: () => (projection.databaseIsUp() ? projection.reached() : undefined),
    everyMs: 1_000,
    // Less than any command waits for the read model.
    freshForMs: Math.min(1_800, 0.9 * config.READ_YOUR_WRITE_MS),
    log,
  });
  onStop('projector lag', lag.stop);
  const unprojected = new UnprojectedEvents(projection.reached);
  const versionsAt = versionSites({ database, taskConfigs: () => broker.stores().taskConfigs });
  const current = new CurrentSessions({
    database,
    versions: versionsAt,
    stores: () => (broker.isUp() && !logGuard.damage() && !logGuard.doubt() ? broker.stores() : undefined),
    projection,
    lag,
    unprojected,
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

  const auditLog = jetStreamAuditLog(broker.connection);
  const audit = startAuditTrail({ audit: auditLog, log });
  onStop('audit trail', audit.stop);

  const databaseProblem = () => {
    if (!projection.databaseIsUp()) return 'there is no connection to PostgreSQL';
    // A database of the release before is there and not ready: what is asked of it now may lack columns.
    return migrations.isDone()
      ? undefined
      : 'PostgreSQL is there, and its tables are being brought up to date';
  };
  const readiness: Readiness = () => ({
    nats: broker.problem(),
    postgres: databaseProblem(),
    log_complete: logGuard.damage()?.detail,
  });
  const metrics = new Metrics('api');
  metrics.addProcessMetrics();
  addReadiness(metrics, readiness);
  const onAnswered = addApiMetrics(metrics, {
    isProjecting: projector.projects,
    lagEvents: lag.events,
    lagMs: lag.ms,
    auditEntriesLost: audit.lost,
  });

  const collectors = jetStreamCollectors(broker.connection);
  const settled = jetStreamSettledSamples(broker.connection);
  const sinks = jetStreamSinks(broker.connection);
  const plans = pollingPlans({ database, taskConfigs: () => broker.stores().taskConfigs });
  const learned = { database, liveStatus, taskConfigs: () => broker.stores().taskConfigs };
  const writeBack = startWriteBack({ ...learned, audit, everyMs: config.COUNTERS_FLUSH_MS, log });
  onStop('write-back', writeBack.stop);

  const tls = tlsFiles && readTlsFiles(tlsFiles);
  const app = await buildApp({
    tls,
    log,
    database,
    learned,
    samples,
    accounting: { database, coverage, plans, settled },
    devices: {
      database,
      collectors,
      audit: auditLog.append,
    },
    system: {
      samples,
      quarantine: jetStreamQuarantineStore(broker.connection),
      sinks,
    },
    cleanup: { database, logGuard },
    access: {
      keys,
      sites: siteAccess({ database, current, versions: versionsAt }),
      audit,
      anonymousLoopback: config.API_ANONYMOUS_LOOPBACK,
      requestsPerMinute: config.API_REQUESTS_PER_MINUTE,
      refusedPerMinute: config.API_REFUSED_PER_MINUTE,
      corsOrigins: config.API_CORS_ORIGINS,
      trustedProxies: config.API_TRUSTED_PROXIES,
      hstsSeconds: tlsFiles ? config.API_TLS_HSTS_SECONDS : 0,
    },
    auditLog,
    live: { database, keys, samples: jetStreamLiveSamples(broker.connection), stored: samples },
    recovery: {
      database,
      plans,
      liveStatus,
      waiting,
      logGuard,
      lastSamples: () => askedOfBroker(broker.connection, latestSamples),
      coverage,
      settled,
      sinks,
    },
    current,
    liveStatus,
    waiting,
    requireIfMatch: config.API_REQUIRE_IF_MATCH,
    commandKeys: jetStreamCommandKeys(broker.connection),
    commands: sessionCommands({
      broker: {
        stores: () => {
          const { events, taskConfigs } = broker.stores();
          return { events: unprojected.noting(events), taskConfigs };
        },
      },
      versions,
      projection,
      shown: new ShownSessions({ database, rows: projectedRows }),
      logGuard,
      memory,
      validateTask: taskValidation({ database, collectors, liveStatus }),
      readYourWriteMs: config.READ_YOUR_WRITE_MS,
    }),
    readiness,
    metrics,
    onAnswered,
  });
  const unused = watchUnusedConnections(app);
  onStop('http', () => closeApp(app, unused));
  if (tlsFiles && tls) {
    log.info({ valid_until: tls.validUntil.toISOString() }, 'the API speaks HTTPS only');
    onStop('tls files', renewTls(app.server as unknown as Server, tlsFiles, log));
  }
  await listen(app, { host: config.API_HOST, port: config.API_PORT });
}
