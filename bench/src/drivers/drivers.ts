import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driverLoader } from '@holdfast/drivers/load-driver.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import { findSimulators } from '@holdfast/plant/find-simulators.ts';
import type { Simulator } from '@holdfast/plant/simulator.ts';
import type { Benchmark, BenchmarkContext, FlagValues, Measurement } from '../benchmark.ts';
import { median } from '../median.ts';
import { bareLoop } from './bare-loop.ts';
import { startBenchBroker } from './bench-broker.ts';
import { type DeviceLoop, driverLoop } from './driver-loop.ts';
import { type Round, roundOf } from './round.ts';
import { measureSubscribed } from './subscribed.ts';
import { startTrialDevices } from './trial-devices.ts';

const flags = {
  devices: { meaning: 'devices, each with one request in flight', byDefault: 10, atLeast: 1 },
  values: { meaning: 'values of a device', byDefault: 1_000, atLeast: 1 },
  reads: { meaning: 'times that each device is read in a round', byDefault: 200, atLeast: 1 },
  rounds: { meaning: 'measured rounds, both clients by turns', byDefault: 5, atLeast: 1 },
} as const;

export const drivers: Benchmark<typeof flags> = {
  name: 'drivers',
  summary: 'values per second and processor time a value of each driver, next to a bare socket',
  description: [
    'Reads all values of the trial devices that a driver’s simulator plays in a process of its own: with the driver, as',
    'a collector uses it, each value decoded into a sink; and with a socket that writes the bytes of the same requests',
    'whenever enough bytes have come, and looks at none of them. Every polled driver with a simulator takes part by its folder.',
    'MQTT is published at mosquitto (where it is installed) by another process, QoS 0 and then QoS 1, in messages of 20 values as JSON',
    'with their time; there the bare socket finds the messages by mqtt-packet, acknowledges them, and looks into none.',
    'ratio: values per second of the driver over those of the socket, the median of all rounds; that of the driver with',
    'the least.',
  ].join('\n'),
  flags,
  run,
};

interface Measured {
  readonly own: readonly Round[];
  readonly bare: readonly Round[];
}

async function run(options: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  context.cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const figures: Record<string, number> = {};
  const limit: Record<string, number> = {};
  const ratios: number[] = [];
  const note = (name: string, { own, bare }: Measured) => {
    const rate = (of: readonly Round[]) => Math.round(median(of.map(({ perSecond }) => perSecond)));
    const cpuNs = (of: readonly Round[]) => Math.round(median(of.map((round) => round.cpuNs)));
    const ratio = median(own.map(({ perSecond }, at) => perSecond / (bare[at]?.perSecond ?? perSecond)));
    ratios.push(ratio);
    figures[`${name}_values_per_second`] = rate(own);
    figures[`${name}_cpu_ns_per_value`] = cpuNs(own);
    figures[`${name}_ratio`] = Math.round(ratio * 1_000) / 1_000;
    limit[`${name}_bare_socket_values_per_second`] = rate(bare);
    limit[`${name}_bare_socket_cpu_ns_per_value`] = cpuNs(bare);
  };
  for (const simulator of await findSimulators()) {
    const { protocol } = simulator.trial.endpoint('trial', 1);
    if (!specs.get(protocol)?.modes.includes('polled')) continue;
    note(protocol, await measurePolled(simulator, protocol, folder, options, context));
  }
  const broker = await startBenchBroker(folder, context.cleanUp);
  if (!broker)
    context.progress(
      'mosquitto is not installed (Debian and Ubuntu: apt-get install mosquitto): MQTT is left out',
    );
  else {
    const driver = await driverLoader()('mqtt');
    for (const qos of [0, 1] as const)
      note(`mqtt_qos${qos}`, await measureSubscribed(driver, broker, { ...options, qos }, context));
  }
  const { devices, values, reads } = options;
  return {
    ratio: Math.round(Math.min(...ratios) * 1_000) / 1_000,
    figures: { ...figures, devices, values, reads_of_a_round: reads },
    limit,
    servers: broker ? { mosquitto: broker.version } : {},
  };
}

async function measurePolled(
  simulator: Simulator,
  protocol: string,
  folder: string,
  { devices: count, values, reads, rounds }: FlagValues<typeof flags>,
  { progress, cleanUp }: BenchmarkContext,
): Promise<Measured> {
  const driver = await driverLoader()(protocol);
  const { devices, stop } = await startTrialDevices(simulator, driver.spec, {
    folder,
    devices: count,
    values,
  });
  cleanUp.defer(stop);
  const ownLoops = devices.map((device) => driverLoop(driver, device));
  const bareLoops: DeviceLoop[] = [];
  for (const [index, device] of devices.entries()) {
    const exchanges = (await ownLoops[index]?.record()) ?? [];
    bareLoops.push(await bareLoop(device.connection as { host: string; port: number }, exchanges));
  }
  cleanUp.defer(() => {
    for (const loop of [...ownLoops, ...bareLoops]) loop.close();
  });
  const own: Round[] = [];
  const bare: Round[] = [];
  const turn = (loops: readonly DeviceLoop[]) =>
    roundOf(
      count * values * reads,
      async () => void (await Promise.all(loops.map((loop) => loop.run(reads)))),
    );
  for (let round = 0; round <= rounds; round += 1) {
    const ofBare = await turn(bareLoops);
    const ofOwn = await turn(ownLoops);
    progress(
      `${protocol}, ${round === 0 ? 'warm' : `round ${round}`}: ` +
        `bare_socket ${Math.round(ofBare.perSecond)}, driver ${Math.round(ofOwn.perSecond)} values/s`,
    );
    if (round === 0) continue;
    bare.push(ofBare);
    own.push(ofOwn);
  }
  return { own, bare };
}
