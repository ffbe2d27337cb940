import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { identitiesFlag } from '../bench-identities.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  type Measurement,
  UsageError,
} from '../benchmark.ts';
import { asFigures, distributionOf } from '../fleet/distribution.ts';
import { median } from '../median.ts';
import { startFastModbusServer } from '../polled/fast-modbus-server.ts';
import { type MeasuredType, plantHost, plantTask, valuesOf } from '../polled/plant-task.ts';
import { type MeasuredWindow, PolledPlant } from '../polled/polled-plant.ts';
import { latenessOf, missedOf } from '../polled/tick-book.ts';
import { measureReadLoop, type ReadRound } from './measure-read-loop.ts';
import { bareSocketLoop, modbusSerialLoop } from './read-loops.ts';

const flags = {
  connections: { meaning: 'connections, each with one read in flight', byDefault: 50, atLeast: 1 },
  registers: { meaning: 'registers of a read, all of which are decoded', byDefault: 125, atLeast: 1 },
  type: { meaning: 'what they are read as', byDefault: 'uint16', oneOf: ['uint16', 'uint32'] },
  values: {
    meaning: 'whether each register has another value at each read',
    byDefault: 'changing',
    oneOf: ['changing', 'still'],
  },
  'period-ms': { meaning: 'how often each unit is read', byDefault: 10, atLeast: 10 },
  seconds: { meaning: 'length of each measurement', byDefault: 5, atLeast: 1 },
  least: { meaning: 'units behind each connection at which the search begins', byDefault: 1, atLeast: 1 },
  most: { meaning: 'units behind each connection at which the search ends', byDefault: 20, atLeast: 1 },
  reads: { meaning: 'reads of a round of a bare loop', byDefault: 100_000, atLeast: 50 },
  rounds: { meaning: 'measured rounds of each bare loop', byDefault: 5, atLeast: 1 },
  identities: identitiesFlag,
} as const;

/** When this share of the reads that are due is missed, and again with one unit more, more units bring no more reads. */
const isFullAtShare = 0.1;
const fullStepsAtMost = 2;
/** Phases all over the period: nothing is gained by reading in bursts. */
const spreadPercent = 90;

export const poll: Benchmark<typeof flags> = {
  name: 'poll',
  summary: 'reads per second of a whole collector, with decoding and publishing, next to bare loops',
  description: [
    'One collector process reads a C program that answers at once over several connections: every register is decoded,',
    'scaled and published to the broker, one sample a read. Units are added behind each connection until the collector',
    'cannot keep up; the most reads a second count. Before that, on the same program, a loop of modbus-serial and one',
    'of bare sockets, which do nothing with what they read.',
    'ratio: reads per second of the collector over those of modbus-serial.',
    'limit: in addition to the loops, what all processors together could do if only broker and devices cost anything, and if',
    'the collector cost as much as a bare socket, which does not even look at what it has read.',
  ].join('\n'),
  flags,
  run,
};

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { connections, registers, seconds, least, most } = values;
  if (least > most) throw new UsageError('--least must not be above --most');
  const { progress, cleanUp } = context;
  const type: MeasuredType = values.type === 'uint32' ? 'uint32' : 'uint16';
  const bare = await bareRounds(values, context);
  const plant = await PolledPlant.start(context, cleanUp, spreadPercent, {
    registers: values.values === 'still' ? 'still' : 'changing',
    identities: values.identities,
  });
  const steps: { units: number; window: MeasuredWindow }[] = [];
  let fullSteps = 0;
  for (let units = 1; units <= most; units += 1) {
    const devices = Array.from({ length: connections }, (_, index) => ({
      id: (units - 1) * connections + index,
      host: plantHost(index),
      port: plant.plant.port,
      unitId: units,
      registers,
      type,
      timeoutMs: 1_000,
    }));
    await plant.add([plantTask(units, values['period-ms'], devices)]);
    if (units < least) continue;
    const window = await plant.measure(seconds);
    steps.push({ units, window });
    progress(
      `${units} units a connection: ${readsPerSecond(window)} reads/s of ${Math.round(window.ticks.expected / window.seconds)}, ` +
        `${cpuUsPerRead(window)} µs a read, collector ${percent(window.collectorCores)} % and ${percent(window.collectorWaited)} % waiting, broker ${percent(window.brokerCores)} %, missed ${JSON.stringify({ ...window.ticks.missed, absent: window.ticks.absent })}`,
    );
    const isFull = window.ticks.read < window.ticks.expected * (1 - isFullAtShare);
    fullSteps = isFull ? fullSteps + 1 : 0;
    if (fullSteps === fullStepsAtMost) break;
  }
  const best = steps.reduce((a, b) => (readsPerSecond(b.window) > readsPerSecond(a.window) ? b : a));
  const { window, units } = best;
  const perSecond = readsPerSecond(window);
  return {
    ratio: share(perSecond, bare.modbusSerial.perSecond),
    figures: {
      reads_per_second: perSecond,
      values_per_second: Math.round(window.ticks.values / window.seconds),
      ratio_to_modbus_serial: share(perSecond, bare.modbusSerial.perSecond),
      ratio_to_bare_socket: share(perSecond, bare.socket.perSecond),
      cpu_us_per_read: cpuUsPerRead(window),
      cpu_us_per_read_of_broker_and_plant: othersCpuUsPerRead(window),
      cpu_percent_collector: percent(window.collectorCores),
      cpu_wait_percent_collector: percent(window.collectorWaited),
      cpu_percent_broker: percent(window.brokerCores),
      cpu_percent_plant: percent(window.plantCores),
      ...asFigures('lateness', 'ms', distributionOf(latenessOf(window.ticks))),
      ticks_missed: missedOf(window.ticks) + window.ticks.absent,
      ticks: window.ticks.expected,
      connections,
      units_of_a_connection: units,
      identities: values.identities,
      registers,
      values_of_a_read: valuesOf({ registers, type }),
      steps_reads_per_second: steps.map((step) => readsPerSecond(step.window)).join(' '),
    },
    limit: {
      modbus_serial_reads_per_second: bare.modbusSerial.perSecond,
      modbus_serial_cpu_us_per_read: bare.modbusSerial.cpuUs,
      bare_socket_reads_per_second: bare.socket.perSecond,
      bare_socket_cpu_us_per_read: bare.socket.cpuUs,
      reads_per_second_if_the_collector_cost_nothing: perSecondAt(othersCpuUsPerRead(window)),
      reads_per_second_if_the_collector_were_a_bare_socket: perSecondAt(
        othersCpuUsPerRead(window) + bare.socket.cpuUs,
      ),
    },
    servers: { nats_server: plant.nc.info?.version ?? 'unknown' },
  };
}

