// The arrows between the parts (docs/architecture.md), checked. Each rule says what would be lost without it.

// Tests and what only they use may reach for anything: real servers, simulators, each other's suites.
const TESTS = '\\.(test|contract)\\.ts$|/testing/|^test/|^vitest\\..*config\\.ts$';

const TEXTS = '^packages/texts/src/';
const DRIVER_PORT = '^packages/driver/src/';
const DRIVER_REGISTRY = '^drivers/registry/src/';
const SHARED = '^packages/shared/src';
const DOMAIN = `${SHARED}/domain/`;
const CONTRACTS = `${SHARED}/contracts/`;
const JUDGEMENT = `${SHARED}/judgement/`;
const FORMS = `${SHARED}/forms/`;
const PERMISSIONS = `${SHARED}/permissions/`;
const EVENT_STORE = `${SHARED}/event-store/`;
const JETSTREAM = `${SHARED}/jetstream/`;
const SAMPLE_STORE = '^packages/sample-store/src/';
const SESSIONS = `${SHARED}/sessions/`;
const LEASE = `${SHARED}/lease/`;
const RUNTIME = `${SHARED}/runtime/`;
/** Where a service is put together, and its adapters, which may use each other. */
const COMPOSITION = '^services/[^/]+/src/(main\\.ts$|composition/|adapters/)';

/** The rooms of each service and of the measurements from the ground up: a room imports those before it and none behind it, types included. */
const FLOORS = {
  'services/api/src': [
    ...[
      'texts.ts',
      'ports.ts',
      'tls/',
      'database/',
      'company-settings.ts',
      'config.ts',
      'own-origin.ts',
      'problems/',
      'times/',
      'spreadsheets/',
      'http/',
      'adapters/',
    ],
    ...[
      'audit/',
      'access/',
      'configuration/',
      'point-lists/',
      'console/',
      'system/',
      'sessions/',
      'devices/',
      'record/accounting/',
      'record/history/',
      'record/overview/',
      'record/timeline/',
      'record/evidence/',
      'live/',
      'pages/',
    ],
    ...['composition/', 'main.ts'],
  ],
  'services/supervisor/src': [
    ...[
      'ports.ts',
      'config.ts',
      'waiting-times.ts',
      'task-book.ts',
      'lead-choice.ts',
      'count-sessions.ts',
      'log-damage-report.ts',
    ],
    ...[
      'reconcile/',
      'waiting-report.ts',
      'assignment-cache.ts',
      'fleet-watch.ts',
      'endpoint-addresses.ts',
      'holder-words.ts',
      'adapters/',
    ],
    ...['perform-action.ts', 'actions-under-way.ts', 'recovery-report.ts', 'supervisor.ts'],
    ...['composition/', 'main.ts'],
  ],
  'services/collector/src': [
    ...['ports.ts', 'config.ts', 'samples/', 'sending/', 'polling/', 'calls/', 'holding/', 'adapters/'],
    ...['composition/', 'main.ts'],
  ],
  'services/writer/src': [
    ...[
      'ports.ts',
      'config.ts',
      'sent/',
      'health/',
      'retry/',
      'admission/',
      'fencing/',
      'batch/',
      'adapters/',
    ],
    ...['composition/', 'main.ts'],
  ],
  'bench/src': [
    ...['benchmark.ts', 'bench-identities.ts', 'machine.ts', 'median.ts', 'seeded-random.ts', 'timed.ts'],
    ...['command-line.ts', 'report.ts', 'fleet/', 'publish/', 'recovery/'],
    ...['drivers/', 'failover/', 'handover/', 'history/', 'idle/', 'ingest/'],
    ...[
      'polled/',
      'poll/',
      'outage/',
      'api/',
      'changes/',
      'console/',
      'export/',
      'hostile/',
      'lists/',
      'main.ts',
    ],
  ],
};
const floorRules = Object.entries(FLOORS).flatMap(([folder, rooms]) =>
  rooms.map((room, index) => {
    const src = `^${folder}/`;
    const below = rooms.slice(0, index + 1).map((each) => `${src}${each.replaceAll('.', '\\.')}`);
    return {
      name: `${folder.split('/').at(-2)}-no-arrow-up-from-${room.replace(/\/$|\.ts$/, '')}`,
      comment:
        'A room that needs one above it is in a circle with it, or stands on the wrong floor. FLOORS has the order.',
      severity: 'error',
      from: { path: below.at(-1), pathNot: TESTS },
      to: { path: src, pathNot: below },
    };
  }),
);
const API_ROOMS =
  '^services/api/src/(audit|access|configuration|point-lists|console|system|sessions|devices|record|live|pages)/';

