import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
  UsageError,
} from '../benchmark.ts';
import { until } from '../fleet/until.ts';
import { processUsage } from '../idle/process-usage.ts';
import { type FastModbusServer, startFastModbusServer } from '../poll/fast-modbus-server.ts';
import { plantHost, plantTask } from '../polled/plant-task.ts';
import { PolledPlant } from '../polled/polled-plant.ts';
import type { PeerLoad } from './node-red-flow.ts';
import { findPymodbus, installNodeRed, type StartPeer } from './start-peers.ts';

const flags = {
  devices: { meaning: 'devices, each on an endpoint of its own', byDefault: 100, atLeast: 1 },
  points: { meaning: 'holding registers of a device, in one read', byDefault: 100, atLeast: 1 },
  'period-ms': { meaning: 'how often each is read', byDefault: 1_000, atLeast: 10 },
  seconds: { meaning: 'length of each measurement', byDefault: 30, atLeast: 1 },
  'node-red': {
    meaning: 'whether Node-RED is installed and measured',
    byDefault: 'yes',
    oneOf: ['yes', 'no'],
  },
} as const;

/** Measuring begins when each device was read so often; compilers have seen the code by then. */
const warmRounds = 20;

export const peers: Benchmark<typeof flags> = {
  name: 'peers',
  summary: 'CPU for each value of the collector, of Node-RED and of pymodbus, reading the same devices',
  description: [
    'The same devices of a C program, at the same period, read by one process at a time: a collector, with publishing to',
    'its broker (whose CPU is given apart); Node-RED with node-red-contrib-modbus, which is installed from npm into a',
    'temporary folder, a modbus-read node for each device and one function node that makes named values; and a program',
    'with pymodbus that does the same. Reads are counted by the C program. The peers keep nothing and send nothing on.',
    'ratio: CPU for a value of the thriftiest peer over that of the collector.',
  ].join('\n'),
  flags,
  run,
};

interface Cost {
  readonly readsPerSecond: number;
  readonly cpuUsPerValue: number;
  readonly cpuPercent: number;
  readonly residentMib: number;
}

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { progress, cleanUp } = context;
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const pymodbus = await findPymodbus();
  if (values['node-red'] === 'yes') progress('installing Node-RED');
  const nodeRed = values['node-red'] === 'yes' ? await installNodeRed(folder) : 'not asked for';
  const figures: Record<string, number | string> = {};
  const limit: Record<string, number> = {};
  const servers: Record<string, string> = {};
  for (const [name, found] of Object.entries({ pymodbus, node_red: nodeRed })) {
    if (typeof found === 'string') {
      progress(`without ${name}: ${found}`);
      figures[`${name}_left_out`] = found;
      continue;
    }
    const cost = await costOfPeer(found.start, folder, values, context);
    progress(`${name}: ${inWords(cost)}`);
    limit[`${name}_cpu_us_per_value`] = cost.cpuUsPerValue;
    figures[`${name}_cpu_percent`] = cost.cpuPercent;
    figures[`${name}_reads_per_second`] = cost.readsPerSecond;
    figures[`${name}_resident_mib`] = cost.residentMib;
    servers[name] = found.version;
  }
  const costs = Object.values(limit);
  if (costs.length === 0) throw new UsageError('there is neither pymodbus nor Node-RED to compare with');
  const { own, brokerPercent } = await costOfCollector(values, context);
  progress(`collector: ${inWords(own)}, broker ${brokerPercent} %`);
  return {
    ratio: Math.round((Math.min(...costs) / own.cpuUsPerValue) * 100) / 100,
    figures: {
      ...{ devices: values.devices, points: values.points, period_ms: values['period-ms'] },
      cpu_us_per_value: own.cpuUsPerValue,
      cpu_percent: own.cpuPercent,
      reads_per_second: own.readsPerSecond,
      resident_mib: own.residentMib,
      cpu_percent_broker: brokerPercent,
      ...figures,
    },
    limit,
    servers,
  };
}

async function costOfCollector(values: FlagValues<typeof flags>, context: BenchmarkContext) {
  const plant = await PolledPlant.start(context, context.cleanUp, 50);
  const devices = Array.from({ length: values.devices }, (_, index) => ({
    id: index,
    host: plantHost(index + 1),
    port: plant.plant.port,
    unitId: 1,
    registers: values.points,
    type: 'uint16' as const,
    timeoutMs: 1_000,
  }));
  await plant.add([plantTask(1, values['period-ms'], devices)]);
  await readWarm(plant.plant, values, plant.check);
  const { seconds, collectorCores, brokerCores, collectorMib, ticks } = await plant.measure(values.seconds);
  const own: Cost = {
    readsPerSecond: tenth(ticks.read / seconds),
    cpuUsPerValue: hundredth((collectorCores * seconds * 1e6) / ticks.values),
    cpuPercent: tenth(collectorCores * 100),
    residentMib: collectorMib,
  };
  return { own, brokerPercent: tenth(brokerCores * 100) };
}

async function costOfPeer(
  start: StartPeer,
  folder: string,
  values: FlagValues<typeof flags>,
  { cleanUp }: BenchmarkContext,
): Promise<Cost> {
  const plant = await startFastModbusServer(folder, '0.0.0.0', 'changing');
  cleanUp.defer(() => plant.stop());
  const load: PeerLoad = {
    port: plant.port,
    devices: values.devices,
    registers: values.points,
    periodMs: values['period-ms'],
  };
  const peer = await start(load);
  cleanUp.defer(async () => void (await peer.stop()));
  await readWarm(plant, values, () => checkAlive(peer));
  const before = {
    at: performance.now(),
    answered: await plant.answered(),
    use: await processUsage(peer.pid),
  };
  await sleep(values.seconds * 1_000);
  const after = {
    at: performance.now(),
    answered: await plant.answered(),
    use: await processUsage(peer.pid),
  };
  checkAlive(peer);
  if (!peer.lastLines(200).some((line) => line.includes('values of all devices'))) {
    throw new InvalidMeasurement(`${peer.name} did not make values: ${peer.lastLines(5).join('\n')}`);
  }
  await peer.stop();
  await plant.stop();
  const seconds = (after.at - before.at) / 1_000;
  const reads = after.answered - before.answered;
  const cpu = after.use.cpuSeconds - before.use.cpuSeconds;
  return {
    readsPerSecond: tenth(reads / seconds),
    cpuUsPerValue: hundredth((cpu * 1e6) / (reads * values.points)),
    cpuPercent: tenth((cpu / seconds) * 100),
    residentMib: after.use.residentMib,
  };
}

async function readWarm(
  plant: FastModbusServer,
  { devices }: FlagValues<typeof flags>,
  check: () => void,
): Promise<void> {
  const enough = (await plant.answered()) + devices * warmRounds;
  await until('the devices to be read', async () => (await plant.answered()) >= enough, check);
}

function checkAlive(peer: RunningProcess): void {
  if (peer.exit !== undefined) {
    throw new InvalidMeasurement(`${peer.name} has ended: ${peer.lastLines(5).join('\n')}`);
  }
}

function inWords({ readsPerSecond, cpuUsPerValue, cpuPercent, residentMib }: Cost): string {
  return `${readsPerSecond} reads/s, ${cpuUsPerValue} µs a value, ${cpuPercent} %, ${residentMib} MiB`;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}
