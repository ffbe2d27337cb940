import { quoted, type Text } from '@holdfast/texts/text.ts';
import type { DriverSpec } from './spec.ts';
import { driverText } from './texts.ts';

type PlaceSpec = Pick<DriverSpec, 'endpoint' | 'pace'>;

/** The unit behind its endpoint, in words: two devices with the same words are one box. */
export function unitPlace(spec: PlaceSpec, connection: object): string {
  const { unit } = spec.pace(connection);
  const { key } = spec.endpoint(connection);
  return unit === '' ? key : `${key} unit ${unit}`;
}

/** The same for people. */
export function unitPlaceText(spec: PlaceSpec, connection: object): Text {
  const { unit } = spec.pace(connection);
  const { key } = spec.endpoint(connection);
  return unit === '' ? quoted(key) : driverText('unit_at_endpoint', { endpoint: key, unit });
}

/**
 * Where a device is: two with one place are the same device. Every machine has a first serial line of the same name, so
 * a line at another site counts as another line; a network address is the same everywhere.
 * @returns undefined where one endpoint may have any number of devices
 */
export function devicePlace(
  spec: PlaceSpec,
  connection: object,
  siteId: number | null | undefined,
): string | undefined {
  const { isExclusive, isLocal } = spec.endpoint(connection);
  if (!isExclusive) return undefined;
  const place = unitPlace(spec, connection);
  return isLocal ? `${place} of site ${siteId ?? 'none'}` : place;
}