/** How pages are read from requests and sent. */
const PAGE_KIT = '/pages/(page-request|form-body|ways)\\.ts$';
const LOGIN_OF_REQUEST = '/access/logins/(login-access|login-caller|open-login)\\.ts$';

/** An npm package as dependency-cruiser names it once resolved, or as it stands in the import when it is not. */
const npm = (name) => `(^|/)node_modules/${name}(/|$)|^${name}(/|$)`;
const ZOD = npm('zod');

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'texts-stand-alone',
      comment: 'Everything that says something to people imports them, the drivers and the browser included.',
      severity: 'error',
      from: { path: TEXTS, pathNot: TESTS },
      to: { pathNot: TEXTS },
    },
    {
      name: 'the-driver-port-imports-zod-only',
      comment:
        'API, CLI and console know protocols by it, and every driver is written against it: it knows none of them. Its host opens sockets.',
      severity: 'error',
      from: { path: DRIVER_PORT, pathNot: [`${DRIVER_PORT}host/`, TESTS] },
      to: { pathNot: [DRIVER_PORT, TEXTS, ZOD] },
    },
    {
      name: 'the-host-of-links-needs-node-only',
      comment: 'Links reach the network through it, in collectors and in tests of drivers alike.',
      severity: 'error',
      from: { path: `${DRIVER_PORT}host/`, pathNot: TESTS },
      to: { pathNot: [DRIVER_PORT, TEXTS], dependencyTypesNot: ['core'] },
    },
    {
      name: 'drivers-know-the-port-alone',
      comment: 'A protocol is one folder: nothing of ours that it needs lies outside of it and of the port.',
      severity: 'error',
      from: { path: '^drivers/([^/]+)/src/', pathNot: [DRIVER_REGISTRY, TESTS] },
      to: {
        path: '^(packages|drivers|services|simulators|dev|tools|bench|test)/',
        pathNot: [DRIVER_PORT, TEXTS, '^drivers/$1/src/'],
      },
    },
    {
      name: 'simulators-know-their-driver-alone',
      comment:
        'A simulator is built of its driver and of the plant that plays it; nobody names it, the plant finds it.',
      severity: 'error',
      from: { path: '^drivers/([^/]+)/simulator/', pathNot: TESTS },
      to: {
        path: '^(packages|drivers|services|simulators|dev|tools|bench|test)/',
        pathNot: [DRIVER_PORT, TEXTS, '^drivers/$1/', '^simulators/plant/', RUNTIME, CONTRACTS],
      },
    },
    {
      name: 'only-the-registry-imports-drivers',
      comment: 'Nobody else names a protocol: API, CLI and console know specs, collectors know the port.',
      severity: 'error',
      from: { pathNot: ['^drivers/', '^bench/', '^simulators/', TESTS] },
      to: { path: '^drivers/', pathNot: DRIVER_REGISTRY },
    },
    {
      name: 'only-collectors-load-drivers',
      comment:
        'API, CLI and console tell of every protocol by its spec, and bring none of the libraries that speak it.',
      severity: 'error',
      from: { path: '^(services/(api|console)|tools/cli)/', pathNot: TESTS },
      to: { path: `${DRIVER_REGISTRY}load-driver\\.ts$`, reachable: true },
    },
    {
      name: 'collectors-know-no-protocol',
      comment: 'They load drivers by the registry, and know what those do by the port.',
      severity: 'error',
      from: { path: '^services/collector/src/', pathNot: TESTS },
      to: { path: '^drivers/', pathNot: DRIVER_REGISTRY },
    },
    {
      name: 'specs-need-no-library',
      comment:
        'API, CLI and console load every spec: no socket, no native module, nothing of Node. Layout, values and plan are what it is made of.',
      severity: 'error',
      from: { path: '^drivers/[^/]+/src/((layout|values|plan|spec)/|(specs?|texts)\\.ts$)', pathNot: TESTS },
      to: {
        pathNot: [
          ...[DRIVER_PORT, TEXTS, ZOD],
          '^drivers/[^/]+/src/((layout|values|plan|spec)/|(specs?|texts)\\.ts$)',
        ],
      },
    },
    ...['layout', 'values', 'plan', 'spec'].map((room, index, rooms) => ({
      name: `drivers-no-arrow-up-from-${room}`,
      comment:
        'layout ← values ← plan ← spec: what lies where, what it means, how it is asked for, what is told of it.',
      severity: 'error',
      from: { path: `^drivers/([^/]+)/src/${room}/`, pathNot: TESTS },
      to: { path: [...rooms.slice(index + 1), 'link'].map((above) => `^drivers/$1/src/${above}/`) },
    })),
    {
      name: 'domain-imports-only-domain',
      comment:
        'The domain is a pure function of events; everything else depends on it, so it depends only on what a text is.',
      severity: 'error',
      from: { path: DOMAIN, pathNot: TESTS },
      to: { pathNot: [DOMAIN, '^packages/texts/src/text\\.ts$'] },
    },
    {
      name: 'judgement-knows-no-contract',
      comment: 'How a schema judges what was sent is the same for all contracts, which use it.',
      severity: 'error',
      from: { path: JUDGEMENT, pathNot: TESTS },
      to: { pathNot: [JUDGEMENT, DRIVER_PORT, TEXTS, ZOD] },
    },
    {
      name: 'contracts-import-only-domain',
      comment:
        'What goes over a wire is described without whoever sends it. zod is how it is described. The name of a lacking set is a hash.',
      severity: 'error',
      from: { path: CONTRACTS, pathNot: [`${CONTRACTS}sample/lacking-set\\.ts$`, TESTS] },
      to: { pathNot: [DOMAIN, CONTRACTS, JUDGEMENT, DRIVER_PORT, TEXTS, ZOD] },
    },
    {
      name: 'forms-import-only-contracts',
      comment: 'The console runs them in a browser.',
      severity: 'error',
      from: { path: FORMS, pathNot: TESTS },
      to: { pathNot: [CONTRACTS, JUDGEMENT, DRIVER_PORT, TEXTS, FORMS] },
    },
    {
      name: 'permissions-import-only-contracts',
      comment:
        'They are lists of subjects and judge requests by them. Scripts that make keys load nothing else.',
      severity: 'error',
      from: { path: PERMISSIONS, pathNot: TESTS },
      to: { pathNot: [CONTRACTS, JUDGEMENT, PERMISSIONS, ZOD] },
    },
    {
      name: 'event-store-is-a-port',
      comment:
        'The port and its in-memory form know no broker: adapters know the port, not the other way round.',
      severity: 'error',
      from: { path: EVENT_STORE, pathNot: TESTS },
      to: { pathNot: [DOMAIN, CONTRACTS, EVENT_STORE] },
    },
    {
      name: 'lease-rules-know-no-broker',
      comment: 'Who may poll, and until when, is decided by rules that can be tested without a broker.',
      severity: 'error',
      from: { path: LEASE, pathNot: TESTS },
      to: { path: [JETSTREAM, SAMPLE_STORE, npm('@nats-io/.+')] },
    },
    {
      name: 'runtime-stands-alone',
      comment: 'Clock, logger, configuration and shutdown are used by every layer, so they use none of them.',
      severity: 'error',
      from: { path: RUNTIME, pathNot: TESTS },
      to: { path: `${SHARED}/`, pathNot: RUNTIME },
    },
    {
      name: 'jetstream-adapts-ports',
      comment: 'The JetStream adapters implement the ports of the layers below them and know nothing above.',
      severity: 'error',
      from: { path: JETSTREAM, pathNot: TESTS },
      to: {
        path: '^(packages|services|simulators|dev)/',
        pathNot: [
          DOMAIN,
          CONTRACTS,
          JUDGEMENT,
          PERMISSIONS,
          EVENT_STORE,
          SESSIONS,
          LEASE,
          RUNTIME,
          TEXTS,
          JETSTREAM,
        ],
      },
    },
    {
      name: 'sessions-know-no-broker',
      comment: 'What a command or an event does to a session is the same over any log.',
      severity: 'error',
      from: { path: SESSIONS, pathNot: TESTS },
      to: {
        pathNot: [DOMAIN, CONTRACTS, DRIVER_PORT, EVENT_STORE, SESSIONS, `${RUNTIME}recently-used\\.ts$`],
      },
    },
    {
      name: 'sample-store-knows-no-broker',
      comment: 'Databases are written and read by contracts alone, whatever brought the samples.',
      severity: 'error',
      from: { path: SAMPLE_STORE, pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(packages|drivers|services|simulators|dev|tools|test|bench)/',
        pathNot: [DOMAIN, CONTRACTS, DRIVER_PORT, TEXTS, RUNTIME, SAMPLE_STORE],
      },
    },
    {
      name: 'sample-stores-contract-knows-no-database',
      comment: 'What holds for any database is said, and tested, without one.',
      severity: 'error',
      from: {
        path: `${SAMPLE_STORE}([^/]+\\.ts$|testing/)`,
        pathNot: ['/open-sample-store\\.ts$', '\\.test\\.ts$'],
      },
      to: { path: `${SAMPLE_STORE}(influx/|postgres/|open-sample-store\\.ts$)` },
    },
    {
      name: 'databases-know-only-themselves',
      comment: 'The same: each database can be exchanged or removed.',
      severity: 'error',
      from: { path: `${SAMPLE_STORE}(influx|postgres)/`, pathNot: TESTS },
      to: {
        path: `${SAMPLE_STORE}(influx/|postgres/|open-sample-store\\.ts$)`,
        pathNot: `${SAMPLE_STORE}$1/`,
      },
    },
    {
      name: 'only-jetstream-imports-the-nats-client',
      comment:
        'One place knows the NATS client: its quirks are met once, and its next major version too. Measurements compare it with the bare client.',
      severity: 'error',
      from: { pathNot: [JETSTREAM, '^bench/', TESTS] },
      to: { path: npm('@nats-io/.+') },
    },
    {
      name: 'only-measurements-import-modbus-serial',
      comment:
        'modbus-serial leaves promises unsettled and mistakes late replies. Our own client is measured against it.',
      severity: 'error',
      from: { pathNot: ['^bench/', TESTS] },
      to: { path: npm('modbus-serial') },
    },
    {
      name: 'only-links-and-simulators-import-serialport',
      comment: 'It brings a native module: who opens no serial line must start without it.',
      severity: 'error',
      from: { pathNot: ['^drivers/[^/]+/(src/link|simulator)/', TESTS] },
      to: { path: npm('serialport') },
    },
    {
      name: 'only-api-and-sample-store-import-the-database',
      comment:
        'Collector, supervisor and alarms must go on without a database, so they cannot even import its client.',
      severity: 'error',
      from: { pathNot: ['^services/(api|writer)/', SAMPLE_STORE, '^(dev|bench|tools)/', TESTS] },
      to: { path: [npm('pg'), npm('kysely')] },
    },
    {
      name: 'collector-supervisor-and-alarms-need-no-database',
      comment: 'The same, by way of others.',
      severity: 'error',
      from: { path: '^services/(collector|supervisor|alarms)/', pathNot: TESTS },
      to: {
        path: [SAMPLE_STORE, npm('pg'), npm('kysely'), npm('@influxdata/influxdb-client')],
        reachable: true,
      },
    },
    {
      name: 'services-do-not-import-each-other',
      comment:
        'Services meet in streams only; otherwise one could not be upgraded or restarted without the others.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: [TESTS, '^services/edge/'] },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'services-do-not-import-simulators-or-dev',
      comment: 'What runs in production brings no fake plant and no local stack.',
      severity: 'error',
      from: { path: '^(packages|drivers/[^/]+/src|services)/', pathNot: TESTS },
      to: { path: '^(simulators|drivers/[^/]+/simulator|dev|tools)/' },
    },
    {
      name: 'tools-take-only-the-schema-of-services',
      comment:
        'A restore fills the tables that the migrations make, and they lie where the tables are used. Nothing else of a service is for tools.',
      severity: 'error',
      from: { path: '^tools/', pathNot: TESTS },
      to: { path: '^services/', pathNot: '^services/api/src/database/' },
    },
    {
      name: 'the-console-knows-calls-and-contracts-only',
      comment:
        'It runs in a browser: what it takes of the workspace is the client of the API and what that says.',
      severity: 'error',
      from: { path: '^services/console/src/', pathNot: TESTS },
      to: {
        path: '^(packages|services|simulators|dev|tools|test|bench)/',
        pathNot: ['^services/console/', '^packages/api-client/src/', CONTRACTS, FORMS, DOMAIN, DRIVER_PORT],
      },
    },
    {
      name: 'packages-do-not-import-services',
      comment: 'Shared code that knows a service is not shared.',
      severity: 'error',
      from: { path: '^(packages|drivers|simulators)/', pathNot: TESTS },
      to: { path: '^services/' },
    },
    {
      name: 'only-start-joins-adapters-to-logic',
      comment:
        'start.ts and composition/ put a service together: logic sees ports, so that it can be tested and its adapters exchanged.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/', pathNot: [COMPOSITION, TESTS] },
      to: { path: '^services/[^/]+/src/adapters/' },
    },
    {
      name: 'only-start-and-adapters-import-jetstream',
      comment: 'The same for the adapters that services share.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/', pathNot: [COMPOSITION, TESTS] },
      to: { path: JETSTREAM },
    },
    ...floorRules,
    {
      name: 'logic-of-the-api-knows-no-http',
      comment:
        'Routes, access control and what finds or opens the login of a request speak HTTP. What they call can be used without it, and throws problems by code.',
      severity: 'error',
      from: {
        path: API_ROOMS,
        pathNot: [
          '-routes?\\.ts$',
          '/access/(access-control|request-change)\\.ts$',
          LOGIN_OF_REQUEST,
          PAGE_KIT,
          TESTS,
        ],
      },
      to: { path: ['^services/api/src/http/', npm('fastify')] },
    },
    {
      name: 'one-table-has-the-statuses',
      comment: 'A problem is thrown by its code: which status and title that has, nobody else need know.',
      severity: 'error',
      from: { pathNot: ['^services/api/src/(problems|http)/', TESTS] },
      to: { path: '^services/api/src/problems/codes\\.ts$' },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'Code that needs its tests or its measurements to run is upside down.',
      severity: 'error',
      from: { pathNot: ['^bench/', TESTS] },
      to: { path: ['^test/', '^bench/', '/testing/', '\\.test\\.ts$'] },
    },
    {
      name: 'nothing-imports-measurements',
      comment: 'Not even a test: it runs them, as people do. They may use what supports tests, and no test.',
      severity: 'error',
      from: { pathNot: '^bench/' },
      to: { path: '^bench/' },
    },
    {
      name: 'measurements-know-no-test',
      comment: 'The same.',
      severity: 'error',
      from: { path: '^bench/', pathNot: '\\.test\\.ts$' },
      to: { path: ['^test/', '/testing/', '\\.test\\.ts$'], pathNot: '^test/support/' },
    },
    {
      name: 'core-tests-need-no-server',
      comment:
        'They share threads and run in seconds. A test that starts servers is called *.servers.test.ts, one that starts our own programs *.processes.test.ts, one that takes long *.slow.test.ts.',
      severity: 'error',
      from: { path: '\\.test\\.ts$', pathNot: '\\.(servers|processes|slow)\\.test\\.ts$' },
      to: {
        path: [
          '^(node:)?child_process$',
          '^test/support/(fresh-database|.*-for-test)\\.ts$',
          '/testing/api-database\\.ts$',
        ],
        reachable: true,
      },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      // Types alone make no cycle at run time. Most folders have no cycles of types either: see the next rule.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-cycles-of-types',
      comment: 'The same with types, for all but the worlds that tests across services play in.',
      severity: 'error',
      from: { path: '^(packages|drivers|services|simulators|dev|tools|deploy|bench)/' },
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that leads nowhere escapes every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-test-packages-in-production',
      comment: 'Test libraries stay out of what is deployed.',
      severity: 'error',
      from: { path: '^(packages|drivers|services|simulators)/', pathNot: TESTS },
      to: { path: [npm('vitest'), npm('fast-check')] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Our own output only: most npm packages resolve into a dist folder, and excluding those would blind the rules above.
    exclude: { path: '^(\\.holdfast/|coverage/|dist/)' },
    // Types count: an arrow that exists only for the compiler is still knowledge of the other side.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
