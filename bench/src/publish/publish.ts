import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNatsServer } from '@holdfast/dev/nats-server.ts';
import {
  encodeSample,
  type OutgoingSample,
  type PointValue,
  sampleMessageId,
} from '@holdfast/shared/contracts/sample/sample.ts';
import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { keepNewObjectsYoung } from '@holdfast/shared/runtime/young-heap.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { DiskSpool } from '../../../services/collector/src/adapters/spool/spool.ts';
import { gatherMs } from '../../../services/collector/src/sending/gather.ts';
import { mostInFlight, SampleOutbox } from '../../../services/collector/src/sending/sample-outbox.ts';
import { benchIdentities, identitiesFlag } from '../bench-identities.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { median } from '../median.ts';
import { publishBare, type ReadyMessage, readyMessage } from './bare-publisher.ts';
import { decodedValues, sampleOf, sampleWriters } from './sample-source.ts';

const flags = {
  samples: { meaning: 'samples of a round', byDefault: 20_000, atLeast: 100 },
  values: { meaning: 'values in a sample', byDefault: 20, atLeast: 1 },
  devices: { meaning: 'devices that they are of', byDefault: 100, atLeast: 1 },
  rounds: { meaning: 'measured rounds, each next to its limit', byDefault: 9, atLeast: 1 },
  identities: identitiesFlag,
} as const;

/** The most messages that wait; in ordinary times a collector's pollers do not run further ahead. */
const maxAhead = 2_000;

export const publish: Benchmark<typeof flags> = {
  name: 'publish',
  summary: 'the collector’s way from decoded values to samples that JetStream has confirmed',
  description: [
    'Gives decoded values to the parts that a collector uses (sample, outbox with its spool, publisher) and waits for',
    'the last confirmation; by turns with a publisher that sends the same messages, ready as bytes, with as many in',
    'flight over a connection of its own, and does nothing but count confirmations. It is in the account of the services also',
    'where the collector is isolated: the ratio then shows what its account costs.',
    'ratio: samples per second of ours over those of the bare publisher; the median of all rounds.',
  ].join('\n'),
  flags,
  run,
};

