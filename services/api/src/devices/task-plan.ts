import type { Device } from '@holdfast/driver/device.ts';
import { unitPlace } from '@holdfast/driver/device-place.ts';
import type { DriverSpec, RequestForecast } from '@holdfast/driver/spec.ts';
import type { TaskPlanBody, TaskPlanView } from '@holdfast/shared/contracts/http/task-plan-http.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { devicePeriodMs, isDue } from '@holdfast/shared/domain/rates/device-rates.ts';
import { valuesPerSecond } from '@holdfast/shared/domain/rates/values-per-second.ts';
import { specOf } from '../configuration/device-specs.ts';
import type { TaskContent } from '../configuration/task-snapshot.ts';
import { localize } from '../problems/localize.ts';
import { type DeviceLoad, type EndpointVerdict, judgeEndpoint } from './judge-endpoint.ts';
import type { MeasuredRoundTrips } from './measured-round-trips.ts';
import { devicesText } from './texts.ts';

/** For a device in the same building; the PLC's own scan takes most of it. */
const usualRoundTripMs = 10;
const usualTurnaroundMs = 5;

type PlannedDevice = TaskPlanView['endpoints'][number]['devices'][number];
type PlannedRate = PlannedDevice['rates'][number];
type OtherTask = TaskPlanView['endpoints'][number]['other_tasks'][number];

/** Sources for the time that requests take. */
interface RequestTimes {
  readonly fromCaller: NonNullable<TaskPlanBody>;
  readonly round_trip_ms: number;
  readonly turnaround_ms: number;
  readonly measured: MeasuredRoundTrips;
}

/**
 * Plans the requests to a task's devices: how long they keep each endpoint busy, and whether its periods can be held.
 * No device is asked: times are given, were measured by a session, or follow from the speed of the line.
 *
 * @param others tasks that run now: their reads behind an endpoint of this task take up its time as well
 */
