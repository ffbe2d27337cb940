import { sameValueCodes } from '@holdfast/driver/same-value-codes.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { validationFailed } from '../problems/problem.ts';

/** A point that is about to be stored, and its path in the request: `3.` among many, empty for a single one. */
export interface StoredPoint {
  readonly device_id: number;
  readonly code: string;
  readonly pathPrefix: string;
}

/**
 * Makes a change of points in a transaction, and refuses it when they do not fit the other points of their devices.
 * @throws Problem
 */
export async function togetherWithSiblings<T>(
  transaction: Database,
  points: readonly StoredPoint[],
  change: () => Promise<T>,
): Promise<T> {
  const deviceIds = [...new Set(points.map(({ device_id }) => device_id))];
  const result = await change();
  const pathOf = (field: string, deviceId: number, code: string): string => {
    const storedPoint = points.find((point) => point.device_id === deviceId && point.code === code);
    return `${(storedPoint ?? points[0])?.pathPrefix ?? ''}${field}`;
  };
  const faults = (await sharedCodes(transaction, deviceIds)).map(({ deviceId, codes, valueCode }) => ({
    path: pathOf('code', deviceId, codes[1]),
    message: fieldText('value_name_of_array', { array: codes[0], name: valueCode }),
  }));
  if (faults.length > 0) throw validationFailed(faults);
  return result;
}

async function sharedCodes(transaction: Database, deviceIds: readonly number[]) {
  const { rows } = await sql<{ device_id: number; code: string; count: number | null }>`
    select device_id, code, count from points
    where device_id = any(${deviceIds}::bigint[]) and (count is not null or code like '%]')`.execute(
    transaction,
  );
  return [...Map.groupBy(rows, ({ device_id }) => device_id)].flatMap(([deviceId, points]) =>
    sameValueCodes(points.map(({ code, count }) => ({ code, count: count ?? undefined }))).map((same) => ({
      ...same,
      deviceId,
    })),
  );
}
