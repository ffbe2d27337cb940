import type { DriverSpec } from './spec.ts';

type PlaceSpec = Pick<DriverSpec, 'endpoint' | 'pace'>;

/** The unit behind its endpoint, in words: whoever asks two devices with one of these asks one box. */
export function unitPlace(spec: PlaceSpec, connection: object): string {
  const { unit } = spec.pace(connection);
  const { key } = spec.endpoint(connection);
  return unit === '' ? key : `${key} unit ${unit}`;
}

/**
 * Where a device is: two with one place are the same device. Every machine names its first serial line alike, so a line of
 * another site is taken for another line; an address is the same one everywhere.
 * @returns undefined where any number of devices may be at one endpoint
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
