import { isDeepStrictEqual } from 'node:util';
import { bodies } from '@holdfast/drivers/bodies.ts';
import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { connectionOf, type DeviceCreate } from '@holdfast/shared/contracts/http/device-http.ts';
import { changedPoint, type DeviceOfPoint, judgedPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Judged } from '@holdfast/shared/judgement/verdict-on-body.ts';
import type { RowWrite } from '../change-sets/row-write.ts';
import { specOf, viewOfDevice } from '../device-specs.ts';

type Columns = Readonly<Record<string, unknown>>;

/** Columns of a new device. */
export function newDeviceRow(fields: unknown): Judged<Columns> {
  return inColumns(bodies().devices.judged(fields));
}

/** Columns of a device after a change. */
export function changedDeviceRow(
  { id, row }: { readonly id: number; readonly row: Columns },
  set: object,
): Judged<Columns> {
  const view = viewOfDevice({ ...row, id } as unknown as Parameters<typeof viewOfDevice>[0]);
  return inColumns(bodies().devices.changed(view, set));
}

function inColumns(verdict: Judged<DeviceCreate>): Judged<Columns> {
  if (!verdict.ok) return verdict;
  const { code, name, site_id, protocol, mode, timeout_ms, measurement, enabled } = verdict.value;
  const connection = connectionOf(specOf(verdict.value), verdict.value);
  return {
    ok: true,
    value: { code, name, site_id, protocol, mode, timeout_ms, measurement, enabled, connection },
  };
}

/** Columns of a new point. */
export function newPointRow(
  device: DeviceOfPoint | undefined,
  fields: { readonly device_id?: unknown },
): Judged<Columns> {
  const verdict = device ? judgedPoint(device, fields) : bodies().points.judgedWithoutDevice(fields);
  if (!verdict.ok) return verdict;
  if (!device) return noDevice;
  const { common, address } = verdict.value;
  return { ok: true, value: { ...common, address, device_id: fields.device_id } };
}

/**
 * Columns of a point after a change.
 * @param devices its device before and after the change
 */
export function changedPointRow(
  row: Columns,
  { from, to }: { readonly from: DeviceOfPoint; readonly to: DeviceOfPoint | undefined },
  set: { readonly device_id?: unknown },
): Judged<Columns> {
  if (!to) return noDevice;
  const { address, ...common } = row;
  const verdict = changedPoint({ from, to }, { common: common as never, address }, set);
  if (!verdict.ok) return verdict;
  const { device_id = row.device_id } = set;
  return { ok: true, value: { ...verdict.value.common, address: verdict.value.address, device_id } };
}

const noDevice: Judged<never> = {
  ok: false,
  issues: [{ path: ['device_id'], message: fieldText('no_such_device') }],
};

/** The write of a change; none if nothing differs. */
export function writeOfChange(
  { kind, id, row }: { readonly kind: ChangedKind; readonly id: number; readonly row: Columns },
  value: Columns,
): RowWrite[] {
  const newRow = { ...row, ...value };
  const fields = Object.keys(newRow).filter((name) => !isDeepStrictEqual(row[name], newRow[name]));
  return fields.length === 0 ? [] : [{ kind, id, op: 'change', row: newRow, fields }];
}
