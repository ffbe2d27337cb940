import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { OfferedDemo } from '@holdfast/shared/contracts/http/demo-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { MetricsPage } from '@holdfast/shared/runtime/metrics.ts';
import { isReady, type Readiness } from '@holdfast/shared/runtime/readiness.ts';
import { utf8Text } from '@holdfast/shared/runtime/utf8-text.ts';
import { type FastifyInstance, fastify, LogController } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { type AccessControl, addAccessControl } from '../access/access-control.ts';
import type { CompanyLogins } from '../access/company/company-logins.ts';
import { companyRoutes } from '../access/company/company-routes.ts';
import { companySettingsRoute } from '../access/company/company-settings-route.ts';
import { keyRoutes } from '../access/key-routes.ts';
import { type CommandLineAccess, commandLineRoutes } from '../access/logins/command-line-routes.ts';
import { loginRoutes } from '../access/logins/login-routes.ts';
import { meRoutes } from '../access/logins/me-routes.ts';
import { firstLinkRoute } from '../access/people/first-link-route.ts';
import type { FirstLinks } from '../access/people/first-links.ts';
import { passwordLinkRoute } from '../access/people/password-link-route.ts';
import { userRoutes } from '../access/people/user-routes.ts';
import { trustedProxies } from '../access/trusted-proxies.ts';
import type { AuditProjection } from '../audit/audit-projection.ts';
import { auditRoutes } from '../audit/audit-routes.ts';
import { urlWithoutSecrets } from '../audit/without-secrets.ts';
import { bulkRoutes } from '../configuration/bulk/bulk-routes.ts';
import { changeSetRoutes } from '../configuration/change-sets/change-set-routes.ts';
import { configurationRoutes } from '../configuration/configuration-routes.ts';
import { demoRoutes } from '../configuration/demo-routes.ts';
import { requireAccessOfChange } from '../configuration/device-access.ts';
import { protocolRoutes } from '../configuration/protocol-routes.ts';
import type { VersionSites } from '../configuration/version-sites.ts';
import { versionRoutes } from '../configuration/versions/version-routes.ts';
import type { ConsoleFiles } from '../console/console-files.ts';
import { consoleRoutes } from '../console/console-routes.ts';
import type { Database } from '../database/open-database.ts';
import { deviceRoutes } from '../devices/device-routes.ts';
import type { DeviceLimitsSources } from '../devices/learned-limits/device-limits.ts';
import { learnedLimitsRoutes, withLearnedLimits } from '../devices/learned-limits/learned-limits-routes.ts';
import type { WritePointOptions } from '../devices/write-point.ts';
import { answerClientError } from '../http/client-errors.ts';
import type { OnceKeys } from '../http/idempotency.ts';
import { isNestedTooDeeply } from '../http/is-nested-too-deeply.ts';
import { judgeRequests } from '../http/judge-requests.ts';
import { observeRequests } from '../http/observe-requests.ts';
import { addOpenApi, openApiRoute } from '../http/openapi.ts';
import { pathPartCharacters } from '../http/problem-of.ts';
import { addProblemReplies, replyWithProblem } from '../http/problem-replies.ts';
import { refuseUnknownParameters } from '../http/refuse-unknown-parameters.ts';
import { refuseWhileClosing } from '../http/refuse-while-closing.ts';
import { requestIdOf, tellRequestIds } from '../http/request-id.ts';
import { loggerOfRequest, tellTraces } from '../http/request-trace.ts';
import type { Route } from '../http/route.ts';
import { serveDeclaredRoutesOnly, serveFileRoutes, serveRoutes } from '../http/serve-routes.ts';
import { waitUntilReady } from '../http/wait-until-ready.ts';
import { withoutQuotes } from '../http/without-quotes.ts';
import type { ChangeHub } from '../live/change-hub.ts';
import { changesRoute } from '../live/changes-route.ts';
import { LiveClients } from '../live/live-clients.ts';
import { type LiveSources, liveRoute } from '../live/live-routes.ts';
import { companyPages } from '../pages/company-pages.ts';
import { takeForms } from '../pages/form-body.ts';
import { pageRoutes } from '../pages/page-routes.ts';
import { mappingRoutes } from '../point-lists/mapping-routes.ts';
import { pointImportRoutes } from '../point-lists/point-import-routes.ts';
import { pointListExportRoutes } from '../point-lists/point-list-export-routes.ts';
import type { AnsweredRequest, CommandKeys, LastReadings } from '../ports.ts';
import { answerInItsLanguage } from '../problems/localize.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import type { AccountingSources } from '../record/accounting/account-for-session.ts';
import { accountingRoutes } from '../record/accounting/accounting-routes.ts';
import { evidenceRoutes } from '../record/evidence/evidence-routes.ts';
import { sessionsWithin } from '../record/evidence/sessions-within.ts';
import { exportRoutes } from '../record/history/export/export-routes.ts';
import { pointHistoryRoutes } from '../record/history/point-history-routes.ts';
import { pointsRoutes } from '../record/history/points-routes.ts';
import type { DeviceHealthSources } from '../record/overview/device-health.ts';
import { deviceHealthRoutes } from '../record/overview/device-health-routes.ts';
import { overviewRoutes } from '../record/overview/overview-routes.ts';
import type { OverviewSources } from '../record/overview/overview-view.ts';
import type { SummarySources } from '../record/overview/session-summary.ts';
import { summaryRoutes } from '../record/overview/summary-routes.ts';
import { rowsAtMost } from '../record/overview/summary-rows.ts';
import { ticksOfDay } from '../record/overview/ticks-of-day.ts';
import type { TimelineSources } from '../record/timeline/session-timeline.ts';
import { timelineRoutes } from '../record/timeline/timeline-routes.ts';
import { withApply } from '../sessions/apply-route.ts';
import { type CleanupSources, cleanupRoutes } from '../sessions/cleanup/cleanup-routes.ts';
import { commandRoutes } from '../sessions/command-routes.ts';
import type { ApplySources } from '../sessions/commands/apply-to-sessions.ts';
import type { SessionCommands } from '../sessions/commands/session-commands.ts';
import type { LiveStatus } from '../sessions/live-status/live-status.ts';
import type { WaitingNotices } from '../sessions/live-status/waiting-notices.ts';
import type { CurrentSessions } from '../sessions/queries/current-sessions.ts';
import { recoveryRoutes } from '../sessions/recovery/recovery-routes.ts';
import type { RecoverySources } from '../sessions/recovery/recovery-view.ts';
import { sessionRoutes } from '../sessions/session-routes.ts';
import { collectorRoutes } from '../system/collector-routes.ts';
import { healthRoutes } from '../system/health-routes.ts';
import { metricsRoute } from '../system/metrics-route.ts';
import { type SystemSources, systemRoutes } from '../system/system-routes.ts';
import { apiText } from '../texts.ts';
import type { TlsMaterial } from '../tls/tls-files.ts';

