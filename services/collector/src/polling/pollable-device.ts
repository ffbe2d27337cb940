import type { Mode } from '@holdfast/driver/device.ts';
import type { DevicePlan, Driver, PlanOptions } from '@holdfast/driver/driver.ts';
import type { EndpointIdentity, Pace } from '@holdfast/driver/spec.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { DeviceSite } from './device-links.ts';
import type { TurnOptions } from './endpoint.ts';
import type { PointSet } from './point-sets.ts';

/** A device as the poller needs it: what its driver's spec says of it, and the plan of its requests. */
export interface PollableDevice {
  readonly code: string;
  readonly site: DeviceSite;
  readonly mode: Mode;
  readonly timeoutMs: number;
  readonly pace: Pace;
  readonly identity: EndpointIdentity;
  readonly driver: Driver;
  readonly connection: object;
  readonly set: PointSet;
  readonly plan: DevicePlan;
}

/** @param set the point set of the device */
export function pollableDevice(
  device: DeviceConfig,
  driver: Driver,
  set: PointSet,
  options?: PlanOptions,
): PollableDevice {
  const { id, code, protocol, mode, timeout_ms, connection, site_code, site_networks = [] } = device;
  const { spec } = driver;
  const { list } = set;
  return {
    ...{ code, driver, connection, set, mode },
    site: { code: site_code, networks: site_networks },
    timeoutMs: timeout_ms,
    pace: spec.pace(connection),
    identity: spec.endpoint(connection),
    plan: driver.plan(
      { id, code, protocol, mode, timeout_ms, connection, points: list.points },
      list,
      options,
    ),
  };
}

/** The options for the device's turns at its endpoint. */
export function turnOptions({ timeoutMs, pace }: Pick<PollableDevice, 'timeoutMs' | 'pace'>): TurnOptions {
  const { pauseAfterMs, pauses, unit } = pace;
  return { timeoutMs, pauseAfterMs, unit: pauses === 'unit' ? unit : undefined };
}
