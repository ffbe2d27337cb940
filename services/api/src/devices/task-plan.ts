import { both } from '@holdfast/driver/form-words.ts';
import { endpointKey, endpointOf, unitKey } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import { isBitTable } from '@holdfast/driver-modbus/layout/point-layout.ts';
import {
  type BusSpeed,
  type DeviceLoad,
  type EndpointVerdict,
  judgeEndpoint,
  readMs,
} from '@holdfast/driver-modbus/plan/bus-time.ts';
import { mapReads, planReads, type ReadBlock } from '@holdfast/driver-modbus/plan/plan-reads.ts';
import { readLimits } from '@holdfast/driver-modbus/plan/read-limits.ts';
import type { TaskPlanBody, TaskPlanView } from '@holdfast/shared/contracts/http/task-plan-http.ts';
import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { devicePeriodMs, isDue } from '@holdfast/shared/domain/rates/device-rates.ts';
import { valuesPerSecond } from '@holdfast/shared/domain/rates/values-per-second.ts';
import type { TaskContent } from '../configuration/task-snapshot.ts';
import { said } from '../problems/said.ts';
import type { MeasuredRoundTrips } from './measured-round-trips.ts';

/** A device in the same building; a PLC's own scan is most of it. */
const usualRoundTripMs = 10;
const usualTurnaroundMs = 5;

type PlannedDevice = TaskPlanView['endpoints'][number]['devices'][number];
type PlannedRate = PlannedDevice['rates'][number];
type OtherTask = TaskPlanView['endpoints'][number]['other_tasks'][number];

/** Sources for the time that requests take. */
interface Known {
  readonly given: NonNullable<TaskPlanBody>;
  readonly round_trip_ms: number;
  readonly turnaround_ms: number;
  readonly measured: MeasuredRoundTrips;
}

/**
 * The requests that a task's devices will be sent, how long they keep each endpoint busy, and whether its periods can
 * be held. Nothing is asked of a device: times are those that are given, that a session has measured, or that follow from the
 * line's speed.
 *
 * @param others that run now: what they read behind an endpoint of this task takes up its time as well
 */
export function planTask(
  content: TaskContent,
  given: TaskPlanBody,
  others: readonly TaskContent[] = [],
  measured: MeasuredRoundTrips = new Map(),
): TaskPlanView {
  const assumed = {
    round_trip_ms: given?.round_trip_ms ?? usualRoundTripMs,
    turnaround_ms: given?.turnaround_ms ?? usualTurnaroundMs,
  };
  const known: Known = { ...assumed, given: given ?? {}, measured };
  const byEndpoint = devicesByEndpoint(content);
  const othersBy = others.map((other) => ({ other, devicesBy: devicesByEndpoint(other) }));
  const endpoints = [...byEndpoint].map(([endpoint, devices]) => {
    const planned = devices.map((device) => planDevice(device, content.period_ms, known));
    const beside = othersBy.flatMap(({ other, devicesBy }) => {
      const there = devicesBy.get(endpoint);
      return there ? [loadBeside(other, there, known)] : [];
    });
    const judged = judgeEndpoint(
      [...planned, ...beside.flatMap(({ loads }) => loads)].map(({ load }) => load),
    );
    return {
      endpoint,
      verdict: judged.verdict,
      detail:
        inWords(judged) +
        besideInWords(beside.map(({ task }) => task)) +
        measuredInWords(planned.map(({ view }) => view)),
      busy_share: rounded(judged.busyShare),
      everything_once_ms: rounded(judged.everythingOnceMs),
      other_tasks: beside.map(({ task }) => task),
      devices: planned.map(({ view }) => view),
    };
  });
  const worst =
    endpoints.find(({ verdict }) => verdict === 'cannot_hold') ??
    endpoints.find(({ verdict }) => verdict === 'late_at_times');
  const hasOthers = endpoints.some(({ other_tasks }) => other_tasks.length > 0);
  const reckoned = hasOthers ? reckonedWith.others : reckonedWith.alone;
  return {
    task_id: Number(content.task_id),
    task_code: content.task_code,
    verdict: worst?.verdict ?? 'holds',
    detail: said(
      `${worst ? `${worst.endpoint} ${worst.detail}.` : 'Every period can be held.'} ${reckoned.en}`,
      `${worst ? `${worst.endpoint} ${worst.detail}。` : '所有周期均可满足。'}${reckoned.zh}`,
    ),
    ...assumed,
    values_per_second: rounded(valuesPerSecond(content)),
    endpoints,
  };
}

