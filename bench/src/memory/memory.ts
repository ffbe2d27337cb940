import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNatsServer } from '@holdfast/dev/nats-server.ts';
import { startPlant } from '@holdfast/modbus-simulator/plant.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { connectNats } from '@holdfast/shared/jetstream/connect.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { DiscardPolicy, jetstreamManager } from '@nats-io/jetstream';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { startFleetProcess } from '../fleet/fleet-process.ts';
import { startSessions, taskOnPlant } from '../fleet/start-sessions.ts';
import { until } from '../fleet/until.ts';
import { processUsage } from '../idle/process-usage.ts';
import { median } from '../median.ts';

const flags = {
  seconds: {
    meaning: 'how long the broker takes no samples; 3600 for the hour',
    byDefault: 180,
    atLeast: 30,
  },
  values: { meaning: 'values a second that are read meanwhile', byDefault: 20_000, atLeast: 500 },
  spool: { meaning: 'SPOOL_MAX_BYTES in MiB', byDefault: 64, atLeast: 1 },
} as const;

const valuesPerSample = 50;
const periodMs = 100;
const mebibyte = 1024 ** 2;

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
  { progress, cleanUp, profileFolder }: BenchmarkContext,
): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startNatsServer({ storeDir: join(folder, 'nats') });
  cleanUp.defer(async () => void (await server.stop()));
  const log = createLogger('bench', 'fatal');
  const { nc, close } = await connectNats({ url: server.url, name: 'bench', log });
  cleanUp.defer(() => close());
  await ensureStreams(nc, {
    sessionsMaxBytes: 64 * mebibyte,
    samplesMaxBytes: 4 * 1024 * mebibyte,
    samplesMaxAgeHours: 24,
    replicas: 1,
  });
  const plant = await startPlant({
    host: '0.0.0.0',
    config: { devices: [{ code: 'press', unitId: 1, tables: { holding_register: (address) => address } }] },
  });
  cleanUp.defer(() => plant.stop());
  const spoolDir = join(folder, 'spool');
  const settings = { NATS_URL: server.url, LOCK_DIR: join(folder, 'locks') };
  const supervisor = await startFleetProcess('supervisor', settings, undefined);
  cleanUp.defer(async () => void (await supervisor.process.stop()));
  const own = { COLLECTOR_ID: 'c1', SPOOL_DIR: spoolDir, SPOOL_MAX_BYTES: String(spool * mebibyte) };
  const collector = await startFleetProcess('collector', { ...settings, ...own }, profileFolder);
  cleanUp.defer(async () => void (await collector.process.stop({ graceMs: 30_000 })));
  const check = () => {
    supervisor.check();
    collector.check();
  };

  const devices = Math.max(1, Math.round(values / valuesPerSample / (1_000 / periodMs)));
  progress(`starting ${devices} devices of ${valuesPerSample} values, read every ${periodMs} ms`);
  const port = plant.endpoints[0]?.port ?? 0;
  await startSessions(
    nc,
    Array.from({ length: devices }, (_, index) => deviceTask(index, port)),
  );
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
  const spooledMib = Math.round((await bytesIn(spoolDir)) / mebibyte);

  await jsm.streams.update(streamNames.samples, { discard: DiscardPolicy.Old, max_msgs: -1 });
  const messagesBefore = await stored();
  const drainingSince = performance.now();
  await until('the backlog to go out', () => said(collector, 'all samples that waited') !== undefined, check);
  const drainSeconds = (performance.now() - drainingSince) / 1_000;
  const messages = (await stored()) - messagesBefore;
  const lost = Number(said(collector, 'all samples that waited')?.dropped ?? Number.NaN);
  if (spooledMib === 0) throw new InvalidMeasurement('nothing waited in the spool');

  const third = Math.max(1, Math.floor(residentMib.length / 3));
  const middle = median(residentMib.slice(third, 2 * third));
  const last = median(residentMib.slice(-third));
  return {
    ratio: Math.round((middle / last) * 1_000) / 1_000,
    figures: {
      outage_s: seconds,
      values_per_second: devices * valuesPerSample * (1_000 / periodMs),
      resident_before_mib: before.residentMib,
      resident_first_third_mib: median(residentMib.slice(0, third)),
      resident_second_third_mib: middle,
      resident_last_third_mib: last,
      resident_most_mib: Math.max(...residentMib),
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

function deviceTask(index: number, port: number): TaskConfig {
  const task = taskOnPlant(index, port, periodMs);
  const points = Array.from({ length: valuesPerSample }, (_, address) => ({
    code: `temperature_${address}`,
    name: '',
    table: 'holding_register' as const,
    address,
    data_type: 'uint16' as const,
    byte_order: 'ABCD' as const,
    scale: 0.1,
    offset: 0,
    unit: '°C',
  }));
  return { ...task, devices: task.devices.map((device) => ({ ...device, points })) };
}

/** The newest line of the log with this message. */
function said(
  { process: running }: { process: { lastLines(count: number): string[] } },
  what: string,
): Record<string, unknown> | undefined {
  const line = running.lastLines(200).findLast((text) => text.includes(what));
  return line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>);
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
  const sizes = await Promise.all(
    names
      .filter((name) => name.endsWith('.segment'))
      .map((name) => stat(join(folder, name)).catch(() => undefined)),
  );
  return sizes.reduce((sum, found) => sum + (found?.size ?? 0), 0);
}
