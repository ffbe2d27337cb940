import { specs } from '@holdfast/drivers/specs.ts';
import type { CopiesBody } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { sql } from 'kysely';
import type { Database } from '../../database/open-database.ts';
import { type FieldError, Problem, validationFailed } from '../../problems/problem.ts';
import { type DeviceRow, type RowWrite, rowIn, writeOf } from '../change-sets/row-write.ts';
import { writeSoundly } from '../change-sets/sound-rows.ts';
import { lockedRows } from '../change-sets/write-rows.ts';
import { readBy, viewOfDevice } from '../device-specs.ts';
import { placedAgain } from '../points-of-device.ts';
import { configurationText } from '../texts.ts';
import type { BulkSources } from './bulk-change.ts';
import { newDeviceRow } from './row-verdicts.ts';
import { steppedValue, textOf } from './stepped-value.ts';

const pointsAtMost = 50_000;

/** Copies a device with its points: all copies or none, and without what sessions have learned about it. @throws Problem */
export async function copyDevice(
  transaction: Database,
  { id, body }: { readonly id: number; readonly body: CopiesBody },
  { granted, siteAccess, store }: BulkSources,
): Promise<void> {
  const { task_ids } = body;
  const tasks = task_ids.map((taskId) => ({ kind: 'task' as const, id: taskId }));
  const before = await lockedRows(transaction, [...tasks, { kind: 'device', id }]);
  await siteAccess.requireUntilEnd(transaction, granted, { devices: [id], tasks: task_ids });
  const row = rowIn(before, 'device', id);
  if (!row) throw new Problem('device_not_found', configurationText('device_not_found', { id }));
  const connection = specs.get(row.protocol)?.learning?.forgotten(row.connection) ?? row.connection;
  const { id: _, ...base } = viewOfDevice({ ...row, id, connection: connection as DeviceRow['connection'] });
  const newRows = wantedCopies(base, body);
  await requireFreeCodes(transaction, newRows);
  const points = await transaction
    .selectFrom('points')
    .selectAll()
    .where('device_id', '=', id)
    .orderBy('id')
    .execute();
  const count = points.length * newRows.length;
  if (count > pointsAtMost) {
    const message = fieldText('too_many_points_of_copies', { count, most: pointsAtMost });
    throw validationFailed([{ path: 'count', message }]);
  }
  let last = Number.MAX_SAFE_INTEGER;
  const copies = newRows.map((newRow) => ({
    ...{ row: newRow, standIn: last-- },
    points: placedAgain(points, readBy(row), readBy(newRow)).map((point) => ({ ...point, standIn: last-- })),
  }));
  const creations = copies.flatMap((copy): RowWrite[] => [
    ...writeOf({ kind: 'device', standIn: copy.standIn }, undefined, copy.row),
    ...copy.points.flatMap(({ id: _, standIn, ...point }) =>
      writeOf({ kind: 'point', standIn }, undefined, { ...point, device_id: copy.standIn }),
    ),
  ]);
  const taskWrites = task_ids.flatMap((taskId, index) => {
    const task = rowIn(before, 'task', taskId);
    if (!task) throw validationFailed([{ path: `task_ids.${index}`, message: fieldText('no_such_task') }]);
    const device_ids = [...task.device_ids, ...copies.map(({ standIn }) => standIn)];
    // A task that has chosen points of the device reads the same ones of its copies.
    const chosenIds = new Set(task.point_ids);
    const chosenCopies = copies.flatMap((copy) => copy.points.filter((point) => chosenIds.has(point.id)));
    const point_ids = [...task.point_ids, ...chosenCopies.map(({ standIn }) => standIn)];
    return writeOf({ kind: 'task', id: taskId }, task, { ...task, device_ids, point_ids });
  });
  await writeSoundly(transaction, store, before, [...creations, ...taskWrites]);
}

function wantedCopies(base: Omit<DeviceView, 'id'>, body: CopiesBody): DeviceRow[] {
  const errors: FieldError[] = [];
  const copies: DeviceRow[] = [];
  if (body.count > 1 && textOf(body.code, 1) === body.code) {
    throw validationFailed([{ path: 'code', message: fieldText('copies_need_numbers') }]);
  }
  for (let index = 0; index < body.count; index += 1) {
    const n = body.first_n + index;
    const fields: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(body.fields)) {
      const verdict = steppedValue(value, index, n);
      if (verdict.ok) fields[name] = verdict.value;
      else
        errors.push(
          ...verdict.issues.slice(0, 1).map(({ message }) => ({ path: `fields.${name}`, message })),
        );
    }
    const name = body.name === undefined ? base.name : textOf(body.name, n);
    const verdict = newDeviceRow({ ...base, ...fields, code: textOf(body.code, n), name });
    if (verdict.ok) copies.push(verdict.value);
    else {
      for (const { path, message } of verdict.issues) {
        errors.push({
          path: path[0] === 'code' ? 'code' : `fields.${path.join('.')}`,
          message: fieldText('of_copy', { number: n, why: message }),
        });
      }
    }
  }
  if (errors.length > 0) throw validationFailed(errors);
  return copies;
}

async function requireFreeCodes(transaction: Database, copies: readonly DeviceRow[]): Promise<void> {
  const rows = await transaction
    .selectFrom('devices')
    .select('code')
    .where(sql<boolean>`code = any(${copies.map(({ code }) => code)}::text[])`)
    .orderBy('code')
    .execute();
  if (rows.length > 0) {
    throw validationFailed(
      rows.map(({ code }) => ({ path: 'code', message: fieldText('code_is_taken', { code }) })),
    );
  }
}
