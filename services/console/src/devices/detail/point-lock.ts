import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import { fits, textOf } from '../../forms/form-schema.ts';
import type { Forms } from '../../forms/use-protocols.ts';

/** Why a point is never written, or undefined if it may be. Its form says which places and types can be written. */
export function lockOf(
  point: Pick<PointView, 'count' | 'writable'> & Readonly<Record<string, unknown>>,
  forms: Pick<Forms, 'point'> | undefined,
) {
  const { count, writable } = point;
  if (writable) return undefined;
  if (count !== null) return 'device.points.neverArray';
  const { 'x-when': conditions } = forms?.point.properties.writable ?? {};
  const valueFor = (field: string) => textOf(point[field]);
  return fits(conditions, valueFor) ? 'device.points.readOnly' : 'device.points.never';
}
