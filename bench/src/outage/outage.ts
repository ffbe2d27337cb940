import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { durableNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import {
  type Benchmark,
  type BenchmarkContext,
  type Figures,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { asFigures, distributionOf } from '../fleet/distribution.ts';
import { type FleetProcess, startFleetProcess } from '../fleet/fleet-process.ts';
import {
  type LoadedCollector,
  loadPeriodMs,
  mebibyte,
  startLoadedCollector,
  valuesPerSample,
} from '../fleet/loaded-collector.ts';
import { inThirds } from '../fleet/resident-memory.ts';
import { until } from '../fleet/until.ts';
import { processUsage } from '../idle/process-usage.ts';
import { gapsByCause } from './gaps-by-cause.ts';
import { type OutageTimes, phases, type SamplesInStream, samplesInStream } from './samples-in-stream.ts';
import { compareDatabase } from './ticks-in-database.ts';

const flags = {
  what: {
    meaning: 'which server gets kill -9 and is started again later',
    byDefault: 'database',
    oneOf: ['database', 'broker'],
  },
  seconds: { meaning: 'how long it is unavailable; 1800 for half an hour', byDefault: 60, atLeast: 3 },
  values: { meaning: 'values a second that are read all the while', byDefault: 20_000, atLeast: 500 },
  around: { meaning: 'seconds without trouble before and after', byDefault: 20, atLeast: 2 },
} as const;

export const outage: Benchmark<typeof flags> = {
  name: 'outage',
  summary:
    'samples of a plant while the database or the broker is unavailable, and how fast they arrive afterwards',
  description: [
    'Runs a real supervisor, collector and writer with nats-server and PostgreSQL, reads a simulated plant, kills one of',
    'the servers with -9 and starts it again while reading goes on. In the end every tick is looked for: in SAMPLES it must',
    'be once and in order, in PostgreSQL the same ticks with a value of every point. With the database away no tick may',
    'be without a sample; with the broker away polling ends with the lease, and each missing tick must have its cause.',
    'ratio: values a second that the writer stores while it catches up, from the return of the server on, over those',
    'that are read meanwhile.',
  ].join('\n'),
  flags,
  run,
};

/** Size of a sample of 50 numbers, with what the broker and its index add; SAMPLES must drop none. */
const bytesPerSample = 3 * 1024;

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { progress } = context;
  const seconds = values.seconds + values.around * 2;
  const samplesPerSecond = values.values / valuesPerSample;
  const load = await startLoadedCollector(context, {
    valuesPerSecond: values.values,
    // Twice the time: catching up and the start take some as well.
    samplesMaxBytes: Math.ceil(256 * mebibyte + seconds * 2 * samplesPerSecond * bytesPerSample),
    collectorSettings: {},
  });
  const postgres = await startPostgres({ dataDir: join(load.folder, 'postgres') });
  context.cleanUp.defer(async () => void (await postgres.stop()));
  const databaseUrl = await postgres.createDatabase('outage');
  const writer = await startFleetProcess(
    'writer',
    { ...load.settings, SAMPLE_STORE: 'postgres', DATABASE_URL: databaseUrl },
    context.profileFolder,
  );
  context.cleanUp.defer(async () => void (await writer.process.stop({ graceMs: 30_000 })));
  await until('the writer to begin', () => writer.lastLogLine('writing samples') !== undefined, writer.check);
  const way = await WayIntoDatabase.open(load.server.url);
  const check = () => {
    load.check();
    writer.check();
  };

  progress(`starting ${load.devices} devices of ${valuesPerSample} values, read every ${loadPeriodMs} ms`);
  await load.startSessions();
  await until('samples of all devices', async () => (await way.state()).published > load.devices * 20, check);
  const stage: Stage = { load, writer, way, check };
  context.cleanUp.defer(() => stage.way.close());
  await caughtUp(stage);
  const before = await watch(stage, values.around);

  const fromMs = Date.now();
  progress(`kill -9 of the ${values.what}, for ${values.seconds} s`);
  await (values.what === 'database' ? postgres.kill() : load.server.kill());
  if (values.what === 'broker') await way.close();
  const during = await watch(stage, values.seconds, progress);
  const spooledBytes = await load.spooledBytes();
  await (values.what === 'database' ? postgres.restart() : load.server.restart());
  const toMs = Date.now();
  progress('it is back');
  if (values.what === 'broker') stage.way = await WayIntoDatabase.open(load.server.url);
  const catchingUp = await catchUp(stage, values.what);
  const after = await watch(stage, values.around);

  progress('stopping, and looking for every tick');
  await load.supervisor.process.stop({ graceMs: 30_000 });
  await load.collector.process.stop({ graceMs: 60_000 });
  await until('the writer to have everything', async () => (await stage.way.state()).unwritten === 0);
  await writer.process.stop({ graceMs: 30_000 });
  const { dropped } = await stage.way.state();
  if (dropped > 0) throw new InvalidMeasurement(`SAMPLES has dropped ${dropped} samples`);
  await stage.way.close();
  const recorded = await everythingRecorded(load, { fromMs, toMs }, databaseUrl);
  requireEveryAnswer(load.requests(), recorded.stream);
  if (values.what === 'database') requireNoGaps(recorded.gaps, recorded.stream);

  const liveValues = load.devices * valuesPerSample * (1_000 / loadPeriodMs);
  return {
    ratio: Math.round((catchingUp.valuesPerSecond / liveValues) * 100) / 100,
    figures: {
      what: values.what,
      outage_s: Math.round((toMs - fromMs) / 1_000),
      live_values_per_second: liveValues,
      ...memoryFigures('collector', before.collectorMib, during.collectorMib, after.collectorMib),
      ...memoryFigures('writer', before.writerMib, during.writerMib, after.writerMib),
      backlog_messages: catchingUp.backlogMessages,
      backlog_mib: Math.round(catchingUp.backlogBytes / mebibyte),
      spooled_mib: Math.round(spooledBytes / mebibyte),
      waited_messages: recorded.stream.waited,
      first_write_after_s: catchingUp.firstWriteAfterSeconds,
      caught_up_after_s: catchingUp.seconds,
      drain_values_per_second: catchingUp.valuesPerSecond,
      ticks_read: recorded.stream.devices.reduce((sum, { readTicks }) => sum + readTicks.length, 0),
      values_in_database: recorded.values,
      requests_answered: load.requests(),
      ...Object.fromEntries(Object.entries(recorded.gaps).map(([cause, ticks]) => [`gap_${cause}`, ticks])),
      ...pollingFigures(recorded.stream),
    },
    limit: { live_values_per_second: liveValues },
    servers: { nats_server: load.nc.info?.version ?? 'unknown', postgres: 'embedded' },
  };
}

interface Stage {
  readonly load: LoadedCollector;
  readonly writer: FleetProcess;
  /** Opened again after the broker was down. */
  way: WayIntoDatabase;
  readonly check: () => void;
}

interface Watched {
  readonly collectorMib: readonly number[];
  readonly writerMib: readonly number[];
}

/** Looks at the processes every second. */
async function watch(
  { load, writer, check }: Stage,
  seconds: number,
  progress: (text: string) => void = () => undefined,
): Promise<Watched> {
  const collectorMib: number[] = [];
  const writerMib: number[] = [];
  for (let second = 1; second <= seconds; second += 1) {
    await sleep(1_000);
    check();
    collectorMib.push((await processUsage(load.collector.process.pid)).residentMib);
    writerMib.push((await processUsage(writer.process.pid)).residentMib);
    if (second % 60 === 0)
      progress(`${second} s: collector ${collectorMib.at(-1)} MiB, writer ${writerMib.at(-1)} MiB`);
  }
  return { collectorMib, writerMib };
}

/** Half an hour of 20,000 values a second is 36 million rows. */
const catchesUpWithinMs = 3_600_000;

/** Waits until nearly everything is stored: readings of the last second are always on their way. */
async function caughtUp({ load, way, check }: Stage): Promise<void> {
  const onItsWay = load.devices * (1_000 / loadPeriodMs);
  const isCaughtUp = async () => (await way.state()).unwritten <= onItsWay;
  await until('the writer to have caught up', isCaughtUp, check, catchesUpWithinMs);
}

interface CatchingUp {
  /** In SAMPLES when the server was back. */
  readonly backlogMessages: number;
  readonly backlogBytes: number;
  readonly firstWriteAfterSeconds: number;
  readonly seconds: number;
  readonly valuesPerSecond: number;
}

async function catchUp(stage: Stage, what: 'database' | 'broker'): Promise<CatchingUp> {
  const { load, way, check } = stage;
  const since = performance.now();
  const elapsed = () => Math.round(performance.now() - since) / 1_000;
  const back = await way.state();
  await until('the writer to store something', async () => (await way.state()).written > back.written, check);
  const firstWriteAfterSeconds = elapsed();
  if (what === 'broker') {
    await until('the spool to be empty', async () => (await load.spooledBytes()) === 0, check);
  }
  await caughtUp(stage);
  const seconds = elapsed();
  const messagesWritten = (await way.state()).written - back.written;
  return {
    backlogMessages: back.unwritten,
    backlogBytes: back.unwritten * back.bytesPerMessage,
    firstWriteAfterSeconds,
    seconds,
    valuesPerSecond: Math.round((messagesWritten * valuesPerSample) / seconds),
  };
}

async function everythingRecorded(
  { nc }: LoadedCollector,
  outageTimes: OutageTimes,
  databaseUrl: string,
): Promise<{ stream: SamplesInStream; values: number; gaps: Awaited<ReturnType<typeof gapsByCause>> }> {
  const stream = await samplesInStream(nc, outageTimes);
  const values = await compareDatabase(databaseUrl, stream.devices);
  return { stream, values, gaps: await gapsByCause(nc, stream.devices) };
}

/** Checks that each answer of a device is in a sample, or that the sample says why not (it came too late, for instance). */
function requireEveryAnswer(requests: number, { devices, misses }: SamplesInStream): void {
  const ticksRead = devices.reduce((sum, device) => sum + device.readTicks.length, 0);
  const missed = phases
    .flatMap((phase) => Object.values(misses[phase]))
    .reduce((sum, ticks) => sum + ticks, 0);
  if (requests > ticksRead + missed) {
    throw new InvalidMeasurement(
      `${requests} requests were answered, but only ${ticksRead} ticks have values`,
    );
  }
}

/** Checks that nothing is missing but what the collector reported as missed: a busy machine makes it late, and then it says so. */
function requireNoGaps(gaps: Readonly<Record<string, number>>, { misses }: SamplesInStream): void {
  const causes = new Set(phases.flatMap((phase) => Object.keys(misses[phase])));
  // From the command to the first sample.
  const unexplained = Object.entries(gaps).filter(([cause]) => !causes.has(cause) && cause !== 'waiting');
  if (unexplained.length > 0) {
    throw new InvalidMeasurement(
      `ticks without a sample: ${JSON.stringify(Object.fromEntries(unexplained))}`,
    );
  }
}

function memoryFigures(
  name: string,
  before: readonly number[],
  during: readonly number[],
  after: readonly number[],
): Figures {
  const thirds = inThirds(during);
  return {
    [`${name}_before_mib`]: inThirds(before).last,
    [`${name}_first_third_mib`]: thirds.first,
    [`${name}_second_third_mib`]: thirds.second,
    [`${name}_last_third_mib`]: thirds.last,
    [`${name}_most_mib`]: thirds.most,
    [`${name}_after_mib`]: inThirds(after).last,
  };
}

function pollingFigures({ lateMs, misses }: SamplesInStream): Figures {
  return Object.assign(
    {},
    ...phases.flatMap((phase) => [
      lateMs[phase].length > 0 ? asFigures(`late_${phase}`, 'ms', distributionOf(lateMs[phase])) : {},
      { [`misses_${phase}`]: Object.values(misses[phase]).reduce((sum, ticks) => sum + ticks, 0) },
    ]),
  ) as Figures;
}

interface WayState {
  /** Messages that the stream has ever taken. */
  readonly published: number;
  /** Messages that the writer has acknowledged. */
  readonly written: number;
  readonly unwritten: number;
  readonly bytesPerMessage: number;
  /** Messages that the stream has given up. */
  readonly dropped: number;
}

/** From SAMPLES into the database, as the broker sees it. */
class WayIntoDatabase {
  readonly #jsm: JetStreamManager;
  readonly #close: () => Promise<void>;

  private constructor(jsm: JetStreamManager, close: () => Promise<void>) {
    this.#jsm = jsm;
    this.#close = close;
  }

  /** On a connection of its own: one that has lost its broker takes its time to try again. */
  static async open(natsUrl: string): Promise<WayIntoDatabase> {
    const { nc, close } = await connectNats({
      url: natsUrl,
      name: 'bench',
      log: createLogger('bench', 'fatal'),
    });
    return new WayIntoDatabase(await jetstreamManager(nc), close);
  }

  close(): Promise<void> {
    return this.#close();
  }

  async state(): Promise<WayState> {
    const { state } = await this.#jsm.streams.info(streamNames.samples);
    const consumer = await this.#jsm.consumers.info(streamNames.samples, durableNames.writer);
    // Not by the last gapless acknowledgement: one confirmation that is lost with the broker holds that up.
    const unwritten = consumer.num_pending + consumer.num_ack_pending;
    return {
      published: state.last_seq,
      written: state.last_seq - unwritten,
      unwritten,
      bytesPerMessage: state.messages === 0 ? 0 : state.bytes / state.messages,
      dropped: state.first_seq > 1 ? state.first_seq - 1 : 0,
    };
  }
}