export function planTask(
  content: TaskContent,
  body: TaskPlanBody,
  others: readonly TaskContent[] = [],
  measured: MeasuredRoundTrips = new Map(),
): TaskPlanView {
  const assumed = {
    round_trip_ms: body?.round_trip_ms ?? usualRoundTripMs,
    turnaround_ms: body?.turnaround_ms ?? usualTurnaroundMs,
  };
  const times: RequestTimes = { ...assumed, fromCaller: body ?? {}, measured };
  const byEndpoint = devicesByEndpoint(content);
  const othersBy = others.map((other) => ({ other, devicesBy: devicesByEndpoint(other) }));
  const endpoints = [...byEndpoint].map(([endpoint, devices]) => {
    const planned = devices.map((device) => planDevice(device, content.period_ms, times));
    const otherLoads = othersBy.flatMap(({ other, devicesBy }) => {
      const there = devicesBy.get(endpoint);
      return there ? [loadBeside(other, there, times)] : [];
    });
    const endpointVerdict = judgeEndpoint(
      [...planned, ...otherLoads.flatMap(({ loads }) => loads)].map(({ load }) => load),
    );
    return {
      endpoint,
      verdict: endpointVerdict.verdict,
      detail:
        inWords(endpointVerdict) +
        besideInWords(otherLoads.map(({ task }) => task)) +
        measuredInWords(planned.map(({ view }) => view)),
      busy_share: rounded(endpointVerdict.busyShare),
      everything_once_ms: rounded(endpointVerdict.everythingOnceMs),
      other_tasks: otherLoads.map(({ task }) => task),
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
    detail: localize(
      worst
        ? devicesText('endpoint_verdict', {
            endpoint: worst.endpoint,
            detail: worst.detail,
            reckonedWith: reckoned,
          })
        : devicesText('every_period_can_be_held', { reckonedWith: reckoned }),
    ),
    ...assumed,
    values_per_second: rounded(valuesPerSecond(content)),
    endpoints,
  };
}

const reckonedWith = {
  alone: devicesText('reckoned_with_alone'),
  others: devicesText('reckoned_with_others'),
} as const;

function devicesByEndpoint({ devices }: TaskContent): ReadonlyMap<string, readonly DeviceConfig[]> {
  return Map.groupBy(devices, (device) => specOf(device).endpoint(device.connection).key);
}

/** The load that another task's reads put on one endpoint. */
function loadBeside(
  { task_id, task_code, period_ms }: TaskContent,
  there: readonly DeviceConfig[],
  times: RequestTimes,
): { readonly task: OtherTask; readonly loads: readonly { readonly load: DeviceLoad }[] } {
  const loads = there.map((device) => planDevice(device, period_ms, times));
  const { busyShare } = judgeEndpoint(loads.map(({ load }) => load));
  return { task: { task_id: Number(task_id), task_code, busy_share: rounded(busyShare) }, loads };
}

function planDevice(
  device: DeviceConfig,
  taskPeriodMs: number,
  times: RequestTimes,
): { view: PlannedDevice; load: DeviceLoad } {
  const { code, protocol, points, connection } = device;
  const spec = specOf(device);
  const request = requestOf(spec, device, times);
  const forecast = spec.forecast?.(device as Device, {
    ...{ roundTripMs: request.ms, turnaroundMs: request.ms, isMeasured: request.from === 'measured' },
  });
  const timed: Timed = (due) => forecast?.requests(due) ?? [];
  const unread = new Set(forecast?.unreadable.map(({ point }) => point));
  const readable = points.flatMap((point, number) => (unread.has(point.code) ? [] : [number]));
  const periodOf = (number: number) => points[number]?.period_ms ?? taskPeriodMs;
  const rates = [...Map.groupBy(readable, periodOf)].sort(([one], [other]) => one - other);
  const periodMs = devicePeriodMs(taskPeriodMs, points);
  const fullTickMs = total(timed(readable));
  return {
    view: {
      device: code,
      protocol,
      unit: spec.pace(connection).unit,
      period_ms: periodMs,
      request,
      full_tick_ms: rounded(fullTickMs),
      rates: rates.map(([rateMs, due]) => rateView(rateMs, timed(due))),
      unreadable: (forecast?.unreadable ?? []).map(({ point, reason }) => ({
        point,
        reason: localize(reason),
      })),
    },
    load: { code, periodMs, fullTickMs, msPerSecond: busyPerSecond(rates, periodMs, timed) },
  };
}

/** @param due numbers of the points that are due */
type Timed = (due: readonly number[]) => readonly RequestForecast[];

/**
 * Busy time per second, averaged over one round of all rates: where rates meet, their requests are merged. If the round
 * is very long (1 s and 7 h), or longer than the slowest rate (2 s and 5 s), rates count as never meeting: rather too
 * much than too little.
 */
function busyPerSecond(
  rates: readonly (readonly [number, readonly number[]])[],
  periodMs: number,
  timed: Timed,
): number {
  const longest = rates.at(-1)?.[0] ?? periodMs;
  const ticks = longest / periodMs;
  const meetsInTime = ticks <= 10_000 && rates.every(([rate]) => longest % rate === 0);
  if (!meetsInTime) {
    return rates.reduce((sum, [rate, due]) => sum + (total(timed(due)) * 1_000) / rate, 0);
  }
  const msByRates = new Map<string, number>();
  let sum = 0;
  for (let tick = 0; tick < ticks; tick += 1) {
    const due = rates.filter(([rate]) => isDue(tick, periodMs, rate));
    const key = due.map(([rate]) => rate).join();
    let ms = msByRates.get(key);
    if (ms === undefined) {
      ms = total(timed(due.flatMap(([, points]) => points)));
      msByRates.set(key, ms);
    }
    sum += ms;
  }
  return (sum * 1_000) / longest;
}

function rateView(periodMs: number, requests: readonly RequestForecast[]): PlannedRate {
  return {
    period_ms: periodMs,
    registers: requests.reduce((sum, { registers }) => sum + registers, 0),
    requests: requests.map(({ request, points, ms }) => ({
      ...request,
      points: [...points],
      ms: rounded(ms),
    })),
  };
}

/** Time of a request. A given time wins over a measured one, because the caller asks what would happen with it. */
function requestOf(
  spec: DriverSpec,
  { connection }: DeviceConfig,
  times: RequestTimes,
): PlannedDevice['request'] {
  const field = spec.endpoint(connection).isLocal ? 'turnaround_ms' : 'round_trip_ms';
  if (times.fromCaller[field] !== undefined) return { ms: times[field], from: 'given', session_id: null };
  const measured = times.measured.get(unitPlace(spec, connection));
  return measured
    ? { ms: measured.ms, from: 'measured', session_id: measured.sessionId }
    : { ms: times[field], from: 'assumed', session_id: null };
}

function inWords({ verdict, busyShare, everythingOnceMs, shortestPeriodMs }: EndpointVerdict): string {
  const once = `${rounded(everythingOnceMs)} ms`;
  switch (verdict) {
    case 'holds':
      return localize(devicesText('holds_ms_reading_everything_once_takes', { shortestPeriodMs, once }));
    case 'late_at_times':
      return localize(devicesText('holds_ms_most_of_the_time', { shortestPeriodMs, once }));
    case 'cannot_hold':
      return localize(
        devicesText(busyShare > 1 ? 'cannot_hold_no_rest' : 'cannot_hold_late', {
          ...{ shortestPeriodMs, once },
          share: rounded(busyShare * 100),
        }),
      );
    default:
      return verdict satisfies never;
  }
}

const namedAtMost = 5;

function besideInWords(tasks: readonly OtherTask[]): string {
  if (tasks.length === 0) return '';
  const taskCodes = tasks.slice(0, namedAtMost).map(({ task_code }) => task_code);
  const more = tasks.length - namedAtMost;
  const rest = more > 0 ? localize(devicesText('and_more', { more })) : '';
  const share = tasks.reduce((sum, { busy_share }) => sum + busy_share, 0);
  return localize(devicesText('with_of_the_time', { share: rounded(share * 100), named: taskCodes, rest }));
}

function measuredInWords(devices: readonly PlannedDevice[]): string {
  const measured = devices.filter(({ request }) => request.from === 'measured');
  if (measured.length === 0) return '';
  const deviceTimes = measured
    .slice(0, namedAtMost)
    .map(({ device, request: { ms, session_id: session } }) =>
      localize(devicesText('ms_session', { device, ms, session: session ?? '' })),
    );
  const more = measured.length - namedAtMost;
  const rest = more > 0 ? localize(devicesText('and_more_devices', { more })) : '';
  return localize(devicesText('a_request_takes_as_measured', { named: deviceTimes, rest }));
}

function total(timed: readonly { ms: number }[]): number {
  return timed.reduce((sum, { ms }) => sum + ms, 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
