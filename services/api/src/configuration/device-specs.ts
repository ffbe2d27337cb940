import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import { type DeviceView, flatDevice } from '@holdfast/shared/contracts/http/device-http.ts';
import type { DeviceOfPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import type { Selectable } from 'kysely';
import type { DevicesTable } from '../database/tables.ts';
import { Problem } from '../problems/problem.ts';
import { configurationText } from './texts.ts';

/** The spec of a stored device's protocol. @throws Problem where this release has none */
export function specOf({ code, protocol }: { readonly code: string; readonly protocol: string }): DriverSpec {
  const spec = specs.get(protocol);
  if (spec) return spec;
  const protocols = [...specs.keys()].join(', ');
  throw new Problem(
    'device_config_invalid',
    configurationText('device_config_invalid', { code, protocol, names: protocols }),
  );
}

/** What decides how the points of a device are judged and read. */
export function readBy(
  row: Pick<Selectable<DevicesTable>, 'code' | 'protocol' | 'connection'>,
): DeviceOfPoint {
  return { spec: specOf(row), connection: row.connection };
}

/** A row as the API shows it. */
export function viewOfDevice(row: Selectable<DevicesTable>): DeviceView {
  const { endpoint: _, ...device } = row;
  return flatDevice(specOf(row), device);
}

/** The column by which devices behind one endpoint are found, or null if any number of collectors may use the endpoint. */
export function endpointColumn(spec: DriverSpec, connection: object): string | null {
  const { key, isExclusive } = spec.endpoint(connection);
  return isExclusive ? key : null;
}