export interface AppDependencies {
  readonly log: Logger;
  readonly database: Database;
  readonly commands: SessionCommands;
  readonly company: CompanyLogins | undefined;
  readonly commandLines: CommandLineAccess;
  readonly commandKeys: CommandKeys;
  readonly current: CurrentSessions;
  readonly sitesOfVersions: VersionSites;
  readonly caughtUp: ApplySources['caughtUp'];
  readonly liveStatus: Pick<LiveStatus, 'totals'>;
  readonly waiting: Pick<WaitingNotices, 'of'>;
  readonly samples: Pick<
    SampleStore,
    'history' | 'aggregate' | 'lastValues' | 'keepsSessions' | 'kindsOf' | 'firstTicks'
  >;
  readonly lastReadings: LastReadings;
  readonly accounting: AccountingSources;
  readonly recovery: RecoverySources;
  readonly overview: Omit<
    SummarySources & DeviceHealthSources & OverviewSources,
    'accounting' | 'waiting' | 'ticksOfDay'
  >;
  readonly healthOfSession: TimelineSources['healthOfSession'];
  readonly live: LiveSources;
  readonly changes: Pick<ChangeHub, 'followed' | 'whenFollowed'>;
  readonly devices: WritePointOptions;
  readonly access: AccessControl;
  readonly links: FirstLinks;
  /** With it the API speaks HTTPS only. */
  readonly tls: Pick<TlsMaterial, 'cert' | 'key'> | undefined;
  readonly auditLog: Pick<AuditProjection, 'caughtUp'>;
  readonly system: SystemSources;
  readonly limitsSources: DeviceLimitsSources;
  readonly cleanup: CleanupSources;
  /** Whether changes of configuration without If-Match are refused. */
  readonly requireIfMatch: boolean;
  readonly console: ConsoleFiles;
  /** Undefined where no simulator runs next to it. */
  readonly demo: OfferedDemo | undefined;
  readonly readiness: Readiness;
  readonly metrics: MetricsPage;
  readonly onAnswered: (request: AnsweredRequest) => void;
}

