import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
  UsageError,
} from '../benchmark.ts';
import { asFigures, distributionOf } from '../fleet/distribution.ts';
import { until } from '../fleet/until.ts';
import { median } from '../median.ts';
import { accessCosts } from './access-costs.ts';
import { BareAppender } from './bare-append.ts';
import { bareCommandStreams } from './bare-command-streams.ts';
import { startBareServer } from './bare-server.ts';
import { keepDiskBusy } from './busy-disk.ts';
import { cpuSpent } from './cpu-spent.ts';
import { generators, type Load, loadOf } from './http-load.ts';
import type { HttpRequest, LoadOptions, Step } from './load-options.ts';
import { type MeasuredApi, startMeasuredApi } from './measured-api.ts';
import { revocationTimes } from './revocation-times.ts';

const flags = {
  concurrency: {
    meaning: 'requests under way at a time, and appends of the bare publisher',
    byDefault: 64,
    atLeast: 1,
  },
  tasks: { meaning: 'tasks that the commands are about', byDefault: 256, atLeast: 1 },
  'warm-up': {
    meaning: 'commands before the first round, so that the API is compiled as one that runs for long',
    byDefault: 15_360,
    atLeast: 4,
  },
  commands: { meaning: 'commands of a round', byDefault: 2_560, atLeast: 4 },
  reads: { meaning: 'reads of a round, of each kind', byDefault: 3_000, atLeast: 1 },
  'listed-sessions': {
    meaning: 'sessions at each of two sites, for the list of those of one',
    byDefault: 500,
    atLeast: 1,
  },
  revocations: {
    meaning: 'logins that are ended at one process while they follow a stream at another',
    byDefault: 50,
    atLeast: 1,
  },
  rounds: { meaning: 'measured rounds, each next to its limits', byDefault: 5, atLeast: 1 },
  'busy-disk-kb': {
    meaning:
      'next to all of it so many kB are written to the same disk and synced, over and over; 0: nothing',
    byDefault: 0,
    atLeast: 0,
  },
  generator: {
    meaning: 'what sends the requests: bare sockets, or autocannon, which takes more of the machine',
    byDefault: 'sockets',
    oneOf: generators,
  },
} as const;

const sessions = '/api/acquisition/sessions';