const reckonedWith = {
  alone: both(
    'This is reckoned for the task alone: no other one reads there now, and one that is started later is not in it.',
    '仅按此任务估算：目前没有其他任务在此读取，之后启动的任务未计入。',
  ),
  others: both(
    'This is reckoned with the other tasks that read there now; one that is started later is not in it.',
    '已计入目前在此读取的其他任务；之后启动的任务未计入。',
  ),
} as const;

function devicesByEndpoint({ devices }: TaskContent): ReadonlyMap<string, readonly DeviceConfig[]> {
  return Map.groupBy(devices, (device) => endpointKey(endpointOf(device)));
}

/** Reads of another task behind one endpoint. */
function loadBeside(
  { task_id, task_code, period_ms }: TaskContent,
  there: readonly DeviceConfig[],
  known: Known,
): { readonly task: OtherTask; readonly loads: readonly { readonly load: DeviceLoad }[] } {
  const loads = there.map((device) => planDevice(device, period_ms, known));
  const { busyShare } = judgeEndpoint(loads.map(({ load }) => load));
  return { task: { task_id: Number(task_id), task_code, busy_share: rounded(busyShare) }, loads };
}

function planDevice(
  device: DeviceConfig,
  taskPeriodMs: number,
  known: Known,
): { view: PlannedDevice; load: DeviceLoad } {
  const { code, protocol, unit_id, points, profile } = device;
  const map = mapReads(points, readLimits(device));
  const request = requestOf(device, known);
  const speed = speedOf(device, request);
  const pauseMs = profile?.request_pause_ms ?? 0;
  const timed = (blocks: readonly ReadBlock<PointConfig>[]) =>
    blocks.map((block) => ({ block, ms: readMs(block, speed, pauseMs) }));
  const periodOf = ({ period_ms }: PointConfig) => period_ms ?? taskPeriodMs;
  const rates = [...Map.groupBy(map.readable, periodOf)].sort(([one], [other]) => one - other);
  const views = rates.map(([periodMs, due]) => rateView(periodMs, timed(planReads(map, due))));
  const periodMs = devicePeriodMs(taskPeriodMs, points);
  const fullTickMs = total(timed(planReads(map, map.readable)));
  return {
    view: {
      device: code,
      protocol,
      unit_id,
      period_ms: periodMs,
      request,
      full_tick_ms: rounded(fullTickMs),
      rates: views,
      unreadable: map.unreadable.map(({ point, reason }) => ({ point: point.code, reason })),
    },
    load: { code, periodMs, fullTickMs, msPerSecond: busyPerSecond(map, rates, periodMs, timed) },
  };
}

/**
 * Over one round of all rates: where they meet, their requests are merged. Rates whose round is very long (1 s and 7 h), or
 * longer than the slowest of them (2 s and 5 s), are reckoned as if they never met, which is too much rather than too little.
 */
function busyPerSecond(
  map: Parameters<typeof planReads<PointConfig>>[0],
  rates: readonly (readonly [number, readonly PointConfig[]])[],
  periodMs: number,
  timed: (blocks: readonly ReadBlock<PointConfig>[]) => readonly { ms: number }[],
): number {
  const longest = rates.at(-1)?.[0] ?? periodMs;
  const ticks = longest / periodMs;
  const meetsInTime = ticks <= 10_000 && rates.every(([rate]) => longest % rate === 0);
  if (!meetsInTime) {
    return rates.reduce((sum, [rate, due]) => sum + (total(timed(planReads(map, due))) * 1_000) / rate, 0);
  }
  const known = new Map<string, number>();
  let sum = 0;
  for (let tick = 0; tick < ticks; tick += 1) {
    const due = rates.filter(([rate]) => isDue(tick, periodMs, rate));
    const key = due.map(([rate]) => rate).join();
    let ms = known.get(key);
    if (ms === undefined) {
      ms = total(
        timed(
          planReads(
            map,
            due.flatMap(([, points]) => points),
          ),
        ),
      );
      known.set(key, ms);
    }
    sum += ms;
  }
  return (sum * 1_000) / longest;
}

