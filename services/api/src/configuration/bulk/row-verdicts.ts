import { bodies } from '@holdfast/drivers/bodies.ts';
import { connectionOf, type DeviceCreate } from '@holdfast/shared/contracts/http/device-http.ts';
import {
  changedPoint,
  type DeviceOfPoint,
  validateNewPoint,
} from '@holdfast/shared/contracts/http/point-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Validated } from '@holdfast/shared/judgement/verdict-on-body.ts';
import type { DeviceRow, PointRow } from '../change-sets/row-write.ts';
import { endpointColumn, specOf, viewOfDevice } from '../device-specs.ts';

/** Columns of a new device. */
export function newDeviceRow(fields: unknown): Validated<DeviceRow> {
  return inColumns(bodies().devices.judged(fields));
}

/** Columns of a device after a change. */
export function changedDeviceRow(
  { id, row }: { readonly id: number; readonly row: DeviceRow },
  set: object,
): Validated<DeviceRow> {
  return inColumns(bodies().devices.changed(viewOfDevice({ ...row, id }), set));
}

function inColumns(verdict: Validated<DeviceCreate>): Validated<DeviceRow> {
  if (!verdict.ok) return verdict;
  const { code, name, site_id, protocol, mode, timeout_ms, measurement, enabled } = verdict.value;
  const spec = specOf(verdict.value);
  const connection = connectionOf(spec, verdict.value);
  const endpoint = endpointColumn(spec, connection);
  return {
    ok: true,
    value: { code, name, site_id, protocol, mode, timeout_ms, measurement, enabled, connection, endpoint },
  };
}

/** Columns of a new point. */
export function newPointRow(
  device: DeviceOfPoint | undefined,
  fields: { readonly device_id?: unknown },
): Validated<PointRow> {
  const verdict = device ? validateNewPoint(device, fields) : bodies().points.judgedWithoutDevice(fields);
  if (!verdict.ok) return verdict;
  if (!device) return noDevice;
  const { common, address } = verdict.value;
  return { ok: true, value: { ...common, address, device_id: fields.device_id as number } };
}

/**
 * Columns of a point after a change.
 * @param devices its device before and after the change
 */
export function changedPointRow(
  row: PointRow,
  { from, to }: { readonly from: DeviceOfPoint; readonly to: DeviceOfPoint | undefined },
  set: { readonly device_id?: unknown },
): Validated<PointRow> {
  if (!to) return noDevice;
  const { address: current, ...now } = row;
  const verdict = changedPoint({ from, to }, { common: now, address: current }, set);
  if (!verdict.ok) return verdict;
  const { common, address } = verdict.value;
  return { ok: true, value: { ...common, address, device_id: (set.device_id as number) ?? row.device_id } };
}

const noDevice: Validated<never> = {
  ok: false,
  issues: [{ path: ['device_id'], message: fieldText('no_such_device') }],
};
