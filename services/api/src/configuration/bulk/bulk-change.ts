import type { BulkSelection } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { DeviceOfPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Issue, Validated } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { type RawBuilder, sql } from 'kysely';
import type { GrantedSites, SiteAccess } from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { validationFailed } from '../../problems/problem.ts';
import {
  type DeviceRow,
  deletionOf,
  type PointRow,
  type RowOf,
  type RowWrite,
  rowIn,
  writeOf,
} from '../change-sets/row-write.ts';
import { writeSoundly } from '../change-sets/sound-rows.ts';
import { lockedRows } from '../change-sets/write-rows.ts';
import { bodyRefused } from '../configuration-problems.ts';
import { devicesOfPoints } from '../points-of-device.ts';
import type { KindsOfStore } from '../stored-kinds.ts';
import { changedDeviceRow, changedPointRow } from './row-verdicts.ts';

export type BulkKind = 'device' | 'point';

export interface BulkSources {
  readonly granted: GrantedSites;
  readonly siteAccess: Pick<SiteAccess, 'requireUntilEnd'>;
  readonly store: KindsOfStore;
}

const atMost = 50_000;

/** Gives many things the same fields: all or none. @throws Problem, which names the thing at fault */
export async function bulkEdit(
  transaction: Database,
  kind: BulkKind,
  { selection, set }: { readonly selection: BulkSelection; readonly set: object },
  { granted, siteAccess, store }: BulkSources,
): Promise<void> {
  const ids = await selectedIds(transaction, kind, selection);
  const before = await lockedRows(
    transaction,
    ids.map((id) => ({ kind, id })),
  );
  await siteAccess.requireUntilEnd(transaction, granted, { [`${kind}s`]: ids, ...referredTo(set) });
  const rowsOf = <Kind extends BulkKind>(ofKind: Kind) =>
    ids.flatMap((id) => {
      const row = rowIn(before, ofKind, id);
      return row ? [{ id, row }] : [];
    });
  const verdicts: readonly Verdict[] =
    kind === 'device'
      ? judgedDevices(rowsOf('device'), set)
      : await judgedPoints(transaction, rowsOf('point'), set);
  const issues = verdicts.flatMap(({ code, outcome }): Issue[] =>
    outcome.ok
      ? []
      : outcome.issues.map(({ path, message }) => ({
          path: ['set', ...path],
          message: fieldText('of_kind', { kind, code, why: message }),
        })),
  );
  if (issues.length > 0) throw bodyRefused(issues);
  const writes = verdicts.flatMap(({ outcome }) => (outcome.ok ? outcome.value : []));
  await writeSoundly(transaction, store, before, writes);
}

/** Deletes many things: all or none. `cascade` also deletes their points and takes them out of tasks. @throws Problem */
export async function bulkDelete(
  transaction: Database,
  kind: BulkKind,
  { selection, cascade }: { readonly selection: BulkSelection; readonly cascade: boolean },
  { granted, siteAccess, store }: BulkSources,
): Promise<void> {
  const ids = await selectedIds(transaction, kind, selection);
  const points = kind === 'point' ? ids : cascade ? await pointsOf(transaction, ids) : [];
  const devices = kind === 'device' ? ids : [];
  const tasks = cascade ? await tasksWith(transaction, { devices, points }) : [];
  const of = (each: 'device' | 'point' | 'task', list: readonly number[]) =>
    list.map((id) => ({ kind: each, id }));
  const things = [...of('task', tasks), ...of('device', devices), ...of('point', points)];
  const before = await lockedRows(transaction, things);
  await siteAccess.requireUntilEnd(transaction, granted, { devices, points, tasks });
  const writes = things.flatMap(({ kind: each, id }): RowWrite[] => {
    const row = rowIn(before, each, id);
    if (!row) return [];
    if (each !== 'task') return [deletionOf({ kind: each, id }, row as RowOf[typeof each])];
    const task = row as RowOf['task'];
    return writeOf({ kind: each, id }, task, { ...task, ...withoutMembers(task, { devices, points }) });
  });
  await writeSoundly(transaction, store, before, writes);
}

/** A task's lists without deleted things. If no chosen point is left, the devices go too: an empty list means all points. */
function withoutMembers(
  task: RowOf['task'],
  { devices, points }: { readonly devices: readonly number[]; readonly points: readonly number[] },
): Pick<RowOf['task'], 'device_ids' | 'point_ids'> {
  const remaining = (ids: readonly number[], deletedIds: readonly number[]) => {
    const lost = new Set(deletedIds);
    return ids.filter((id) => !lost.has(id));
  };
  const point_ids = remaining(task.point_ids, points);
  const isEmptied = task.point_ids.length > 0 && point_ids.length === 0;
  return { device_ids: isEmptied ? [] : remaining(task.device_ids, devices), point_ids };
}

