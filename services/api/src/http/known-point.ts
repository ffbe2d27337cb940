import type { HistoryDevice, SampleStore } from '@holdfast/shared/sample-store/sample-store.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';
import { notFound } from './api-problem.ts';

export interface AskedPoint {
  readonly pointCode: string;
  /** Undefined for whatever device has such a point. */
  readonly device: HistoryDevice | undefined;
  /** That it is not configured does not mean that nobody knows it, nor its points: a session is known that may have read it. */
  readonly deviceIsKnown?: boolean;
  /** As that of a `HistoryQuery`. */
  readonly signal?: AbortSignal;
}

/** Of what any database can hold; the far end lies beyond every sample. */
const always = { start: new Date(0), end: new Date(Date.UTC(2200, 0)) };

/**
 * Tells a point that has no values from one that nobody knows: it is configured, or anything at all is stored of it, as of
 * one that was renamed or removed. An array has no values under its own code, only its elements have. Where the configuration cannot be asked nothing is called unknown.
 * @throws ApiProblem when it is not known, SampleStoreUnavailable, HistoryQueryRefused
 */
export async function requireKnownPoint(
  { database, samples }: { readonly database: Database; readonly samples: Pick<SampleStore, 'history'> },
  { pointCode, device, deviceIsKnown = false, signal }: AskedPoint,
): Promise<void> {
  const configured = await configuredOf(database, pointCode, device?.deviceCode);
  if (!configured || configured.hasPoint || (deviceIsKnown && !configured.hasDevice)) return;
  const stored = await samples.history({
    ...{ pointCode, ...always, limit: 1 },
    ...(device ? { devices: [device] } : {}),
    ...(signal ? { signal } : {}),
  });
  if (stored.length > 0) return;
  if (configured.arrayLength !== undefined) {
    throw notFound(
      'point_not_found',
      `${pointCode} is an array, each value of which has a name of its own: ask for ${pointCode}[0] to ${pointCode}[${configured.arrayLength - 1}].`,
    );
  }
  if (device === undefined) {
    throw notFound(
      'point_not_found',
      `No device has a point ${pointCode}, and nothing was ever stored under that name.`,
    );
  }
  const { deviceCode } = device;
  throw configured.hasDevice
    ? notFound(
        'point_not_found',
        `Device ${deviceCode} has no point ${pointCode}, and nothing was ever stored under that name.`,
      )
    : notFound(
        'device_not_found',
        `There is no device ${deviceCode}, and no value of a point ${pointCode} was ever stored for one of that name.`,
      );
}

interface Configured {
  readonly hasDevice: boolean;
  /** One whose values have this very name. */
  readonly hasPoint: boolean;
  /** Of an array that has this code. */
  readonly arrayLength?: number | undefined;
}

/** Undefined when it cannot be asked. */
async function configuredOf(
  database: Database,
  pointCode: string,
  deviceCode: string | undefined,
): Promise<Configured | undefined> {
  // An element of an array has the code of its point and its place: `zone[3]`.
  const [, array = pointCode, place] = /^(.+)\[(0|[1-9]\d*)\]$/.exec(pointCode) ?? [];
  try {
    const device =
      deviceCode === undefined
        ? undefined
        : await database.selectFrom('devices').select('id').where('code', '=', deviceCode).executeTakeFirst();
    if (deviceCode !== undefined && !device) return { hasDevice: false, hasPoint: false };
    const points = await database
      .selectFrom('points')
      .select(['code', 'count'])
      .distinct()
      .where('code', 'in', [pointCode, array])
      .$if(device !== undefined, (query) => query.where('device_id', '=', device?.id ?? 0))
      .execute();
    return {
      hasDevice: true,
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