async function run(
  { samples, values, devices, rounds, identities: which }: FlagValues<typeof flags>,
  { progress, cleanUp }: BenchmarkContext,
): Promise<Measurement> {
  // As the collector does.
  keepNewObjectsYoung();
  const log = createLogger('bench', 'fatal');
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const { collector: collectorId } = sampleOf({}, 0, 0);
  const identities = benchIdentities(which, collectorId);
  const server = await startNatsServer({
    storeDir: join(folder, 'nats'),
    configLines: identities.configLines,
  });
  cleanUp.defer(async () => void (await server.stop()));
  const bare = await connectNats({ url: identities.ownUrl(server), name: 'bench-bare', log });
  cleanUp.defer(() => bare.close());
  await ensureStreams(bare.nc, {
    sessionsMaxBytes: 64 * 1024 ** 2,
    samplesMaxBytes: 4 * 1024 ** 3,
    samplesMaxAgeHours: 1,
    replicas: 1,
  });
  const jsm = await jetstreamManager(bare.nc);
  const name = `collector-${collectorId}`;
  const connection = await connectNats({ url: server.url, nkeySeed: identities.collectorSeed, name, log });
  cleanUp.defer(() => connection.close());
  const { nc } = connection;

  const stream = await SampleStream.open(nc);
  const outbox = new SampleOutbox({
    send: (sample) => stream.publish(sample),
    wasStored: (sample, after) => stream.wasStored(sample, after),
    tooLarge: SampleStream.tooLarge,
    isBrokerUp: connection.isUp,
    maxWaiting: 100_000,
    awaitsSpool: true,
    later: (run) => void setTimeout(run, gatherMs),
    timers: systemTimers,
    log,
  });
  const opened = await DiskSpool.open({
    folder: join(folder, 'spool'),
    instance: 'bench000',
    maxBytes: 1024 ** 3,
    fsync: 'append',
    log,
  });
  if (!opened) throw new InvalidMeasurement('another process has the spool');
  cleanUp.defer(() => opened.spool.close());
  outbox.useSpool(opened.spool);

  const decoded = decodedValues({ devices, valuesPerSample: values });
  const writers = sampleWriters(decoded);
  const ours: Round[] = [];
  const limit: Round[] = [];
  let tick = 1_764_000_000;
  const ticksOfRound = Math.ceil(samples / devices);
  for (let round = 0; round <= rounds; round += 1) {
    const own = await measured(samples, () => publishOurs(outbox, writers, tick, samples));
    tick += ticksOfRound;
    const ready = readyMessages(decoded, tick, samples);
    tick += ticksOfRound;
    const best = await measured(samples, () => publishBare(bare.nc, ready, mostInFlight));
    progress(
      `${round === 0 ? 'warm-up' : `round ${round}`}: ${Math.round(own.perSecond)} a second, bare ${Math.round(best.perSecond)}`,
    );
    if (round === 0) continue;
    ours.push(own);
    limit.push(best);
  }
  const { state } = await jsm.streams.info(streamNames.samples);
  const expected = samples * 2 * (rounds + 1);
  if (state.messages !== expected)
    throw new InvalidMeasurement(`SAMPLES has ${state.messages} messages, not ${expected}`);
  if (outbox.dropped() > 0 || opened.spool.bytes() > 0)
    throw new InvalidMeasurement('samples did not go straight to the broker');

  const rates = (of: readonly Round[]) => of.map(({ perSecond }) => Math.round(perSecond));
  const perSecond = median(rates(ours));
  const cpuUs = (of: readonly Round[]) => Math.round(median(of.map((round) => round.cpuUs)) * 10) / 10;
  return {
    // Round by round: what else the machine does changes from one to the next, and less within one.
    ratio:
      Math.round(median(ours.map((own, index) => own.perSecond / (limit[index] ?? own).perSecond)) * 1_000) /
      1_000,
    figures: {
      samples_per_second: Math.round(perSecond),
      values_per_second: Math.round(perSecond * values),
      values_per_sample: values,
      message_bytes_in_stream: Math.round(state.bytes / state.messages),
      samples_of_a_round: samples,
      in_flight: mostInFlight,
      identities: which,
      cpu_us_per_sample: cpuUs(ours),
      our_rounds: rates(ours).join(' '),
      bare_rounds: rates(limit).join(' '),
    },
    limit: { bare_samples_per_second: median(rates(limit)), bare_cpu_us_per_sample: cpuUs(limit) },
    servers: { nats_server: nc.info?.version ?? 'unknown' },
  };
}

interface Round {
  readonly perSecond: number;
  /** CPU time of this process, without the broker's. */
  readonly cpuUs: number;
}

async function measured(samples: number, publishAll: () => Promise<void>): Promise<Round> {
  const cpuBefore = process.cpuUsage();
  const since = performance.now();
  await publishAll();
  const seconds = (performance.now() - since) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: samples / seconds, cpuUs: (user + system) / samples };
}

async function publishOurs(
  outbox: SampleOutbox,
  writers: readonly ((tick: number) => OutgoingSample)[],
  firstTick: number,
  samples: number,
): Promise<void> {
  for (let index = 0; index < samples; index += 1) {
    const write = writers[index % writers.length];
    if (write) outbox.push(write(firstTick + Math.floor(index / writers.length)));
    if (outbox.waiting() < maxAhead) continue;
    // Sleeps, as a collector does between ticks: turning round and round would take the broker's processor.
    while (outbox.waiting() > maxAhead / 2) await sleep(1);
  }
  const unsentCount = await outbox.flush(60_000);
  if (unsentCount > 0) throw new InvalidMeasurement(`${unsentCount} samples were not confirmed`);
}

function readyMessages(
  decoded: readonly Record<string, PointValue>[],
  firstTick: number,
  samples: number,
): ReadyMessage[] {
  return Array.from({ length: samples }, (_, index) => {
    const device = index % decoded.length;
    const sample = sampleOf(decoded[device] ?? {}, device, firstTick + Math.floor(index / decoded.length));
    return readyMessage(
      subjects.sample(sample.collector, sample.task, sample.device_id),
      encodeSample(sample),
      sampleMessageId(sample),
    );
  });
}
