import { fileURLToPath } from 'node:url';
import { releaseVersion } from '@holdfast/shared/contracts/release-version.ts';
import { watchCollectorIdentities } from '@holdfast/shared/identities/watch-collector-identities.ts';
import { lastReadings } from '@holdfast/shared/jetstream/samples/last-readings.ts';
import { latestSamples } from '@holdfast/shared/jetstream/samples/latest-samples.ts';
import { addReadiness } from '@holdfast/shared/runtime/health-server.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { Metrics } from '@holdfast/shared/runtime/metrics.ts';
import type { Readiness } from '@holdfast/shared/runtime/readiness.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { addApiMetrics } from '../adapters/api-metrics.ts';
import { brokerSlowness } from '../adapters/broker-slowness.ts';
import {
  jetStreamChanges,
  jetStreamHealthChanges,
  jetStreamHealthOfSession,
} from '../adapters/jetstream-changes.ts';
import { jetStreamCollectors } from '../adapters/jetstream-collectors.ts';
import { jetStreamCommandKeys } from '../adapters/jetstream-command-keys.ts';
import { jetStreamLiveSamples } from '../adapters/jetstream-live-samples.ts';
import { jetStreamSettledSamples } from '../adapters/jetstream-settled-samples.ts';
import { jetStreamQuarantineStore, jetStreamSinks } from '../adapters/jetstream-system.ts';
import { withBroker } from '../adapters/with-broker.ts';
import { startAuditProjection } from '../audit/audit-projection.ts';
import type { ApiConfig } from '../config.ts';
import { newerConfigured } from '../configuration/newer-configured.ts';
import { pollingPlans } from '../configuration/polling-plans.ts';
import { consoleFiles } from '../console/console-files.ts';
import { startWriteBack } from '../devices/learned-limits/write-back.ts';
import { changeHub } from '../live/change-hub.ts';
import { deviceSites } from '../live/device-sites.ts';
import { isSessionAt } from '../live/is-session-at.ts';
import { sharedLiveSamples } from '../live/shared-live-samples.ts';
import { lastGood } from '../record/overview/last-good.ts';
import { countNewerConfigured } from '../sessions/newer-count.ts';
import { SessionPasts } from '../sessions/queries/session-pasts.ts';
import { recentRecovery } from '../sessions/recovery/recent-recovery.ts';
import { siteAccess } from '../sessions/site-access.ts';
import { openBegunLogins } from './begun-logins.ts';
import { openBroker } from './broker.ts';
import { openCommands } from './commands.ts';
import { openDatabases } from './databases.ts';
import { openReadModel } from './read-model.ts';
import { openServing } from './serving.ts';

