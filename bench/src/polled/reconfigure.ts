import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { specs } from '@holdfast/drivers/specs.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { JetStreamEventStore } from '@holdfast/shared/jetstream/sessions/jetstream-event-store.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { handleCommand, loadSession } from '@holdfast/shared/sessions/handle-command.ts';
import { sessionNeeds } from '@holdfast/shared/sessions/session-needs.ts';
import { changeOfDevices } from '../../../services/api/src/sessions/commands/change-of-devices.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
  UsageError,
} from '../benchmark.ts';
import { asFigures, distributionOf } from '../fleet/distribution.ts';
import { requireSent, untilSent } from './backlog.ts';
import { fleetTasks } from './plant-task.ts';
import { type MeasuredWindow, PolledPlant } from './polled-plant.ts';
import { latenessOf, type TicksOfWindow } from './tick-book.ts';

const flags = {
  devices: { meaning: 'devices, each on an endpoint of its own', byDefault: 10_000, atLeast: 2 },
  'session-devices': { meaning: 'devices of a session', byDefault: 1_000, atLeast: 1 },
  points: { meaning: 'points of a device, uint16 with a scale', byDefault: 10, atLeast: 1 },
  'period-ms': { meaning: 'how often each is read', byDefault: 5_000, atLeast: 10 },
  changes: { meaning: 'changes of one device each, one after the other', byDefault: 4, atLeast: 1 },
} as const;

const allowedMoreMs = 50;
/** Each change is in force, and read, at most three seconds after its request. */
const changeEveryMs = 5_000;
const by = 'bench';

export const reconfigure: Benchmark<typeof flags> = {
  name: 'reconfigure',
  summary: 'how late thousands of devices are read while one of them is changed in its running session',
  description: [
    'One collector process reads devices of a C program, as in the benchmark fleet. Measured by turns: nothing changes; every five',
    'seconds one other device gets another scale, as `sessions/{id}/reconfigure` does it (the snapshots are stored beforehand); nothing changes. ',
    'Lateness is that of the devices that did not change; `at_a_change` is that of their ticks between a request and its coming into force. Where more',
    'is read than the broker takes, so that samples wait for it, nothing is reported.',
    `ratio: the 99th percentile of lateness without changes, and ${allowedMoreMs} ms, over that with changes. It has to be 1 at least.`,
  ].join('\n'),
  flags,
  run,
};

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { devices, points, changes, 'period-ms': periodMs } = values;
  if (changes >= devices) throw new UsageError('more devices have to stay as they are than none');
  const seconds = (changes * changeEveryMs) / 1_000;
  if (seconds * 1_000 < periodMs) throw new UsageError('a period has to be shorter than all changes take');
  const plant = await PolledPlant.start(context, context.cleanUp, 50);
  const { port } = plant.plant;
  const devicesPerTask = values['session-devices'];
  const tasks = fleetTasks({ firstId: 0, count: devices, devicesPerTask, points, periodMs, port });
  context.progress(`starting ${tasks.length} sessions of ${devices} devices`);
  await plant.add(tasks);
  const steps = await stepsOf(plant, tasks, changes);
  const perSecond = Math.ceil((devices * 1_000) / periodMs);
  await untilSent(() => plant.waiting(Date.now()), perSecond);
  const changed = new Set(steps.map(({ deviceId }) => deviceId));
  const othersIn = (window: MeasuredWindow, what: string): Others => {
    requireSent(window.waiting, perSecond);
    const others = othersOf(changed, window);
    const { p50, p99, max } = distributionOf(latenessOf(others));
    context.progress(
      `${what}: lateness of the others ${p50} / ${p99} / ${max} ms, ${others.lost} ticks lost`,
    );
    return others;
  };
  const windowBefore = await plant.measure(seconds);
  const before = othersIn(windowBefore, 'nothing changes');
  const [windowWith, times] = await Promise.all([plant.measure(seconds), changeOneByOne(plant, steps)]);
  const during = othersIn(windowWith, `${changes} devices change`);
  const windowAfter = await plant.measure(seconds);
  const after = othersIn(windowAfter, 'nothing changes any more');

  for (const { deviceId, next } of steps) {
    const { configVersion = 0, epoch = 0 } = windowAfter.ticks.devices.get(deviceId) ?? {};
    // By then no version is named that was in force when it was placed.
    if (epoch !== windowBefore.ticks.devices.get(deviceId)?.epoch) {
      throw new InvalidMeasurement(`${deviceId} was given away meanwhile: the machine has too little left`);
    }
    if (configVersion < next.config_version) {
      throw new InvalidMeasurement(
        `${deviceId} is read by version ${configVersion}, not ${next.config_version}`,
      );
    }
  }
  const quiet = distributionOf([...latenessOf(before), ...latenessOf(after)]);
  const busy = distributionOf(latenessOf(during));
  const percent = (cores: number) => Math.round(cores * 1_000) / 10;
  return {
    ratio: Math.round(((quiet.p99 + allowedMoreMs) / Math.max(1, busy.p99)) * 1_000) / 1_000,
    figures: {
      devices,
      sessions: tasks.length,
      points_of_a_device: points,
      period_ms: periodMs,
      changes,
      ...asFigures('lateness_before', 'ms', distributionOf(latenessOf(before))),
      ...asFigures('lateness_with_changes', 'ms', busy),
      ...asFigures('lateness_at_a_change', 'ms', distributionOf(latenessAt(times, during))),
      ...asFigures('lateness_after', 'ms', distributionOf(latenessOf(after))),
      ticks_of_others: before.expected + during.expected + after.expected,
      ticks_of_others_with_changes: during.expected,
      ticks_lost_before: before.lost,
      ticks_lost_with_changes: during.lost,
      ticks_lost_after: after.lost,
      samples_waiting_most: Math.max(windowBefore.waiting, windowWith.waiting, windowAfter.waiting),
      cpu_percent_collector_before: percent(windowBefore.collectorCores),
      cpu_percent_collector_with_changes: percent(windowWith.collectorCores),
      cpu_percent_broker_with_changes: percent(windowWith.brokerCores),
      collector_resident_mib: windowAfter.collectorMib,
    },
    limit: { lateness_p99_ms: quiet.p99 + allowedMoreMs },
    servers: { nats_server: plant.nc.info?.version ?? 'unknown' },
  };
}

