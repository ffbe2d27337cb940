import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { startNatsServer } from '@holdfast/dev/nats-server.ts';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { encodeSample, type Sample, sampleMessageId } from '@holdfast/shared/contracts/sample/sample.ts';
import { durableNames, streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { PlacedSamples } from '@holdfast/test/support/placed-samples.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import pg from 'pg';
import { type BenchIdentities, benchIdentities, identitiesFlag } from '../bench-identities.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
  UsageError,
} from '../benchmark.ts';
import { until } from '../fleet/until.ts';
import { median } from '../median.ts';
import { PipelinedPublisher } from '../recovery/pipelined-publisher.ts';
import { samplesOf } from './ingest-load.ts';

const flags = {
  devices: { meaning: 'devices', byDefault: 200, atLeast: 1 },
  points: { meaning: 'numbers of each device', byDefault: 20, atLeast: 1 },
  ticks: { meaning: 'seconds whose samples are written', byDefault: 500, atLeast: 1 },
  batch: { meaning: 'samples in a batch', byDefault: 1_000, atLeast: 1 },
  store: {
    meaning: 'database',
    byDefault: 'all',
    oneOf: ['all', 'victoria_metrics', 'victoria_metrics_unpacked', 'postgres'],
  },
  rounds: { meaning: 'measured rounds for each database, each next to its limit', byDefault: 3, atLeast: 1 },
  identities: identitiesFlag,
} as const;
type Values = FlagValues<typeof flags>;

const gibibyte = 1024 ** 3;
/** See services/writer/src/main.ts. */
const writerBatchesAtOnce = 3;
const bareMain = join(import.meta.dirname, 'bare-client.ts');

export const ingest: Benchmark<typeof flags> = {
  name: 'ingest',
  summary: 'one writer takes a backlog of samples from SAMPLES into a database',
  description: [
    'Fills SAMPLES, then by turns lets the real writer take all of it into an empty database and lets a bare client,',
    'which has everything ready in memory, write the same values to the same server in batches of the same size: once with the',
    'settings that it comes with (one batch under way; packing at level 6; INSERT), once with those of the writer (three batches',
    'under way; packing at level 1; COPY), which is the limit of what the writer can reach.',
    'With VictoriaMetrics (line protocol; packed, as the client of InfluxDB does unless configured otherwise (the writer packs at',
    'level 1, the client at 6), and not packed, as the writer does by default) and with PostgreSQL (bulk inserts, fsync on).',
    'ratio: values per second of the writer over those of the bare client as it comes, the lower of PostgreSQL and VictoriaMetrics',
    'packed. Those at equal settings stand next to them. Unpacked, the bare client does next to nothing, since its lines are ready.',
  ].join('\n'),
  flags,
  run,
};

interface Database {
  readonly name: 'victoria_metrics' | 'victoria_metrics_unpacked' | 'postgres';
  readonly version: string;
  /** Empties it, and gives the writer's settings and the bare client's order. */
  fresh(): Promise<{ settings: Record<string, string>; order: object; count(): Promise<number> }>;
}