function rateView(
  periodMs: number,
  timed: readonly { block: ReadBlock<PointConfig>; ms: number }[],
): PlannedRate {
  return {
    period_ms: periodMs,
    registers: timed.reduce(
      (sum, { block }) => sum + (isBitTable(block.table) ? Math.ceil(block.quantity / 16) : block.quantity),
      0,
    ),
    requests: timed.map(({ block, ms }) => ({
      table: block.table,
      address: block.address,
      quantity: block.quantity,
      points: block.points.map(({ point }) => point.code),
      ms: rounded(ms),
    })),
  };
}

/** Time of a request. A given one counts before a measured one: it asks what would be if. */
function requestOf(device: DeviceConfig, known: Known): PlannedDevice['request'] {
  const field = device.protocol === 'modbus_rtu' ? 'turnaround_ms' : 'round_trip_ms';
  if (known.given[field] !== undefined) return { ms: known[field], from: 'given', session_id: null };
  const measured = known.measured.get(unitKey(device));
  return measured
    ? { ms: measured.ms, from: 'measured', session_id: measured.sessionId }
    : { ms: known[field], from: 'assumed', session_id: null };
}

function speedOf({ protocol, serial }: DeviceConfig, { ms, from }: PlannedDevice['request']): BusSpeed {
  if (protocol !== 'modbus_rtu' || !serial) return { kind: 'tcp', roundTripMs: ms };
  const { baud_rate: baudRate, parity, stop_bits: stopBits } = serial;
  const line = { kind: 'serial', baudRate, parity, stopBits } as const;
  return from === 'measured' ? { ...line, turnaroundMs: 0, atLeastMs: ms } : { ...line, turnaroundMs: ms };
}

function inWords({ verdict, busyShare, everythingOnceMs, shortestPeriodMs }: EndpointVerdict): string {
  const once = `${rounded(everythingOnceMs)} ms`;
  switch (verdict) {
    case 'holds':
      return said(
        `holds ${shortestPeriodMs} ms: reading everything once takes ${once}`,
        `可满足 ${shortestPeriodMs} ms：全部读取一次需 ${once}`,
      );
    case 'late_at_times':
      return said(
        `holds ${shortestPeriodMs} ms most of the time: when everything is due at once the plan needs ${once}, and ticks are missed`,
        `大多可满足 ${shortestPeriodMs} ms：全部同时到期时需 ${once}，会缺失采样`,
      );
    case 'cannot_hold':
      return said(
        `cannot hold ${shortestPeriodMs} ms: the plan needs ${once}, and ${rounded(busyShare * 100)} % of the time of the bus${busyShare > 1 ? '' : ', which leaves none for an answer that is late'}`,
        `无法满足 ${shortestPeriodMs} ms：全部读取一次需 ${once}，占用总线时间的 ${rounded(busyShare * 100)}%${busyShare > 1 ? '' : '，没有余量容纳迟到的应答'}`,
      );
    default:
      return verdict satisfies never;
  }
}

const namedAtMost = 5;

function besideInWords(tasks: readonly OtherTask[]): string {
  if (tasks.length === 0) return '';
  const named = tasks.slice(0, namedAtMost).map(({ task_code }) => task_code);
  const more = tasks.length - namedAtMost;
  const rest = more > 0 ? said(` and ${more} more`, `，另有 ${more} 个`) : '';
  const share = tasks.reduce((sum, { busy_share }) => sum + busy_share, 0);
  return said(
    `, with ${rounded(share * 100)} % of the time for what runs there already: ${named.join(', ')}${rest}`,
    `；已在此运行的任务占用 ${rounded(share * 100)}% 的时间：${named.join('、')}${rest}`,
  );
}

function measuredInWords(devices: readonly PlannedDevice[]): string {
  const measured = devices.filter(({ request }) => request.from === 'measured');
  if (measured.length === 0) return '';
  const named = measured
    .slice(0, namedAtMost)
    .map(({ device, request: { ms, session_id: session } }) =>
      said(`${device} ${ms} ms (session ${session})`, `${device} ${ms} ms（会话 ${session}）`),
    );
  const more = measured.length - namedAtMost;
  const rest = more > 0 ? said(` and ${more} more`, `，另有 ${more} 台`) : '';
  return said(
    `; a request takes, as measured: ${named.join(', ')}${rest}`,
    `；单次请求实测耗时：${named.join('、')}${rest}`,
  );
}

function total(timed: readonly { ms: number }[]): number {
  return timed.reduce((sum, { ms }) => sum + ms, 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
