import type { PointFields } from '@holdfast/driver/point.ts';
import type { DriverSpec } from '@holdfast/driver/spec.ts';
import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/device.ts';
import { specs } from './specs.ts';

/** Why a device of a snapshot cannot be read, in the words of its protocol's spec, or undefined if it can. */
export function deviceFault(device: DeviceConfig): string | undefined {
  const { code, protocol, mode, connection, points } = device;
  const spec = specs.get(protocol);
  if (!spec) {
    const protocols = [...specs.keys()].join(', ');
    return `device ${code}: there is no protocol ${protocol} here; known: ${protocols}`;
  }
  if (!spec.modes.includes(mode)) return `device ${code}: ${protocol} has no mode ${mode}`;
  const parsed = spec.connection.safeParse(connection);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `device ${code}: connection.${issue?.path.map(String).join('.')}: ${issue?.message}`;
  }
  for (const point of points) {
    const fault = addressFault(spec, parsed.data, point);
    if (fault !== undefined) return `device ${code}, point ${point.code}: ${fault}`;
  }
  return undefined;
}

/** Checks the address only: rules of a later release must not take a running point away. */
function addressFault(spec: DriverSpec, connection: object, point: PointConfig): string | undefined {
  const fields = spec.place.safeParse(displayed(spec, point.address));
  if (!fields.success) {
    const [issue] = fields.error.issues;
    return `${['address', ...(issue?.path ?? [])].map(String).join('.')}: ${issue?.message}`;
  }
  const parsed = spec.parseAddress(fields.data, point as PointFields, connection);
  if (parsed.ok) return undefined;
  const own = parsed.problems.find(({ field }) => field in spec.place.shape);
  return own && `${own.field}: ${own.message}`;
}

function displayed(spec: DriverSpec, address: unknown): unknown {
  try {
    return spec.showAddress(address);
  } catch {
    return address;
  }
}
