import { sameValueCodes } from '@holdfast/driver/same-value-codes.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { validationFailed } from '../problems/problem.ts';

/** A point that was written, and the path of its code in the request. */
export interface WrittenPoint {
  readonly device_id: number;
  readonly code: string;
  readonly path: string;
}

/** Refuses points whose values would have the names of values of other points of their devices. @throws Problem */
export async function requireDistinctValues(
  transaction: Database,
  points: readonly WrittenPoint[],
): Promise<void> {
  const deviceIds = [...new Set(points.map(({ device_id }) => device_id))];
  if (deviceIds.length === 0) return;
  const faults = (await sharedCodes(transaction, deviceIds)).map(({ deviceId, codes, valueCode }) => {
    const point = points.find(({ device_id, code }) => device_id === deviceId && code === codes[1]);
    const { path = 'code' } = point ?? points[0] ?? {};
    return { path, message: fieldText('value_name_of_array', { array: codes[0], name: valueCode }) };
  });
  if (faults.length > 0) throw validationFailed(faults);
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
