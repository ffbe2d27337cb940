import { both } from '@holdfast/driver/form-words.ts';
import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import { type DeviceView, flatDevice } from '@holdfast/shared/contracts/http/device-http.ts';
import type { Selectable } from 'kysely';
import type { DevicesTable } from '../database/tables.ts';
import { Problem } from '../problems/problem.ts';

/** The spec of a stored device's protocol. @throws Problem where this release has none */
export function specOf({ code, protocol }: { readonly code: string; readonly protocol: string }): DriverSpec {
  const spec = specs.get(protocol);
  if (spec) return spec;
  const protocols = [...specs.keys()].join(', ');
  throw new Problem(
    'device_config_invalid',
    both(
      `Device ${code} speaks ${protocol}, which this release does not know. It knows: ${protocols}.`,
      `设备 ${code} 使用协议 ${protocol}，本版本不支持。支持的有：${protocols}。`,
    ),
  );
}

/** A row as the API shows it. */
export function viewOfDevice(row: Selectable<DevicesTable>): DeviceView {
  const { endpoint: _, ...device } = row;
  return flatDevice(specOf(row), device);
}

/** The column by which devices behind one endpoint are found; null if any number of collectors may use the endpoint. */
export function endpointColumn(spec: DriverSpec, connection: object): string | null {
  const { key, isExclusive } = spec.endpoint(connection);
  return isExclusive ? key : null;
}
