import { setTimeout as sleep } from 'node:timers/promises';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { DiscardPolicy, jetstreamManager } from '@nats-io/jetstream';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { loadPeriodMs, mebibyte, startLoadedCollector, valuesPerSample } from '../fleet/loaded-collector.ts';
import { inThirds } from '../fleet/resident-memory.ts';
import { until } from '../fleet/until.ts';
import { processUsage } from '../idle/process-usage.ts';

const flags = {
  seconds: {
    meaning: 'how long the broker takes no samples; 3600 for the hour',
    byDefault: 180,
    atLeast: 30,
  },
  values: { meaning: 'values a second that are read meanwhile', byDefault: 20_000, atLeast: 500 },
  spool: { meaning: 'SPOOL_MAX_BYTES in MiB', byDefault: 64, atLeast: 1 },
} as const;

/** What the collector says then. */
const drained = 'all samples that waited are with the broker';

export const memory: Benchmark<typeof flags> = {
  name: 'memory',
  summary: 'memory of a collector that polls on while the broker takes no samples',
  description: [
    'Runs the real collector on a simulated plant, lets SAMPLES refuse everything while leases and sessions go on (an',
    'outage of the whole broker would end polling with the lease), and looks at the process every second.',
    'Then SAMPLES takes samples again: how fast the backlog goes out stands in the figures.',
    'ratio: memory in the second third of the outage over that in the last one, medians; at about 1 it is flat. In the',
    'first third the process still takes what the engine lets garbage have before it collects.',
  ].join('\n'),
  flags,
  run,
};

async function run(
  { seconds, values, spool }: FlagValues<typeof flags>,
  context: BenchmarkContext,
): Promise<Measurement> {
  const { progress } = context;
  const load = await startLoadedCollector(context, {
    valuesPerSecond: values,
    samplesMaxBytes: 4 * 1024 * mebibyte,
    collectorSettings: { SPOOL_MAX_BYTES: String(spool * mebibyte) },
  });
  const { nc, collector, devices, check } = load;
  progress(`starting ${devices} devices of ${valuesPerSample} values, read every ${loadPeriodMs} ms`);
  await load.startSessions();
  const jsm = await jetstreamManager(nc);
  const stored = async () => (await jsm.streams.info(streamNames.samples)).state.messages;
  await until('samples of all devices', async () => (await stored()) > devices * 50, check);
  const before = await processUsage(collector.process.pid);

  await jsm.streams.update(streamNames.samples, { discard: DiscardPolicy.New, max_msgs: 1 });
  progress(`SAMPLES takes nothing for ${seconds} s`);
  const residentMib: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    await sleep(1_000);
    check();
    residentMib.push((await processUsage(collector.process.pid)).residentMib);
    if (second % 30 === 29) progress(`${second + 1} s: ${residentMib.at(-1)} MiB`);
  }
  const during = await processUsage(collector.process.pid);
  const spooledMib = Math.round((await load.spooledBytes()) / mebibyte);

  await jsm.streams.update(streamNames.samples, { discard: DiscardPolicy.Old, max_msgs: -1 });
  const messagesBefore = await stored();
  const drainingSince = performance.now();
  await until('the backlog to go out', () => collector.said(drained) !== undefined, check);
  const drainSeconds = (performance.now() - drainingSince) / 1_000;
  const messages = (await stored()) - messagesBefore;
  const lost = Number(collector.said(drained)?.dropped ?? Number.NaN);
  if (spooledMib === 0) throw new InvalidMeasurement('nothing waited in the spool');

  const resident = inThirds(residentMib);
  return {
    ratio: Math.round((resident.second / resident.last) * 1_000) / 1_000,
    figures: {
      outage_s: seconds,
      values_per_second: devices * valuesPerSample * (1_000 / loadPeriodMs),
      resident_before_mib: before.residentMib,
      resident_first_third_mib: resident.first,
      resident_second_third_mib: resident.second,
      resident_last_third_mib: resident.last,
      resident_most_mib: resident.most,
      cpu_share_of_a_core: Math.round(((during.cpuSeconds - before.cpuSeconds) / seconds) * 100) / 100,
      spooled_mib: spooledMib,
      samples_dropped: lost,
      drained_messages: messages,
      drain_s: Math.round(drainSeconds * 10) / 10,
      drained_messages_per_second: Math.round(messages / drainSeconds),
    },
    limit: { spool_mib: spool },
    servers: { nats_server: nc.info?.version ?? 'unknown' },
  };
}