async function bareRounds(
  { connections, registers, reads, rounds }: FlagValues<typeof flags>,
  { progress }: BenchmarkContext,
): Promise<{ modbusSerial: ReadRound; socket: ReadRound }> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  await using ended = new AsyncDisposableStack();
  ended.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startFastModbusServer(folder);
  ended.defer(() => server.stop());
  const of = { connections, registers, reads };
  const modbusSerial: ReadRound[] = [];
  const socket: ReadRound[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const library = await measureReadLoop(modbusSerialLoop, server.port, of);
    const least = await measureReadLoop(bareSocketLoop, server.port, of);
    if (round === 0) continue;
    modbusSerial.push(library);
    socket.push(least);
  }
  const result = { modbusSerial: medianOf(modbusSerial), socket: medianOf(socket) };
  progress(
    `bare loops: modbus-serial ${result.modbusSerial.perSecond} reads/s, sockets ${result.socket.perSecond}`,
  );
  return result;
}

function medianOf(rounds: readonly ReadRound[]): ReadRound {
  return {
    perSecond: Math.round(median(rounds.map(({ perSecond }) => perSecond))),
    cpuUs: Math.round(median(rounds.map(({ cpuUs }) => cpuUs)) * 10) / 10,
  };
}

function readsPerSecond({ ticks, seconds }: MeasuredWindow): number {
  return Math.round(ticks.read / seconds);
}

function cpuUsPerRead({ ticks, seconds, collectorCores }: MeasuredWindow): number {
  return Math.round(((collectorCores * seconds * 1e6) / ticks.read) * 10) / 10;
}

/** Cost of a read to the rest of the machine: a broker that stores and confirms its sample, and a device that answers. */
function othersCpuUsPerRead({ ticks, seconds, brokerCores, plantCores }: MeasuredWindow): number {
  return Math.round((((brokerCores + plantCores) * seconds * 1e6) / ticks.read) * 10) / 10;
}

/** Reads a second on all processors together, when a read takes so much of one. */
function perSecondAt(cpuUs: number): number {
  return Math.round((availableParallelism() * 1e6) / cpuUs);
}

function share(ours: number, limit: number): number {
  return Math.round((ours / limit) * 1_000) / 1_000;
}

function percent(cores: number): number {
  return Math.round(cores * 1_000) / 10;
}