async function run(values: Values, context: BenchmarkContext): Promise<Measurement> {
  const { progress, cleanUp } = context;
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const [{ collector }] = [...samplesOf({ devices: 1, points: 1, ticks: 1 })] as [Sample];
  const identities = benchIdentities(values.identities, collector);
  const server = await startNatsServer({
    storeDir: join(folder, 'nats'),
    configLines: identities.configLines,
  });
  cleanUp.defer(async () => void (await server.stop()));
  const log = createLogger('bench', 'fatal');
  const { nc } = await connectNats({ url: identities.ownUrl(server), name: 'bench', log });
  cleanUp.defer(() => nc.close());
  const samples = values.devices * values.ticks;
  const valueCount = samples * values.points;
  await ensureStreams(nc, {
    sessionsMaxBytes: gibibyte / 16,
    // Reserved, not used.
    samplesMaxBytes: Math.max(gibibyte, valueCount * 60 + samples * 600),
    samplesMaxAgeHours: 24,
    replicas: 1,
  });
  progress(`filling SAMPLES with ${samples} samples of ${values.points} values`);
  // The writer takes samples of holders only; in an empty log these epochs are those that the samples name.
  await new PlacedSamples(nc).placed([...samplesOf({ ...values, ticks: 1 })]);
  const fill = await connectNats({
    ...{ url: server.url, nkeySeed: identities.collectorSeed, name: `collector-${collector}`, log },
  });
  cleanUp.defer(() => fill.close());
  const publisher = new PipelinedPublisher(fill.nc);
  for (const sample of samplesOf(values)) {
    const about = headers();
    about.set('Nats-Msg-Id', sampleMessageId(sample));
    const { collector, task, device_id } = sample;
    await publisher.publish(subjects.sample(collector, task, device_id), encodeSample(sample), about);
  }
  await publisher.finish();

  const isAsked = (name: string) => values.store === 'all' || values.store === name;
  const databases: Database[] = [];
  if (isAsked('victoria_metrics')) databases.push(await startVictoriaMetrics(folder, cleanUp, true));
  if (isAsked('victoria_metrics_unpacked'))
    databases.push(await startVictoriaMetrics(folder, cleanUp, false));
  if (isAsked('postgres')) databases.push(await startPostgresFor(folder, cleanUp));
  const figures: Record<string, number | string> = {
    ...{ samples, values: valueCount, batch: values.batch, identities: values.identities },
  };
  const limit: Record<string, number> = {};
  const ratios: number[] = [];
  for (const database of databases) {
    const ours: Round[] = [];
    const bare: Round[] = [];
    const equal: Round[] = [];
    // The first round warms up the server and the files, and does not count.
    for (let round = 0; round <= values.rounds; round++) {
      progress(`${database.name}: round ${round} of ${values.rounds}`);
      const bareRound = await measureBare(database, values);
      const equalRound = await measureBare(database, values, writerBatchesAtOnce);
      const writerRound = await measureWriter(database, values, {
        ...{ natsUrl: server.url, identities, nc, profileFolder: context.profileFolder },
      });
      if (round === 0) continue;
      bare.push(bareRound);
      equal.push(equalRound);
      ours.push(writerRound);
    }
    const rate = (rounds: Round[]) => Math.round(valueCount / median(rounds.map(({ seconds }) => seconds)));
    const cpu = (rounds: Round[]) =>
      Math.round((median(rounds.map((round) => round.cpuSeconds)) / valueCount) * 1e8) / 100;
    figures[`${database.name}_values_per_second`] = rate(ours);
    figures[`${database.name}_cpu_us_per_value`] = cpu(ours);
    limit[`bare_${database.name}_values_per_second`] = rate(bare);
    limit[`bare_${database.name}_cpu_us_per_value`] = cpu(bare);
    const ratio = Math.round((rate(ours) / rate(bare)) * 1_000) / 1_000;
    figures[`${database.name}_ratio`] = ratio;
    limit[`equal_${database.name}_values_per_second`] = rate(equal);
    limit[`equal_${database.name}_cpu_us_per_value`] = cpu(equal);
    figures[`${database.name}_equal_ratio`] = Math.round((rate(ours) / rate(equal)) * 1_000) / 1_000;
    if (database.name !== 'victoria_metrics_unpacked' || databases.length === 1) ratios.push(ratio);
  }
  return {
    ratio: Math.min(...ratios),
    figures,
    limit,
    servers: {
      nats_server: nc.info?.version ?? 'unknown',
      ...Object.fromEntries(
        databases.flatMap(({ name, version }) => (name.endsWith('unpacked') ? [] : [[name, version]])),
      ),
    },
  };
}

