import type { HistoryDevice, SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import { configurationText } from './texts.ts';

export interface PointQuery {
  readonly pointCode: string;
  /** Devices of which one is to have the point. Undefined for any device. */
  readonly devices: readonly HistoryDevice[] | undefined;
  /** True if an unconfigured device and its points may still be known, namely to a session that may have read it. */
  readonly devicesAreKnown?: boolean;
  /** As in a `HistoryQuery`. */
  readonly signal?: AbortSignal;
}

/** The range of times that any database can hold; the far end is beyond every sample. */
const always = { start: new Date(0), end: new Date(Date.UTC(2200, 0)) };

/**
 * Distinguishes a point without values from an unknown one. A point is known if it is configured, or if anything at all is stored
 * under its code, as for a renamed or removed point. An array has no values under its own code, only its elements have.
 * While the configuration cannot be asked, nothing is called unknown.
 * @throws Problem when the point is not known, SampleStoreUnavailable, HistoryQueryRefused
 */
export async function requirePoint(
  { database, samples }: { readonly database: Database; readonly samples: Pick<SampleStore, 'history'> },
  { pointCode, devices, devicesAreKnown = false, signal }: PointQuery,
): Promise<void> {
  const codes = devices?.map(({ deviceCode }) => deviceCode);
  const configured = await configuredOf(database, pointCode, codes);
  if (!configured || configured.hasPoint || (devicesAreKnown && configured.unknownDevice !== undefined))
    return;
  const storedPoints = await samples.history({
    ...{ pointCode, ...always, limit: 1 },
    ...(devices ? { devices } : {}),
    ...(signal ? { signal } : {}),
  });
  if (storedPoints.length > 0) return;
  if (configured.arrayLength !== undefined) {
    throw new Problem(
      'point_not_found',
      configurationText('is_an_array_each_value', { pointCode, arrayLength: configured.arrayLength - 1 }),
    );
  }
  if (configured.unknownDevice !== undefined) {
    throw new Problem(
      'device_not_found',
      configurationText('there_is_no_device', { unknownDevice: configured.unknownDevice, pointCode }),
    );
  }
  const who = codes === undefined ? configurationText('no_device') : haveNo(codes);
  throw new Problem(
    'point_not_found',
    configurationText('point_and_nothing_was_ever_stored', { who, pointCode }),
  );
}

function haveNo(codes: readonly string[]): Text {
  const [code, ...others] = codes;
  return code !== undefined && others.length === 0
    ? configurationText('device_has_no', { code })
    : configurationText('devices_have', { codes });
}

interface Configured {
  /** The first device that is not configured. */
  readonly unknownDevice?: string | undefined;
  /** Whether there is a point whose values have exactly this name. */
  readonly hasPoint: boolean;
  /** Length of the array that has this code. */
  readonly arrayLength?: number | undefined;
}

/** Looks the point up in the configuration. Returns undefined while it cannot be asked. */
async function configuredOf(
  database: Database,
  pointCode: string,
  deviceCodes: readonly string[] | undefined,
): Promise<Configured | undefined> {
  // The code of an array element is that of its point with its index: `zone[3]`.
  const [, array = pointCode, place] = /^(.+)\[(0|[1-9]\d*)\]$/.exec(pointCode) ?? [];
  try {
    const devices = deviceCodes && (await devicesOf(database, deviceCodes));
    const points = await database
      .selectFrom('points')
      .select(['code', 'count'])
      .distinct()
      .where('code', 'in', [pointCode, array])
      .$if(devices !== undefined, (query) =>
        query.where('device_id', 'in', devices?.length ? devices.map(({ id }) => id) : [0]),
      )
      .execute();
    const codesOfDevices = new Set(devices?.map(({ code }) => code));
    return {
      unknownDevice: deviceCodes?.find((code) => !codesOfDevices.has(code)),
      hasPoint: points.some(({ code, count }) =>
        count === null ? code === pointCode : code === array && Number(place ?? Number.NaN) < count,
      ),
      arrayLength: points.find(({ code, count }) => code === pointCode && count !== null)?.count ?? undefined,
    };
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return undefined;
    throw error;
  }
}

/** The configured ones of these devices. */
function devicesOf(database: Database, codes: readonly string[]): Promise<{ id: number; code: string }[]> {
  return database.selectFrom('devices').select(['id', 'code']).where('code', 'in', codes).execute();
}
