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
import { type DeviceLoop, driverLoop } from './driver-loop.ts';
import { startTrialDevices } from './trial-devices.ts';

const flags = {
  devices: { meaning: 'devices, each with one request in flight', byDefault: 10, atLeast: 1 },
  values: { meaning: 'values of a device', byDefault: 1_000, atLeast: 1 },
  reads: { meaning: 'times that each device is read in a round', byDefault: 200, atLeast: 1 },
  rounds: { meaning: 'measured rounds, both clients by turns', byDefault: 5, atLeast: 1 },
} as const;

export const drivers: Benchmark<typeof flags> = {
  name: 'drivers',
  summary: 'values per second and processor time a value of each polled driver, beside a bare socket',
  description: [
    'Reads all values of the trial devices that a driver’s simulator plays in a process of its own: with the driver, as',
    'a collector uses it, each value decoded into a sink; and with a socket that writes the bytes of the same requests',
    'whenever enough bytes have come, and looks at none of them. Every driver with a simulator takes part by its folder.',
    'ratio: values per second of the driver over those of the socket, the median of all rounds; that of the driver with',
    'the least.',
  ].join('\n'),
  flags,
  run,
};

interface Round {
  readonly perSecond: number;
  readonly cpuNs: number;
}

async function run(options: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  context.cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const figures: Record<string, number> = {};
  const limit: Record<string, number> = {};
  const ratios: number[] = [];
  for (const simulator of await findSimulators()) {
    const { protocol } = simulator.trial.endpoint('trial', 1);
    if (!specs.get(protocol)?.modes.includes('polled')) continue;
    const { own, bare } = await measure(simulator, protocol, folder, options, context);
    const rate = (of: readonly Round[]) => Math.round(median(of.map(({ perSecond }) => perSecond)));
    const cpuNs = (of: readonly Round[]) => Math.round(median(of.map((round) => round.cpuNs)));
    const ratio = median(own.map(({ perSecond }, at) => perSecond / (bare[at]?.perSecond ?? perSecond)));
    ratios.push(ratio);
    figures[`${protocol}_values_per_second`] = rate(own);
    figures[`${protocol}_cpu_ns_per_value`] = cpuNs(own);
    figures[`${protocol}_ratio`] = Math.round(ratio * 1_000) / 1_000;
    limit[`${protocol}_bare_socket_values_per_second`] = rate(bare);
    limit[`${protocol}_bare_socket_cpu_ns_per_value`] = cpuNs(bare);
  }
  const { devices, values, reads } = options;
  return {
    ratio: Math.round(Math.min(...ratios) * 1_000) / 1_000,
    figures: { ...figures, devices, values, reads_of_a_round: reads },
    limit,
    servers: {},
  };
}

async function measure(
  simulator: Simulator,
  protocol: string,
  folder: string,
  { devices: count, values, reads, rounds }: FlagValues<typeof flags>,
  { progress, cleanUp }: BenchmarkContext,
): Promise<{ readonly own: readonly Round[]; readonly bare: readonly Round[] }> {
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
  for (let round = 0; round <= rounds; round += 1) {
    const ofBare = await roundOf(bareLoops, reads, values);
    const ofOwn = await roundOf(ownLoops, reads, values);
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

async function roundOf(loops: readonly DeviceLoop[], reads: number, values: number): Promise<Round> {
  const cpuBefore = process.cpuUsage();
  const since = performance.now();
  await Promise.all(loops.map((loop) => loop.run(reads)));
  const seconds = (performance.now() - since) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const all = loops.length * reads * values;
  return { perSecond: all / seconds, cpuNs: ((user + system) * 1_000) / all };
}
