import { describeMisfit, misfitRates } from '@holdfast/shared/domain/rates/device-rates.ts';
import { sameValueCodes } from '@holdfast/shared/domain/register/point-rules.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { validationFailed } from '../http/api-problem.ts';

/** A point that is about to be stored, and where the request has it: `3.` of many, empty of one. */
export interface StoredPoint {
  readonly device_id: number;
  readonly code: string;
  readonly pathPrefix: string;
}

/**
 * Makes a change of points, in a transaction, and refuses it when they do not go together with the other points of
 * their devices. Rates depend on the tasks that read them, and somebody who changes many has to begin with one: what
 * counts is that no more points misfit than before.
 * @throws ApiProblem
 */
export async function togetherWithSiblings<T>(
  transaction: Database,
  points: readonly StoredPoint[],
  change: () => Promise<T>,
): Promise<T> {
  const deviceIds = [...new Set(points.map(({ device_id }) => device_id))];
  const before = await misfits(transaction, deviceIds);
  const result = await change();
  const pathOf = (field: string, deviceId: number, code: string): string => {
    const stored = points.find((point) => point.device_id === deviceId && point.code === code);
    return `${(stored ?? points[0])?.pathPrefix ?? ''}${field}`;
  };
  const faults = (await sharedCodes(transaction, deviceIds)).map(({ deviceId, codes, valueCode }) => ({
    path: pathOf('code', deviceId, codes[1]),
    message: `a value of the array ${codes[0]} is named ${valueCode} too`,
  }));
  const after = await misfits(transaction, deviceIds);
  if (after.length > before.length) {
    const known = new Set(before.map(({ key }) => key));
    for (const { key, deviceId, code, message } of after) {
      if (!known.has(key)) faults.push({ path: pathOf('period_ms', deviceId, code), message });
    }
  }
  if (faults.length > 0) throw validationFailed(faults.slice(0, 100));
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

/** Points of the devices whose periods do not fit the ticks that the tasks reading them make. */
async function misfits(transaction: Database, deviceIds: readonly number[]) {
  const { rows } = await sql<{
    task_code: string;
    task_period_ms: number;
    device_id: number;
    code: string;
    period_ms: number | null;
  }>`
    select tasks.code as task_code, tasks.period_ms as task_period_ms, points.device_id, points.code, points.period_ms
    from task_devices
    join tasks on tasks.id = task_devices.task_id and tasks.enabled
    join points on points.device_id = task_devices.device_id and points.enabled
    where task_devices.device_id = any(${deviceIds}::bigint[])
      -- Without periods of their own there is nothing to compare, of however many points.
      and exists (select from points as rated where rated.device_id = task_devices.device_id and rated.period_ms is not null)
      and (not exists (select from task_points where task_points.task_id = tasks.id)
        or exists (select from task_points where task_points.task_id = tasks.id and task_points.point_id = points.id))
    order by points.id, tasks.id`.execute(transaction);
  const readings = Map.groupBy(rows, ({ task_code, device_id }) => JSON.stringify([task_code, device_id]));
  return [...readings].flatMap(([key, points]) => {
    const [first] = points;
    if (!first) return [];
    const rated = points.map(({ code, period_ms }) => ({ code, period_ms: period_ms ?? undefined }));
    return misfitRates(first.task_period_ms, rated).map((misfit) => ({
      key: `${key} ${misfit.code}`,
      deviceId: first.device_id,
      code: misfit.code,
      message: `${misfit.code} in task ${first.task_code}: ${describeMisfit(misfit)}`,
    }));
  });
}
