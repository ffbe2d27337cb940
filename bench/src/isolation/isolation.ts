import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, BenchmarkContext, FlagValues, Measurement } from '../benchmark.ts';
import { asFigures, type Distribution, distributionOf } from '../fleet/distribution.ts';
import { firstSilentUnit } from '../poll/fast-modbus-server.ts';
import { type PlantDevice, plantHost, plantTask } from '../polled/plant-task.ts';
import { type MeasuredWindow, PolledPlant } from '../polled/polled-plant.ts';
import type { DeviceTicks, TicksOfWindow } from '../polled/tick-book.ts';

const flags = {
  devices: { meaning: 'devices, all of them read', byDefault: 100, atLeast: 2 },
  dead: { meaning: 'of which so many never answer', byDefault: 10, atLeast: 1 },
  points: { meaning: 'points of a device', byDefault: 20, atLeast: 1 },
  endpoints: {
    meaning: 'separate ones, one gateway, or both after each other',
    byDefault: 'both',
    oneOf: ['both', 'separate', 'gateway'],
  },
  'period-ms': { meaning: 'how often each is read', byDefault: 1_000, atLeast: 10 },
  'timeout-ms': { meaning: 'how long an answer is waited for', byDefault: 300, atLeast: 10 },
  settle: {
    meaning: 'seconds between the first ones, which are counted apart, and a measurement',
    byDefault: 5,
    atLeast: 0,
  },
  seconds: { meaning: 'length of each of the four measurements', byDefault: 30, atLeast: 1 },
} as const;

const spreadPercent = 50;
/** In which it is found out who is dead. */
const firstSeconds = 10;

type Endpoints = 'separate' | 'gateway';

interface Situation {
  readonly window: MeasuredWindow;
  readonly lateness: Distribution;
  /** Of the ticks of the healthy devices. */
  readonly missed: number;
  readonly expected: number;
  /** Of those of the first seconds. */
  readonly firstMissed: number;
  readonly firstExpected: number;
  /** And of those of the first seconds after the collector was killed and started again. */
  readonly againMissed: number;
  readonly againExpected: number;
}

export const isolation: Benchmark<typeof flags> = {
  name: 'isolation',
  summary: 'how late healthy devices are read, with and without dead ones beside them',
  description: [
    'One collector reads devices of a C program, on endpoints of their own and behind one gateway, that is over one',
    'connection with one request in flight. Each is measured twice: with all devices answering, and with some that never',
    'do. What counts is the lateness of those that answer: from when a tick was to be read until its answer was complete.',
    'Then the collector is killed and started again: what it reads first is counted apart too.',
    'It takes as long as four measurements and three quarters of a minute beside each.',
    'A gateway cannot serve others while it waits for a dead unit: one timeout is the least that a probe costs them.',
    'ratio: the smallest share of the healthy devices’ ticks that was read, in their period, beside dead ones.',
  ].join('\n'),
  flags,
  run,
};

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const figures: Record<string, number> = {};
  const limit: Record<string, number> = {};
  let ratio = 1;
  for (const endpoints of ['separate', 'gateway'] as const) {
    if (values.endpoints !== 'both' && values.endpoints !== endpoints) continue;
    const alone = await measure(endpoints, 0, values, context);
    const beside = await measure(endpoints, values.dead, values, context);
    Object.assign(figures, {
      ...asFigures(`${endpoints}_lateness`, 'ms', beside.lateness),
      [`${endpoints}_missed`]: beside.missed,
      [`${endpoints}_ticks`]: beside.expected,
      [`${endpoints}_first_${firstSeconds}_s_missed`]: beside.firstMissed,
      [`${endpoints}_first_${firstSeconds}_s_ticks`]: beside.firstExpected,
      [`${endpoints}_first_${firstSeconds}_s_after_kill_missed`]: beside.againMissed,
      [`${endpoints}_first_${firstSeconds}_s_after_kill_ticks`]: beside.againExpected,
    });
    Object.assign(limit, {
      ...asFigures(`${endpoints}_lateness_without_dead`, 'ms', alone.lateness),
      [`${endpoints}_missed_without_dead`]: alone.missed,
      [`${endpoints}_first_${firstSeconds}_s_missed_without_dead`]: alone.firstMissed,
    });
    ratio = Math.min(ratio, 1 - beside.missed / beside.expected);
    figures[`${endpoints}_cpu_wait_percent_collector`] =
      Math.round(beside.window.collectorWaited * 1_000) / 10;
  }
  const { devices, dead, points } = values;
  return {
    ratio: Math.round(ratio * 10_000) / 10_000,
    figures: {
      ...{ devices, dead, points_of_a_device: points, seconds: values.seconds },
      ...{ period_ms: values['period-ms'], timeout_ms: values['timeout-ms'] },
      ...figures,
    },
    limit: { ...limit, timeout_ms: values['timeout-ms'] },
    servers: {},
  };
}

async function measure(
  endpoints: Endpoints,
  dead: number,
  values: FlagValues<typeof flags>,
  context: BenchmarkContext,
): Promise<Situation> {
  const stack = new AsyncDisposableStack();
  // Ctrl+C must end it too; what is disposed of already is not disposed of again.
  context.cleanUp.use(stack);
  try {
    const plant = await PolledPlant.start(context, stack, spreadPercent);
    const { devices, points } = values;
    const isDead = (id: number) => id < dead;
    const planned = Array.from({ length: devices }, (_, id): PlantDevice => {
      const unit = endpoints === 'gateway' ? 1 + id : 1;
      return {
        id,
        host: plantHost(endpoints === 'gateway' ? 1 : 1 + id),
        port: plant.plant.port,
        unitId: isDead(id) ? firstSilentUnit + id : unit,
        registers: points,
        type: 'uint16',
        timeoutMs: values['timeout-ms'],
      };
    });
    await plant.add([plantTask(1, values['period-ms'], planned)]);
    const healthyOf = (ticks: TicksOfWindow) =>
      [...ticks.devices].flatMap(([id, device]) =>
        isDead(Number(id.replace('device-', ''))) ? [] : [device],
      );
    const countOf = (healthy: readonly DeviceTicks[]) => {
      const expected = healthy.reduce((sum, device) => sum + device.expected, 0);
      return {
        expected,
        missed: expected - healthy.reduce((sum, { latenessMs }) => sum + latenessMs.length, 0),
      };
    };
    const first = countOf(healthyOf(await plant.firstSeconds(firstSeconds)));
    await sleep(values.settle * 1_000);
    const window = await plant.measure(values.seconds);
    const healthy = healthyOf(window.ticks);
    const lateness = distributionOf(healthy.flatMap(({ latenessMs }) => latenessMs));
    const { expected, missed } = countOf(healthy);
    const again = countOf(healthyOf(await plant.firstSecondsAfterKill(firstSeconds)));
    context.progress(
      `${endpoints}, ${dead} dead: the others ${lateness.p50}/${lateness.p99}/${lateness.max} ms late, ` +
        `${missed} of ${expected} ticks missed, of the first ${firstSeconds} s ${first.missed} of ${first.expected}, ` +
        `of those after a kill -9 of the collector ${again.missed} of ${again.expected}`,
    );
    return {
      ...{ window, lateness, missed, expected },
      firstMissed: first.missed,
      firstExpected: first.expected,
      againMissed: again.missed,
      againExpected: again.expected,
    };
  } finally {
    await stack.disposeAsync();
  }
}