export const api: Benchmark<typeof flags> = {
  name: 'api',
  summary: 'session commands and reads a second through the API, next to a bare route and a bare append',
  description: [
    'Sends start, pause, resume and stop of many tasks to an API process with key check, audit log, a broker that syncs',
    'every write and PostgreSQL; each command is answered when JetStream has confirmed its event and the read model shows',
    'it. By turns with it: appends of a message of the same size, with id and expected last sequence, to a stream of the',
    'same settings, with as many under way; bare commands, which are what none can do without: a POST to a process that',
    'appends to two streams, brings a row into PostgreSQL with all that wait just then, and answers when both are done;',
    'and a bare Fastify route that answers a POST with the same body. Then reads of',
    'the list of sessions, one session and its live status, each next to a bare Fastify route with the same answer.',
    'At last what access costs: reads of a session by a key, a login and without either, and the list of the sessions of one site',
    'next to that of all, as shares within each round; key_of_key and list_of_all_of_all say how far the same differs.',
    'And how long a live stream at a second process goes on after its login was ended at the first.',
    'How large the ratio is depends on how long the disk takes for a sync, which --busy-disk-kb makes longer.',
    'The events and audit entries of all commands are counted in their streams.',
    'ratio: session commands per second over bare appends per second; the median of all rounds.',
  ].join('\n'),
  flags,
  run,
};

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { concurrency, tasks, 'warm-up': warmUp, commands, reads, rounds } = values;
  const send = (options: LoadOptions) => loadOf(values.generator, options);
  const { progress } = context;
  if (tasks < concurrency) throw new UsageError('--tasks must be --concurrency at least');
  const wholeCycles = 4 * concurrency;
  if (commands % wholeCycles !== 0 || warmUp % wholeCycles !== 0) {
    throw new UsageError(
      `--commands and --warm-up must be multiples of ${wholeCycles}: whole cycles of four on each connection`,
    );
  }
  if (reads < concurrency) throw new UsageError('--reads must be --concurrency at least');
  const busyDiskKb = values['busy-disk-kb'];
  if (busyDiskKb > 0) await keepDiskBusy(context, busyDiskKb * 1_000);
  const measured = await startMeasuredApi(context);
  const jsm = await jetstreamManager(measured.nc);
  progress(`configuring ${tasks} tasks`);
  const taskIds = await configureTasks(measured, tasks);
  const cycle = cycleOf(taskIds, concurrency);
  const load = { url: measured.url, connections: concurrency, headers: measured.headers };
  const commandLoad = (requests = commands) => send({ ...load, requests, sends: cycle });

  // Waits for the audit entries of a device, a point and the tasks, which are not those of the commands.
  await auditIsThrough(jsm, measured, { events: 0, auditEntries: 0 }, tasks + 2);
  progress('warm-up');
  const before = await countsOf(jsm);
  await commandLoad(warmUp);
  const { data } = (await jsm.streams.getMessage(streamNames.sessions, { seq: 1 })) ?? {};
  const body = new TextDecoder().decode(data);
  const appender = await BareAppender.open(measured.nc, { like: streamNames.sessions });
  const append = () => appender.append({ messages: commands, tasks, concurrency, body });
  await append();
  const targets = await targetsOf(measured);
  const answers = Object.fromEntries(targets.map(({ name, answer }) => [`/${name}`, answer]));
  const bareRoutes = await startBareServer(context, 'bare-routes.ts', answers);
  const bare = { url: bareRoutes.url, connections: concurrency, headers: measured.headers };
  const bareCommandLoad = () =>
    send({
      ...bare,
      requests: commands,
      sends: () => [{ request: () => post('/command', { reason: 'bench' }) }],
    });
  const { natsUrl, databaseUrl } = measured;
  const bareCommands = await startBareServer(context, 'bare-commands.ts', { natsUrl, databaseUrl, body });
  const leastLoad = () =>
    send({
      ...{ url: bareCommands.url, connections: concurrency, headers: measured.headers, requests: commands },
      sends: (connection) => [{ request: () => post(`/${connection}`, { reason: 'bench' }) }],
    });
  const leastPids = { ...measured.pids, api: bareCommands.pid };
  await leastLoad();

  const ours: Measured[] = [];
  const least: Measured[] = [];
  const limits = { append: [] as Measured[], route: [] as Load[] };
  for (let round = 1; round <= rounds; round += 1) {
    const one = await withCpu(measured, () => commandLoad());
    // Audit entries are still on their way behind the answers: they are of this round, not of the next measurement.
    await auditIsThrough(jsm, measured, before, warmUp + commands * round);
    const appends = await withCpu(measured, append);
    const bareCommand = await withCpu({ pids: leastPids }, leastLoad);
    const route = await bareCommandLoad();
    progress(
      `round ${round}: ${perSecond(one)} commands a second; bare: append ${perSecond(appends)}, command ${perSecond(bareCommand)}, route ${Math.round(route.perSecond)}`,
    );
    ours.push(one);
    least.push(bareCommand);
    limits.append.push(appends);
    limits.route.push(route);
  }
  await requireAllConfirmed(jsm, before, warmUp + commands * rounds);
  await requireAllOfBareCommands(jsm, measured, commands * (1 + rounds));

  const readFigures: Record<string, number> = {};
  const readLimits: Record<string, number> = {};
  for (const { name, path } of targets) {
    if (name === 'command') continue;
    const sends = () => [{ request: () => ({ method: 'GET' as const, path }) }];
    const bareSends = () => [{ request: () => ({ method: 'GET' as const, path: `/${name}` }) }];
    const own: Load[] = [];
    const limit: Load[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const pair = [
        await send({ ...load, requests: reads, sends }),
        await send({ ...bare, requests: reads, sends: bareSends }),
      ] as const;
      if (round === 0) continue;
      own.push(pair[0]);
      limit.push(pair[1]);
    }
    progress(`${name}: ${rate(own)} a second, bare route ${rate(limit)}`);
    readFigures[`${name}_per_second`] = rate(own);
    Object.assign(readFigures, latencyFigures(name, own));
    readLimits[`bare_${name}_per_second`] = rate(limit);
    Object.assign(readLimits, latencyFigures(`bare_${name}`, limit));
  }
  const access = await accessCosts(measured, {
    ...{ send, connections: concurrency, rounds, reads, listed: values['listed-sessions'], progress },
  });
  const revocation = await revocationTimes(measured, { rounds: values.revocations, progress });
  measured.process.check();

  const shares = ours.map(
    ({ load: own }, index) => own.perSecond / (limits.append[index]?.load.perSecond ?? 1),
  );
  return {
    ratio: Math.round(median(shares) * 1_000) / 1_000,
    figures: {
      concurrency,
      tasks,
      commands_of_a_round: commands,
      commands_per_second: rate(loadsOf(ours)),
      ...latencyFigures('command', loadsOf(ours)),
      ...cpuFigures('command', ours),
      share_of_bare_append_by_round: shares.map((share) => `${Math.round(share * 100)}%`).join(' '),
      ...readFigures,
      ...access,
      ...revocation,
    },
    limit: {
      bare_appends_per_second: rate(loadsOf(limits.append)),
      ...latencyFigures('bare_append', loadsOf(limits.append)),
      ...cpuFigures('bare_append', limits.append),
      bare_commands_per_second: rate(loadsOf(least)),
      ...latencyFigures('bare_command', loadsOf(least)),
      ...cpuFigures('bare_command', least),
      bare_route_posts_per_second: rate(limits.route),
      ...latencyFigures('bare_route_post', limits.route),
      ...readLimits,
    },
    servers: { nats_server: measured.nc.info?.version ?? 'unknown', sync: 'always', postgres: 'embedded' },
  };
}