const maxBodyBytes = 1_048_576;

/** Every route but those of the OpenAPI document and the console; `end` lets go of clients that follow a stream. */
export function routesOf(dependencies: AppDependencies): {
  readonly routes: Route[];
  readonly end: () => void;
} {
  const { database, commands, current, liveStatus, waiting, samples, accounting, recovery } = dependencies;
  const { overview } = dependencies;
  const { devices, access, auditLog, system, limitsSources, cleanup, requireIfMatch } = dependencies;
  const day = ticksOfDay(accounting, async (filter, time) => {
    const { rows } = await sessionsWithin(database, { ...filter, ...time, limit: rowsAtMost });
    return rows;
  });
  const clients = new LiveClients({ keys: access.keys, logins: access.people.logins });
  const routes = [
    ...healthRoutes(dependencies.readiness),
    metricsRoute(dependencies.metrics),
    ...commandRoutes(commands),
    ...pointHistoryRoutes({ database, samples, accounting }),
    ...exportRoutes({ database, samples, timeZone: overview.timeZone }),
    ...pointsRoutes({
      database,
      samples,
      accounting,
      lastReadings: dependencies.lastReadings,
      live: dependencies.live.samples,
    }),
    ...accountingRoutes(accounting),
    ...summaryRoutes({ ...overview, accounting, waiting, ticksOfDay: day }),
    ...deviceHealthRoutes({ ...overview, accounting, waiting, ticksOfDay: day }),
    ...timelineRoutes({ accounting, healthOfSession: dependencies.healthOfSession }),
    ...overviewRoutes({ ...overview, accounting, waiting: recovery.waiting, ticksOfDay: day }),
    ...evidenceRoutes({ accounting, samples, timeZone: overview.timeZone }),
    ...sessionRoutes({
      ...{ database, current, liveStatus, waiting },
      ...{ storing: recovery, newerConfigured: overview.newerConfigured },
      versions: dependencies.sitesOfVersions,
    }),
    liveRoute(dependencies.live, clients),
    changesRoute(dependencies.changes, clients),
    ...systemRoutes(system),
    ...collectorRoutes({ ...devices, sinks: system.sinks }),
    ...cleanupRoutes(cleanup),
    ...loginRoutes(access.people),
    ...meRoutes(access.people),
    passwordLinkRoute(access.people),
    ...userRoutes(database, access.people),
    firstLinkRoute(dependencies.links),
    companySettingsRoute(dependencies.company?.settings),
    ...companyRoutes(access.people, dependencies.company, companyPages),
    ...commandLineRoutes(access.people, dependencies.commandLines),
    ...keyRoutes(database, access.keys),
    ...auditRoutes(database, auditLog),
    ...recoveryRoutes(recovery),
    ...withApply(
      [
        ...configurationRoutes(database, {
          requireIfMatch,
          siteAccess: access.sites,
          deviceDetail: withLearnedLimits(limitsSources),
          store: samples,
        }),
        ...changeSetRoutes(database, { siteAccess: access.sites, store: samples, requireIfMatch }),
        ...bulkRoutes(database, { siteAccess: access.sites, store: samples, requireIfMatch }),
        ...versionRoutes(database, {
          ...{
            siteAccess: access.sites,
            store: samples,
            taskConfigs: limitsSources.taskConfigs,
            requireIfMatch,
          },
        }),
        ...pointImportRoutes({ database, siteAccess: access.sites, store: samples, requireIfMatch }),
      ],
      database,
      {
        ...{ commands, newerConfigured: overview.newerConfigured },
        ...{ caughtUp: dependencies.caughtUp, audit: access.audit },
      },
    ),
    ...pointListExportRoutes(database),
    ...mappingRoutes(database),
    ...protocolRoutes(),
    ...demoRoutes(dependencies.demo),
    ...learnedLimitsRoutes(
      { ...limitsSources, collectors: devices.collectors },
      { requireIfMatch, siteAccess: access.sites },
    ),
    ...deviceRoutes(devices, limitsSources),
  ];
  return { routes, end: () => clients.end() };
}