/** Starts the API: databases and broker, the read model that its projector fills, and the routes in front of them. */
export async function startApi(config: ApiConfig, service: ServiceContext): Promise<void> {
  const { log, onStop } = service;
  const databases = openDatabases(config, service);
  const { database, samples, coverage } = databases;
  const brokerParts = openBroker(config, databases, service);
  const { broker, keys, people, auditLog, audit, logGuard, liveStatus, waiting, versions, epochs, claims } =
    brokerParts;
  const readModel = openReadModel(config, { database, broker, logGuard }, service);
  const { current, lag, projector, sitesOfVersions } = readModel;

  const auditProjection = startAuditProjection({
    ...{ database, streams: auditLog, log },
    // NATS or tables that are unavailable, or not there yet, are reported elsewhere.
    isActive: () => projector.projects() && readModel.problem() === undefined && broker.isUp(),
  });
  onStop('audit projection', auditProjection.stop);

  const readiness: Readiness = () => {
    const damage = logGuard.damage();
    return {
      nats: broker.problem(),
      postgres: readModel.problem(),
      log_complete: damage && inLanguage(damage.detail, 'en'),
    };
  };
  const isNewerConfigured = newerConfigured(database, versions);
  const newer = countNewerConfigured({
    ...{ database, newerConfigured: isNewerConfigured },
    isPossible: () => projector.projects() && readModel.problem() === undefined,
    ...{ everyMs: config.COUNTERS_FLUSH_MS, log },
  });
  onStop('count of sessions with a newer configuration', newer.stop);
  const metrics = new Metrics('api');
  metrics.addProcessMetrics();
  addReadiness(metrics, readiness);
  const onAnswered = addApiMetrics(metrics, {
    isProjecting: projector.projects,
    lagEvents: lag.events,
    lagMs: lag.ms,
    auditEntriesLost: audit.lost,
    newerConfigured: newer.count,
    refusals: brokerParts.refusals.counts,
  });

  const identities = await watchCollectorIdentities(config.COLLECTOR_IDENTITIES_FILE, { log });
  onStop('identities of collectors', identities.stop);
  const collectors = jetStreamCollectors(broker.connection, identities.of);
  const settled = jetStreamSettledSamples(broker.connection);
  const sinks = jetStreamSinks(broker.connection);
  const quarantine = jetStreamQuarantineStore(broker.connection);
  const taskConfigs = () => broker.stores().taskConfigs;
  const slownessMs = brokerSlowness(broker.connection);
  const plans = pollingPlans({ database, taskConfigs, slownessMs });
  const limitsSources = { database, liveStatus, taskConfigs };
  const writeBack = startWriteBack({ ...limitsSources, audit, everyMs: config.COUNTERS_FLUSH_MS, log });
  onStop('write-back', writeBack.stop);

  const pasts = new SessionPasts(database);
  const recovery = {
    database,
    pasts,
    plans,
    liveStatus,
    waiting,
    logGuard,
    lastSamples: () => withBroker(broker.connection, (nc) => latestSamples(nc, claims)),
    coverage,
    settled,
    sinks,
    slownessMs,
  };
  const changes = changeHub({
    streams: jetStreamChanges(broker.connection),
    sinks,
    projection: readModel.projection,
    isSessionAt: isSessionAt({ database, versions: sitesOfVersions, plans }),
    log,
  });
  onStop('changes', changes.stop);
  await openServing(
    config,
    {
      database,
      limitsSources,
      samples,
      lastReadings: (deviceIds) => withBroker(broker.connection, (nc) => lastReadings(nc, deviceIds, epochs)),
      accounting: { database, pasts, coverage, plans, settled },
      devices: { database, collectors, versions, taskConfigs, audit: auditLog.append },
      system: { samples, quarantine, sinks },
      cleanup: { database, logGuard },
      access: {
        keys,
        people,
        sites: siteAccess({ database, current, versions: sitesOfVersions }),
        audit,
        anonymousLoopback: config.API_ANONYMOUS_LOOPBACK,
        requestsPerMinute: config.API_REQUESTS_PER_MINUTE,
        commandsPerMinute: config.API_COMMANDS_PER_MINUTE,
        refusedPerMinute: config.API_REFUSED_PER_MINUTE,
        corsOrigins: config.API_CORS_ORIGINS,
        trustedProxies: config.API_TRUSTED_PROXIES,
        hstsSeconds: config.API_TLS_CERT_FILE === undefined ? 0 : config.API_TLS_HSTS_SECONDS,
      },
      links: people.links,
      ...openBegunLogins(config, { connection: broker.connection, users: people.users }, service),
      auditLog: auditProjection,
      healthOfSession: jetStreamHealthOfSession(broker.connection),
      live: {
        database,
        samples: sharedLiveSamples(jetStreamLiveSamples(broker.connection, claims)),
        sampleStore: samples,
        sites: deviceSites(database),
      },
      changes,
      recovery,
      overview: {
        lastGood: lastGood(coverage),
        liveStatus,
        recovery: recentRecovery(recovery),
        newerConfigured: isNewerConfigured,
        healthChanges: jetStreamHealthChanges(broker.connection),
        collectors,
        sinks,
        quarantine,
        audit: auditLog,
        logGuard,
        timeZone: config.PLANT_TIME_ZONE,
        version: releaseVersion,
      },
      current,
      sitesOfVersions,
      caughtUp: async () => {
        const end = await broker
          .sessionLog()
          ?.lastSequence()
          .catch(() => undefined);
        if (end === undefined) return false;
        return (await readModel.projection.waitFor(end, config.READ_YOUR_WRITE_MS)) === 'reached';
      },
      liveStatus,
      waiting,
      requireIfMatch: config.API_REQUIRE_IF_MATCH,
      commandKeys: jetStreamCommandKeys(broker.connection),
      commands: openCommands(config, { database, ...brokerParts, ...readModel, collectors }),
      demo: config.DEMO_CONFIGURATION,
      console: consoleFiles(fileURLToPath(new URL('../../../../dist/console', import.meta.url))),
      readiness,
      metrics,
      onAnswered,
    },
    service,
  );
}