type Part = 'api' | 'broker' | 'database' | 'client';

interface Measured {
  readonly load: Load;
  /** CPU time for one command, in µs, also of this process, which sends them. */
  readonly cpuUs: Readonly<Record<Part, number>>;
}

async function withCpu({ pids }: Pick<MeasuredApi, 'pids'>, send: () => Promise<Load>): Promise<Measured> {
  const spent = await cpuSpent(pids);
  const own = process.cpuUsage();
  const load = await send();
  const { user, system } = process.cpuUsage(own);
  const all = { ...(await spent()), client: user + system };
  const cpuUs = Object.entries(all).map(([part, us]) => [part, us / load.latenciesMs.length]);
  return { load, cpuUs: Object.fromEntries(cpuUs) };
}

function cpuFigures(name: string, measured: readonly Measured[]): Record<string, number> {
  const parts: readonly Part[] = ['api', 'broker', 'database', 'client'];
  return Object.fromEntries(
    parts.map((part) => [
      `${part}_cpu_us_per_${name}`,
      Math.round(median(measured.map(({ cpuUs }) => cpuUs[part]))),
    ]),
  );
}

function loadsOf(measured: readonly Measured[]): Load[] {
  return measured.map(({ load }) => load);
}

function perSecond({ load }: Measured): number {
  return Math.round(load.perSecond);
}

async function configureTasks(measured: MeasuredApi, count: number): Promise<number[]> {
  const device = await measured.create('/api/config/devices/', { code: 'press', host: '127.0.0.1' });
  const point = { table: 'holding_register', address: 0, data_type: 'int16' };
  await measured.create('/api/config/points/', { device_id: device.id, code: 'temperature', ...point });
  const ids: number[] = [];
  for (let index = 1; index <= count; index += 1) {
    const task = { code: `line-${index}`, name: `Line ${index}`, period_ms: 1_000, device_ids: [device.id] };
    ids.push((await measured.create('/api/config/tasks/', task)).id);
  }
  return ids;
}