/** Builds the HTTP API without its process. It never listens and opens nothing. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { log, access, tls, commandKeys, readiness, onAnswered, devices } = dependencies;
  const app = fastify({
    https: tls ? { cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 } : null,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    childLoggerFactory: loggerOfRequest,
    clientErrorHandler: answerClientError,
    return503OnClosing: false,
    trustProxy: trustedProxies(access.trustedProxies),
    bodyLimit: maxBodyBytes,
    // How long a request may take to arrive: without a limit, one that drips in would hold its connection for ever.
    requestTimeout: 30_000,
    // Scripts written for Django end every path with a slash, others do not. A name of 64 letters may take 12
    // characters each in a path.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: pathPartCharacters },
    rewriteUrl: ({ url = '/' }) => withoutQuotes(url),
    frameworkErrors: (error, request, reply) => replyWithProblem(error, request, reply),
  }) as unknown as FastifyInstance;
  app.setValidatorCompiler(judgeRequests);
  app.setSerializerCompiler(serializerCompiler);
  tellRequestIds(app);
  tellTraces(app);
  answerInItsLanguage(app);
  serveDeclaredRoutesOnly(app);
  addProblemReplies(app);
  waitUntilReady(app, () => isReady(readiness));
  refuseWhileClosing(app);
  await addAccessControl(app, access);
  app.addHook('onRequest', async (request) => {
    request.judgeChange = (transaction) => requireAccessOfChange(devices.collectors, transaction);
  });
  acceptEmptyBodies(app);
  refuseUnknownParameters(app);
  observeRequests(app, onAnswered);
  app.addHook('onResponse', (request, reply, done) => {
    // Consoles poll, so reads are logged only at debug level.
    const level = request.method === 'GET' || request.method === 'HEAD' ? 'debug' : 'info';
    request.log[level](
      {
        method: request.method,
        url: urlWithoutSecrets(request.url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'answered',
    );
    done();
  });

  await addOpenApi(app, access.anonymousLoopback === false);
  const { routes, end } = routesOf(dependencies);
  app.addHook('preClose', async () => end());
  const onceKeys: OnceKeys = {
    keys: commandKeys,
    callerOf: ({ caller }) => (caller.kind === 'key' || caller.kind === 'user' ? caller.id : 'local'),
  };
  const [files, others] = [routes.filter(({ file }) => file), routes.filter(({ file }) => !file)];
  serveRoutes(app, [openApiRoute(app), ...consoleRoutes(dependencies.console), ...others], onceKeys);
  await serveFileRoutes(app, files, onceKeys);
  // Forms are taken only here: no form may make a call of the API.
  await app.register(async (pages) => {
    takeForms(pages);
    const { links, commandLines, company } = dependencies;
    const companyName = company?.settings.name;
    serveRoutes(pages, pageRoutes({ people: access.people, links, companyName, commandLines }), onceKeys);
  });
  return app;
}

/**
 * Takes an empty body as none, whatever its type: `POST …/stop/` needs no body, yet clients announce a type for it.
 * Anything else that is not JSON is refused.
 */
function acceptEmptyBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      const text = utf8Text(body as Buffer);
      if (text === '') done(null, undefined);
      else if (text === undefined) done(notUtf8());
      else {
        void parseJson(request, text, (error, parsed) => {
          const tooDeep = !error && isNestedTooDeeply(parsed);
          done(
            tooDeep ? validationFailed([{ path: '', message: fieldText('nested_too_deeply') }]) : error,
            parsed,
          );
        });
      }
    },
  );
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else done(unsupportedMediaType());
  });
}

function notUtf8(): Problem {
  return new Problem('invalid_json', apiText('invalid_json'));
}

function unsupportedMediaType(): Problem {
  return new Problem('unsupported_media_type', apiText('unsupported_media_type'));
}
