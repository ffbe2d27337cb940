import { isDeepStrictEqual } from 'node:util';
import {
  type DeviceConfig,
  type PointConfig,
  type TaskConfig,
  valueCodes,
} from '@holdfast/shared/contracts/task-config.ts';
import { devicePeriodMs } from '@holdfast/shared/domain/rates/device-rates.ts';
import { areOfSameLine, lineOf, readFromLine } from '@holdfast/shared/sessions/snapshot-line.ts';
import type { Endpoints } from './endpoints.ts';
import type { PointSets } from './point-sets.ts';
import { type PollableDevice, pollableDevice } from './pollable-device.ts';

/** A device by one version of the configuration, with its requests planned; nothing is opened yet. */
export interface PlannedDevice {
  readonly device: DeviceConfig;
  readonly target: PollableDevice;
  /** The period of the task. */
  readonly taskPeriodMs: number;
  readonly periodMs: number;
  readonly configVersion: number;
}

export interface PlanningOptions {
  readonly endpoints: Pick<Endpoints, 'driver'>;
  readonly pointSets: PointSets;
  readonly refusedPauseMs: number | undefined;
}

/** @param former what the device has taught so far, if it is the same device at the same place */
export function planDevice(
  configured: DeviceConfig,
  {
    period_ms: taskPeriodMs,
    config_version: configVersion,
  }: Pick<TaskConfig, 'period_ms' | 'config_version'>,
  { endpoints, pointSets, refusedPauseMs }: PlanningOptions,
  learned?: object,
): PlannedDevice {
  const set = pointSets.of(configured.points, configured.protocol);
  // Keep only one of two equal lists of points.
  const isKept = configured.points === set.points;
  const device = isKept
    ? configured
    : readFromLine({ ...configured, points: set.points }, lineOf(configured));
  const target = pollableDevice(device, endpoints.driver(configured.protocol), set, {
    refusedPauseMs,
    learned,
  });
  const periodMs = devicePeriodMs(taskPeriodMs, device.points);
  return { device, target, taskPeriodMs, periodMs, configVersion };
}

/** Whether the device notices nothing when it is read by one version instead of the other. */
export function isReadAlike(
  { device, taskPeriodMs }: Pick<PlannedDevice, 'device' | 'taskPeriodMs'>,
  other: DeviceConfig,
  otherPeriodMs: number,
): boolean {
  const isPeriodAlike =
    taskPeriodMs === otherPeriodMs || other.points.every((point) => point.period_ms !== undefined);
  return isPeriodAlike && (areOfSameLine(device, other) || isDeepStrictEqual(device, other));
}

/** Whether it is the same device behind the same endpoint, so that what one plan has learned is true of the other. */
export function isAtSamePlace(one: DeviceConfig, other: DeviceConfig): boolean {
  return one.protocol === other.protocol && isDeepStrictEqual(one.connection, other.connection);
}

/** Returns a test for each value of a device: whether it is the same in both versions, and goes to the same place. */
export function sameValues(former: DeviceConfig, next: DeviceConfig): (code: string) => boolean {
  const isSameSeries = isDeepStrictEqual(seriesOf(former), seriesOf(next));
  if (!isSameSeries || !isAtSamePlace(former, next)) return () => false;
  const before = new Map(former.points.map((point) => [point.code, point]));
  const same = new Set<string>();
  for (const point of next.points) {
    const formerPoint = before.get(point.code);
    if (!formerPoint || !isDeepStrictEqual(readingOf(formerPoint), readingOf(point))) continue;
    for (const code of valueCodes(point)) same.add(code);
  }
  return (code) => same.has(code);
}

function seriesOf({ code, measurement, site_code }: DeviceConfig): readonly (string | undefined)[] {
  return [code, measurement, site_code];
}

function readingOf({ name: _, unit: _unit, report: _report, period_ms: _period, ...reading }: PointConfig) {
  return reading;
}
