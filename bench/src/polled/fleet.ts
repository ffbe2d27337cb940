import type { Benchmark, BenchmarkContext, FlagValues, Measurement } from '../benchmark.ts';
import { asFigures, distributionOf } from '../fleet/distribution.ts';
import { fleetTasks } from './plant-task.ts';
import { type MeasuredWindow, PolledPlant } from './polled-plant.ts';
import { latenessOf, missedOf } from './tick-book.ts';

const flags = {
  devices: { meaning: 'devices at first, each on an endpoint of its own', byDefault: 1_000, atLeast: 1 },
  points: { meaning: 'points of a device, uint16 with a scale', byDefault: 100, atLeast: 1 },
  'period-ms': { meaning: 'how often each is read', byDefault: 1_000, atLeast: 10 },
  seconds: { meaning: 'length of each measurement', byDefault: 20, atLeast: 1 },
  step: {
    meaning: 'devices added in each step of the search; 0: no search',
    byDefault: 500,
    atLeast: 0,
  },
  most: { meaning: 'devices at which the search ends', byDefault: 6_000, atLeast: 1 },
  spread: {
    meaning: 'POLL_SPREAD_PERCENT of the collector: over how much of their period devices are spread',
    byDefault: 50,
    atLeast: 0,
  },
} as const;

/** Largest 99th percentile of lateness at which a rate counts as held. */
const heldP99Ms = 50;
const aimValuesPerSecond = 300_000;
const devicesPerTask = 50;

export const fleet: Benchmark<typeof flags> = {
  name: 'fleet',
  summary: 'how late one collector reads a thousand devices, and how many values a second it holds',
  description: [
    'One collector process with the broker that it publishes to reads devices of a C program, each on a connection of',
    'its own. Lateness is from when a tick was to be read (its time and the device’s phase) until its answer was',
    'complete, of every tick of the measured time, looked up in the stream afterwards. Then devices are added step by',
    `step for as long as the 99th percentile of lateness is ${heldP99Ms} ms at most and no tick is missed, each step twice before it counts as not held.`,
    `ratio: the most values a second that were held over ${aimValuesPerSecond}.`,
  ].join('\n'),
  flags,
  run,
};

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { devices, step, most, seconds, spread } = values;
  const { progress, cleanUp } = context;
  const plant = await PolledPlant.start(context, cleanUp, spread);
  progress(`starting ${devices} devices`);
  await plant.add(tasksOf(plant, values, devices));
  const first = await measureTwice(plant, seconds, progress);
  const steps = [{ devices, window: first }];
  let held = isHeld(first) ? { devices, window: first } : undefined;
  for (let at = devices + step; step > 0 && held && at <= most; at += step) {
    await plant.add(tasksOf(plant, values, step));
    const window = await measureTwice(plant, seconds, progress);
    steps.push({ devices: at, window });
    if (!isHeld(window)) break;
    held = { devices: at, window };
  }
  const heldPerSecond = held ? valuesPerSecond(held.window) : 0;
  return {
    ratio: Math.round((heldPerSecond / aimValuesPerSecond) * 1_000) / 1_000,
    figures: {
      devices,
      points_of_a_device: values.points,
      period_ms: values['period-ms'],
      spread_percent: spread,
      values_per_second: valuesPerSecond(first),
      ticks: first.ticks.expected,
      ticks_missed: missedOf(first.ticks) + first.ticks.absent,
      ...asFigures('lateness', 'ms', distributionOf(latenessOf(first.ticks))),
      cpu_percent_collector: percent(first.collectorCores),
      cpu_wait_percent_collector: percent(first.collectorWaited),
      cpu_percent_broker: percent(first.brokerCores),
      cpu_percent_plant: percent(first.plantCores),
      collector_resident_mib: first.collectorMib,
      held_values_per_second: heldPerSecond,
      held_devices: held?.devices ?? 0,
      held_cpu_percent_collector: held ? percent(held.window.collectorCores) : 0,
      held_cpu_us_per_value: held ? cpuUsPerValue(held.window) : 0,
      steps_p99_ms: steps
        .map(({ devices: of, window }) => `${of}:${distributionOf(latenessOf(window.ticks)).p99}`)
        .join(' '),
    },
    limit: { values_per_second: aimValuesPerSecond, lateness_p99_ms: heldP99Ms },
    servers: { nats_server: plant.nc.info?.version ?? 'unknown' },
  };
}

/** Measures again unless the rate is held at once: other work on the machine may have been in the way. */
async function measureTwice(plant: PolledPlant, seconds: number, progress: (text: string) => void) {
  const window = await plant.measure(seconds);
  progress(inWords(plant.deviceCount, window));
  if (isHeld(window)) return window;
  const again = await plant.measure(seconds);
  progress(inWords(plant.deviceCount, again));
  return again;
}

function tasksOf(
  plant: PolledPlant,
  { points, 'period-ms': periodMs }: FlagValues<typeof flags>,
  count: number,
) {
  const { deviceCount: firstId } = plant;
  return fleetTasks({ firstId, count, devicesPerTask, points, periodMs, port: plant.plant.port });
}

function isHeld({ ticks }: MeasuredWindow): boolean {
  return ticks.read === ticks.expected && distributionOf(latenessOf(ticks)).p99 <= heldP99Ms;
}

function valuesPerSecond({ ticks, seconds }: MeasuredWindow): number {
  return Math.round(ticks.values / seconds);
}

function cpuUsPerValue({ ticks, seconds, collectorCores }: MeasuredWindow): number {
  return Math.round(((collectorCores * seconds * 1e6) / ticks.values) * 100) / 100;
}

function percent(cores: number): number {
  return Math.round(cores * 1_000) / 10;
}

function inWords(devices: number, window: MeasuredWindow): string {
  const { p50, p99, max } = distributionOf(latenessOf(window.ticks));
  const { ticks } = window;
  return (
    `${devices} devices: ${valuesPerSecond(window)} values/s, lateness ${p50}/${p99}/${max} ms, ` +
    `${missedOf(ticks) + ticks.absent} of ${ticks.expected} ticks missed, collector ${percent(window.collectorCores)} % and ${percent(window.collectorWaited)} % waiting, ` +
    `broker ${percent(window.brokerCores)} %, ${cpuUsPerValue(window)} µs a value`
  );
}