interface Round {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function measureBare(database: Database, values: Values, underWay?: number): Promise<Round> {
  const { order, count } = await database.fresh();
  const bare = await startProcess({
    name: 'bare client',
    command: process.execPath,
    args: [bareMain, JSON.stringify({ ...values, ...order, underWay })],
  });
  const { code } = await bare.exited;
  const line = bare.lastLines(5).at(-1) ?? '';
  if (code !== 0) throw new InvalidMeasurement(`the bare client failed: ${bare.lastLines(5).join('\n')}`);
  await requireAll(count, values);
  const { seconds, cpu_seconds } = JSON.parse(line) as { seconds: number; cpu_seconds: number };
  return { seconds, cpuSeconds: cpu_seconds };
}

async function measureWriter(
  database: Database,
  values: Values,
  {
    natsUrl,
    identities,
    nc,
    profileFolder,
  }: {
    readonly natsUrl: string;
    readonly identities: BenchIdentities;
    readonly nc: NatsConnection;
    readonly profileFolder: string | undefined;
  },
): Promise<Round> {
  const samples = values.devices * values.ticks;
  const { settings, count } = await database.fresh();
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  // Without its consumer everything is new to the writer again.
  await jsm.consumers.delete(streamNames.samples, durableNames.writer).catch(() => undefined);
  let startedAtMs: number | undefined;
  const profile = profileFolder ? ['--cpu-prof', '--cpu-prof-dir', profileFolder] : [];
  const writer = await startProcess({
    name: 'writer',
    command: process.execPath,
    args: [...profile, builtProgram('writer')],
    env: {
      NATS_URL: natsUrl,
      NATS_NKEY_SEED: identities.seed('writer'),
      LOG_LEVEL: 'info',
      HEALTH_PORT: '0',
      BATCH_MAX_MESSAGES: String(values.batch),
      MAX_ACK_PENDING: String(values.batch * 5),
      ...settings,
    },
    log: (line) => {
      if (line.includes('"writing samples"')) startedAtMs ??= performance.now();
    },
  });
  await until('the writer to start', () => startedAtMs !== undefined);
  const cpuBefore = cpuSeconds(writer.pid);
  await until(
    'the writer to have written everything',
    async () => {
      // The consumer is not there right after the start.
      const info = await jsm.consumers.info(streamNames.samples, durableNames.writer).catch(() => undefined);
      return info?.num_pending === 0 && info.num_ack_pending === 0 && info.delivered.consumer_seq >= samples;
    },
    () => {
      if (writer.exit) throw new InvalidMeasurement(`the writer ended: ${writer.lastLines(5).join('\n')}`);
    },
  );
  const seconds = (performance.now() - (startedAtMs ?? 0)) / 1_000;
  const used = cpuSeconds(writer.pid) - cpuBefore;
  await writer.stop();
  await requireAll(count, values);
  return { seconds, cpuSeconds: used };
}

async function requireAll(count: () => Promise<number>, values: Values): Promise<void> {
  const expectedCount = values.devices * values.points * values.ticks;
  let storedCount = 0;
  await until(`${expectedCount} values in the database`, async () => {
    storedCount = await count();
    return storedCount >= expectedCount;
  });
  if (storedCount !== expectedCount)
    throw new InvalidMeasurement(`the database has ${storedCount} values, not ${expectedCount}`);
}

async function startVictoriaMetrics(
  folder: string,
  cleanUp: AsyncDisposableStack,
  gzip: boolean,
): Promise<Database> {
  const command = findProgram('victoria-metrics') ?? findProgram('victoria-metrics-prod');
  if (!command) {
    throw new UsageError(
      'victoria-metrics is not installed (Debian and Ubuntu: apt-get install victoria-metrics)',
    );
  }
  let current: { stop(): Promise<unknown> } | undefined;
  cleanUp.defer(async () => void (await current?.stop()));
  let round = 0;
  return {
    name: gzip ? 'victoria_metrics' : 'victoria_metrics_unpacked',
    version: 'from the PATH',
    async fresh() {
      await current?.stop();
      const dataFolder = join(folder, `victoria-${gzip}-${round++}`);
      await mkdir(dataFolder);
      const port = await freePort();
      current = await startProcess({
        name: 'victoria-metrics',
        command,
        args: [
          `-storageDataPath=${dataFolder}`,
          `-httpListenAddr=127.0.0.1:${port}`,
          '-retentionPeriod=100y',
        ],
      });
      const url = `http://127.0.0.1:${port}`;
      await until('victoria-metrics to answer', async () =>
        fetch(`${url}/health`).then(
          (response) => response.ok,
          () => false,
        ),
      );
      return {
        settings: { SAMPLE_STORE: 'influx', INFLUX_URL: url, INFLUX_GZIP: String(gzip), DATABASE_URL: '' },
        order: { store: 'influx', url, gzip },
        async count() {
          await (await fetch(`${url}/internal/force_flush`)).arrayBuffer();
          const query = new URLSearchParams({
            query: 'sum(count_over_time({__name__!=""}[1d]))',
            time: '2026-01-01T12:00:00Z',
            nocache: '1',
          });
          const answer = (await (await fetch(`${url}/api/v1/query?${query}`)).json()) as {
            data: { result: { value: [number, string] }[] };
          };
          return Number(answer.data.result[0]?.value[1] ?? 0);
        },
      };
    },
  };
}

async function startPostgresFor(folder: string, cleanUp: AsyncDisposableStack): Promise<Database> {
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  cleanUp.defer(async () => void (await postgres.stop()));
  let round = 0;
  return {
    name: 'postgres',
    version: 'embedded',
    async fresh() {
      const url = await postgres.createDatabase(`ingest_${round++}`);
      await migrateSampleTables({ databaseUrl: url });
      return {
        settings: { SAMPLE_STORE: 'postgres', DATABASE_URL: url },
        order: { store: 'postgres', url },
        async count() {
          const client = new pg.Client({ connectionString: url });
          await client.connect();
          try {
            // The bare client's first tick, which makes the series, lies before the load.
            const { rows } = await client.query(
              "select count(*)::int as count from samples.sample_value where time >= '2026-01-01T00:00:00Z'",
            );
            return (rows[0] as { count: number }).count;
          } finally {
            await client.end();
          }
        },
      };
    },
  };
}

/** Linux counts in ticks of 10 ms. */
const ticksPerSecond = 100;

/** CPU time that a process has used so far, in its own code and in the kernel's. Linux only; else NaN. */
function cpuSeconds(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}