/** Start, pause, resume and stop of one task after the other; each connection has tasks of its own. */
function cycleOf(taskIds: readonly number[], connections: number) {
  return (connection: number): Step[] => {
    const own = taskIds.filter((_id, index) => index % connections === connection);
    let next = 0;
    let session = '';
    const command = (name: string): Step => ({
      request: () => post(`${sessions}/${session}/${name}/`, { reason: 'bench' }),
    });
    return [
      {
        request: () => {
          const task_id = own[next % own.length];
          next += 1;
          return post(`${sessions}/start-task/`, { task_id });
        },
        onAnswer: (body) => {
          session = (JSON.parse(body) as { session_id?: string }).session_id ?? '';
        },
      },
      command('pause'),
      command('resume'),
      command('stop'),
    ];
  };
}

function post(path: string, body: unknown): HttpRequest {
  return { method: 'POST', path, body: JSON.stringify(body) };
}

interface Target {
  readonly name: string;
  readonly path: string;
  readonly answer: unknown;
}

/** The answers whose bare routes are measured: of three reads, and of a command. */
async function targetsOf(measured: MeasuredApi): Promise<Target[]> {
  const list = JSON.parse(await measured.read(`${sessions}/`)) as { results: { id: string }[] };
  const [newest] = list.results;
  if (!newest) throw new InvalidMeasurement('there is no session to read');
  const paths = {
    list_of_sessions: `${sessions}/`,
    one_session: `${sessions}/${newest.id}/`,
    live_status: `${sessions}/${newest.id}/status/`,
  };
  const targets = Object.entries(paths).map(async ([name, path]) => ({
    name,
    path,
    answer: JSON.parse(await measured.read(path)) as unknown,
  }));
  return [...(await Promise.all(targets)), { name: 'command', path: '', answer: newest }];
}

interface Counts {
  readonly events: number;
  readonly auditEntries: number;
}

async function countsOf(jsm: JetStreamManager): Promise<Counts> {
  const [log, audit] = await Promise.all(
    [streamNames.sessions, streamNames.audit].map((name) => jsm.streams.info(name)),
  );
  return { events: log?.state.messages ?? 0, auditEntries: audit?.state.last_seq ?? 0 };
}

async function auditIsThrough(
  jsm: JetStreamManager,
  { process }: MeasuredApi,
  before: Counts,
  commands: number,
): Promise<void> {
  const isThrough = async () => (await countsOf(jsm)).auditEntries - before.auditEntries >= commands;
  await until('the audit entries of all commands', isThrough, process.check, 60_000);
}

async function requireAllConfirmed(jsm: JetStreamManager, before: Counts, commands: number): Promise<void> {
  const { events, auditEntries } = await countsOf(jsm);
  if (events - before.events !== commands || auditEntries - before.auditEntries !== commands) {
    throw new InvalidMeasurement(
      `${commands} commands were answered with success, and there are ${events - before.events} events and ${auditEntries - before.auditEntries} audit entries of them`,
    );
  }
}

/** Checks that the stream stored every bare command: a message that it takes for a repeat costs next to nothing, and would be no limit. */
async function requireAllOfBareCommands(
  jsm: JetStreamManager,
  { process }: MeasuredApi,
  commands: number,
): Promise<void> {
  for (const name of bareCommandStreams) {
    const hasAll = async () => (await jsm.streams.info(name)).state.last_seq === commands;
    await until(`${name} to have one message of each bare command`, hasAll, process.check, 60_000);
  }
}

function rate(loads: readonly Load[]): number {
  return Math.round(median(loads.map(({ perSecond }) => perSecond)));
}

function latencyFigures(name: string, loads: readonly Load[]): Record<string, number> {
  return asFigures(name, 'ms', distributionOf(loads.flatMap(({ latenciesMs }) => latenciesMs)));
}
