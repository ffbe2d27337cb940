import type { PointFields } from '@holdfast/driver/point.ts';
import type { DriverSpec } from '@holdfast/driver/spec.ts';
import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/device.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { type Issue, validate } from '@holdfast/shared/judgement/verdict-on-body.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { specs } from './specs.ts';

/** Why a device of a snapshot cannot be read, in the words of its protocol's spec, or undefined if it can. */
export function deviceFault(device: DeviceConfig): Text | undefined {
  const { code, protocol, mode, connection, points } = device;
  const spec = specs.get(protocol);
  if (!spec) {
    const protocols = [...specs.keys()].join(', ');
    return deviceText(code, collectorText('unknown_protocol', { protocol, protocols }));
  }
  if (!spec.modes.includes(mode)) return deviceText(code, collectorText('unknown_mode', { protocol, mode }));
  const parsed = validate(spec.connection, connection);
  if (!parsed.ok) return deviceText(code, firstOf(parsed.issues, 'connection'));
  for (const point of points) {
    const fault = addressFault(spec, parsed.value, point);
    if (fault !== undefined)
      return collectorText('point_fault', { device: code, point: point.code, why: fault });
  }
  return undefined;
}

/** Checks the address only: rules of a later release must not take a running point away. */
function addressFault(spec: DriverSpec, connection: object, point: PointConfig): Text | undefined {
  const fields = validate(spec.place, displayed(spec, point.address));
  if (!fields.ok) return firstOf(fields.issues, 'address');
  const parsed = spec.parseAddress(fields.value, point as PointFields, connection);
  if (parsed.ok) return undefined;
  const own = parsed.problems.find(({ field }) => field in spec.place.shape);
  return own && collectorText('of_field', { field: own.field, why: own.message });
}

const deviceText = (device: string, why: Text) => collectorText('device_fault', { device, why });

function firstOf([issue]: readonly Issue[], of: string): Text {
  const field = [of, ...(issue?.path ?? [])].map(String).join('.');
  return collectorText('of_field', { field, why: issue?.message ?? '' });
}

function displayed(spec: DriverSpec, address: unknown): unknown {
  try {
    return spec.showAddress(address);
  } catch {
    return address;
  }
}