/** One change: a task as it was, and as it is to be. */
interface Step {
  readonly from: TaskConfig;
  readonly next: TaskConfig;
  readonly deviceId: string;
}

/** Devices from all over the fleet, each of which gets another scale. Stores the snapshots. */
async function stepsOf(plant: PolledPlant, tasks: readonly TaskConfig[], changes: number): Promise<Step[]> {
  const configs = await TaskConfigStore.open(plant.nc);
  const newest = new Map(tasks.map((task) => [task.task_id, task]));
  const all = tasks.flatMap(({ task_id, devices }) => devices.map(({ id }) => ({ task_id, id })));
  const steps: Step[] = [];
  for (let index = 0; index < changes; index++) {
    const { task_id, id } = all[Math.floor(((index + 0.5) * all.length) / changes)] as (typeof all)[number];
    const from = newest.get(task_id) as TaskConfig;
    const devices = from.devices.map((device) =>
      device.id === id
        ? { ...device, points: device.points.map((point) => ({ ...point, scale: point.scale * 2 })) }
        : device,
    );
    const next = { ...from, config_version: from.config_version + 1, devices };
    await configs.put(next);
    newest.set(task_id, next);
    steps.push({ from, next, deviceId: id });
  }
  return steps;
}

/** From the request for a change to the time from which on it is in force, ms since 1970. */
interface ChangeTime {
  readonly askedMs: number;
  readonly effectiveMs: number;
}

async function changeOneByOne(plant: PolledPlant, steps: readonly Step[]): Promise<ChangeTime[]> {
  const store = await JetStreamEventStore.open(plant.nc);
  const times: ChangeTime[] = [];
  for (const { from, next } of steps) {
    const { state } = await loadSession(store, next.task_id);
    if (state.status !== 'running') throw new InvalidMeasurement(`task ${next.task_id} is ${state.status}`);
    const askedMs = Date.now();
    const now = new Date(askedMs).toISOString();
    const command = {
      type: 'ReconfigureSession',
      ...{ sessionId: state.session.sessionId, by, reason: 'measured', now },
      fromVersion: from.config_version,
      configVersion: next.config_version,
      needs: sessionNeeds(next, specs),
      change: changeOfDevices(from, next),
    } as const;
    const context = { commandId: randomUUID(), source: '/holdfast/bench', now };
    const outcome = await handleCommand(store, next.task_id, command, context);
    if (!outcome.ok)
      throw new InvalidMeasurement(`task ${next.task_id} was not changed: ${outcome.refusal.code}`);
    if (outcome.event?.type !== 'session.reconfigured') {
      throw new InvalidMeasurement(`task ${next.task_id} had this configuration already`);
    }
    times.push({ askedMs, effectiveMs: Date.parse(outcome.event.effectiveAt) });
    await sleep(changeEveryMs);
  }
  return times;
}

/** The ticks of the devices that do not change. */
interface Others extends Pick<TicksOfWindow, 'devices'> {
  readonly expected: number;
  /** Ticks without a reading: missed, or not in the stream at all. */
  readonly lost: number;
}

function othersOf(changed: ReadonlySet<string>, { ticks }: MeasuredWindow): Others {
  const devices = new Map([...ticks.devices].filter(([id]) => !changed.has(id)));
  const expected = [...devices.values()].reduce((sum, device) => sum + device.expected, 0);
  return { devices, expected, lost: expected - latenessOf({ devices }).length };
}

function latenessAt(times: readonly ChangeTime[], { devices }: Others): number[] {
  return [...devices.values()].flatMap(({ reads }) =>
    reads.flatMap(({ dueMs, latenessMs }) =>
      times.some(({ askedMs, effectiveMs }) => askedMs <= dueMs && dueMs <= effectiveMs) ? [latenessMs] : [],
    ),
  );
}
