import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import { type PointPlace, parsePointName } from '@holdfast/shared/contracts/http/point-name.ts';
import {
  exportedPointsAtMost,
  type ValueExportQuery,
} from '@holdfast/shared/contracts/http/value-export-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { GrantedSites } from '../../../access/granted-sites.ts';
import { historyDevices } from '../../../configuration/history-devices.ts';
import { requirePoint } from '../../../configuration/require-point.ts';
import type { Database } from '../../../database/open-database.ts';
import { validationFailed } from '../../../problems/problem.ts';
import { type ConfiguredPoint, configuredPoints } from '../configured-points.ts';
import type { ExportedPoint } from './exported-values.ts';

export interface PointSources {
  readonly database: Database;
  readonly samples: Pick<SampleStore, 'history'>;
}

/**
 * The points for an export file: named ones first, then those of whole devices. Points that are no longer configured
 * are found as long as something is stored for them. @throws Problem for an unknown point or device
 */
export async function exportPoints(
  { database, samples }: PointSources,
  { point = [], device = [] }: Pick<ValueExportQuery, 'point' | 'device'>,
  { sites, signal }: { readonly sites: GrantedSites; readonly signal: AbortSignal },
): Promise<ExportedPoint[]> {
  if (point.length + device.length === 0)
    throw validationFailed([{ path: 'point', message: fieldText('point_or_device_needed') }]);
  const page = { limit: exportedPointsAtMost + 1, offset: 0 };
  const places = [...new Set(point)].map(parsePointName).filter((place) => place !== undefined);
  const namedPoints = places.length > 0 ? await configuredPoints(database, { sites, places }, page) : [];
  const ofDevices =
    device.length > 0 ? await configuredPoints(database, { sites, devices: device }, page) : [];
  const byPlace = new Map<string, ExportedPoint>();
  const add = (each: ExportedPoint) => {
    const key = JSON.stringify([each.device.deviceCode, each.pointCode]);
    if (!byPlace.has(key)) byPlace.set(key, each);
  };
  for (const place of places) {
    const codes = namedPoints.flatMap((each) => (isOf(each, place) ? partsOf(each, place) : []));
    if (codes.length > 0) codes.forEach(add);
    else {
      const devices = await historyDevices(database, [place.device]);
      await requirePoint({ database, samples }, { pointCode: place.point, devices, signal });
      for (const where of devices) add({ device: where, pointCode: place.point, name: '', unit: '' });
    }
  }
  for (const each of ofDevices) partsOf(each).forEach(add);
  const all = [...byPlace.values()];
  if (all.length === 0)
    throw validationFailed([{ path: 'device', message: fieldText('devices_without_points') }]);
  if (all.length > exportedPointsAtMost)
    throw validationFailed([
      { path: 'device', message: fieldText('points_in_one_file', { count: exportedPointsAtMost }) },
    ]);
  return all;
}

function isOf({ device, codes }: ConfiguredPoint, place: PointPlace): boolean {
  return device === place.device && codes.some((code) => isCodeOf(code, place.point));
}

/** Whether a value code belongs to a point; an array is named as a whole, or by its elements: `zone[3]`. */
function isCodeOf(code: string, point: string): boolean {
  return code === point || code.replace(/\[\d+\]$/, '') === point;
}

function partsOf(
  { device, measurement, codes, name, unit }: ConfiguredPoint,
  place?: PointPlace,
): ExportedPoint[] {
  return codes
    .filter((code) => place === undefined || isCodeOf(code, place.point))
    .map((pointCode) => ({ device: { deviceCode: device, measurement }, pointCode, name, unit }));
}