function referredTo(set: object): {
  readonly devices?: readonly number[];
  readonly sites?: readonly (number | null)[];
} {
  const { device_id, site_id } = set as { readonly device_id?: unknown; readonly site_id?: unknown };
  return {
    ...(typeof device_id === 'number' && { devices: [device_id] }),
    ...((typeof site_id === 'number' || site_id === null) && { sites: [site_id] }),
  };
}

interface Row<Columns> {
  readonly id: number;
  readonly row: Columns;
}

interface Verdict {
  readonly code: string;
  readonly outcome: Validated<readonly RowWrite[]>;
}

function verdictOf<Kind extends BulkKind>(
  kind: Kind,
  { id, row }: Row<RowOf[Kind]>,
  outcome: Validated<RowOf[Kind]>,
): Verdict {
  const writes: readonly unknown[] = outcome.ok ? writeOf({ kind, id }, row, outcome.value) : [];
  return {
    code: row.code,
    outcome: outcome.ok ? { ok: true, value: writes as readonly RowWrite[] } : outcome,
  };
}

function judgedDevices(rows: readonly Row<DeviceRow>[], set: object): Verdict[] {
  return rows.map((each) => verdictOf('device', each, changedDeviceRow(each, set)));
}

async function judgedPoints(
  transaction: Database,
  rows: readonly Row<PointRow>[],
  set: object,
): Promise<Verdict[]> {
  const { device_id: newDeviceId } = set as { readonly device_id?: number };
  const devices = await devicesOfPoints(transaction, [
    ...rows.map(({ row }) => row),
    ...(newDeviceId ? [{ device_id: newDeviceId }] : []),
  ]);
  return rows.map((each) => {
    const from = devices.get(each.row.device_id) as DeviceOfPoint;
    const to = newDeviceId === undefined ? from : devices.get(newDeviceId);
    return verdictOf('point', each, changedPointRow(each.row, { from, to }, set));
  });
}

/** The selected ids, in order. @throws Problem if one of them does not exist, nothing is found, or too much */
export async function selectedIds(
  database: Database,
  kind: BulkKind,
  { ids, filter }: BulkSelection,
): Promise<number[]> {
  const { code, device_id, site_id, task_id } = { device_id: undefined, ...filter };
  const conditions: RawBuilder<unknown>[] = [
    ...(ids ? [sql`t.id = any(${ids}::bigint[])`] : []),
    ...(code === undefined ? [] : [sql`t.code like ${likePattern(code)}`]),
    ...(device_id === undefined ? [] : [sql`t.device_id = ${device_id}`]),
    ...(site_id === undefined
      ? []
      : [
          kind === 'device'
            ? sql`t.site_id is not distinct from ${site_id}::bigint`
            : sql`t.device_id in (select id from devices where site_id is not distinct from ${site_id}::bigint)`,
        ]),
    ...(task_id === undefined
      ? []
      : [
          sql`${sql.ref(kind === 'device' ? 't.id' : 't.device_id')} in (select device_id from task_devices where task_id = ${task_id})`,
        ]),
  ];
  const { rows } = await sql<{ id: number }>`select t.id from ${sql.table(`${kind}s`)} t
    where ${sql.join(conditions, sql` and `)} order by t.id limit ${atMost + 1}`.execute(database);
  const matchingIds = rows.map(({ id }) => id);
  if (matchingIds.length > atMost) {
    throw validationFailed([{ path: 'filter', message: fieldText('finds_too_many', { count: atMost }) }]);
  }
  const there = new Set(matchingIds);
  const missing = ids?.findIndex((id) => !there.has(id)) ?? -1;
  if (missing >= 0)
    throw validationFailed([{ path: `ids.${missing}`, message: fieldText(`no_such_${kind}`) }]);
  if (matchingIds.length === 0)
    throw validationFailed([{ path: 'filter', message: fieldText('finds_nothing') }]);
  return matchingIds;
}

const likePattern = (code: string) => code.replace(/[\\%_]/g, (each) => `\\${each}`).replaceAll('*', '%');

async function pointsOf(transaction: Database, devices: readonly number[]): Promise<number[]> {
  const rows = await transaction
    .selectFrom('points')
    .select('id')
    .where(sql<boolean>`device_id = any(${devices}::bigint[])`)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

async function tasksWith(
  transaction: Database,
  { devices, points }: { readonly devices: readonly number[]; readonly points: readonly number[] },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select task_id as id from task_devices where device_id = any(${devices}::bigint[])
    union select task_id from task_points where point_id = any(${points}::bigint[]) order by 1`.execute(
    transaction,
  );
  return rows.map(({ id }) => id);
}
