import type { BulkSelection } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { DeviceOfPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Issue, Judged } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { type RawBuilder, sql } from 'kysely';
import type { GrantedSites, SiteAccess } from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { validationFailed } from '../../problems/problem.ts';
import { keyOf } from '../change-sets/plan-revert.ts';
import type { RowWrite } from '../change-sets/row-write.ts';
import { writeSoundly } from '../change-sets/sound-rows.ts';
import { lockedRows } from '../change-sets/write-rows.ts';
import { bodyRefused, explained } from '../configuration-problems.ts';
import { devicesOfPoints } from '../points-of-device.ts';
import type { KindsOfStore } from '../stored-kinds.ts';
import { changedDeviceRow, changedPointRow, writeOfChange } from './row-verdicts.ts';

type Columns = Readonly<Record<string, unknown>>;
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
  const rows = ids.map((id) => ({ id, row: before.get(keyOf({ kind, id })) ?? {} }));
  const verdicts = kind === 'device' ? judgedDevices(rows, set) : await judgedPoints(transaction, rows, set);
  const issues = verdicts.flatMap(({ code, outcome }): Issue[] =>
    outcome.ok
      ? []
      : outcome.issues.map(({ path, message }) => ({
          path: ['set', ...path],
          message: fieldText('of_kind', { kind, code, why: message }),
        })),
  );
  if (issues.length > 0) throw bodyRefused(issues);
  const writes = verdicts.flatMap(({ id, row, outcome }): RowWrite[] => {
    return outcome.ok ? writeOfChange({ kind, id, row }, outcome.value) : [];
  });
  await explained(() => writeSoundly(transaction, store, before, writes));
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
  const writes = things.flatMap((thing): RowWrite[] => {
    const row = before.get(keyOf(thing));
    if (!row) return [];
    if (thing.kind !== 'task') return [{ ...thing, op: 'delete', row, fields: [] }];
    const lists = withoutMembers(row, { devices, points });
    return [{ ...thing, op: 'change', row: { ...row, ...lists }, fields: ['device_ids', 'point_ids'] }];
  });
  await explained(() => writeSoundly(transaction, store, before, writes));
}

/** A task's lists without deleted things. If no chosen point is left, the devices go too: an empty list means all points. */
function withoutMembers(
  row: Columns,
  { devices, points }: { readonly devices: readonly number[]; readonly points: readonly number[] },
): Columns {
  const remaining = (name: string, deletedIds: readonly number[]) => {
    const lost = new Set(deletedIds);
    return (row[name] as readonly number[]).filter((id) => !lost.has(id));
  };
  const had = (row.point_ids as readonly number[]).length > 0;
  const point_ids = remaining('point_ids', points);
  return { device_ids: had && point_ids.length === 0 ? [] : remaining('device_ids', devices), point_ids };
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

interface Row {
  readonly id: number;
  readonly row: Columns;
}

interface JudgedRow extends Row {
  readonly code: string;
  readonly outcome: Judged<Columns>;
}

function judgedDevices(rows: readonly Row[], set: object): JudgedRow[] {
  return rows.map(({ id, row }) => ({
    id,
    row,
    code: String(row.code),
    outcome: changedDeviceRow({ id, row }, set),
  }));
}

async function judgedPoints(transaction: Database, rows: readonly Row[], set: object): Promise<JudgedRow[]> {
  const { device_id: newDeviceId } = set as { readonly device_id?: number };
  const currentDevices = rows.map(({ row }) => ({ device_id: row.device_id as number }));
  const devices = await devicesOfPoints(transaction, [
    ...currentDevices,
    ...(newDeviceId ? [{ device_id: newDeviceId }] : []),
  ]);
  return rows.map(({ id, row }) => {
    const from = devices.get(row.device_id as number) as DeviceOfPoint;
    const to = newDeviceId === undefined ? from : devices.get(newDeviceId);
    return { id, row, code: String(row.code), outcome: changedPointRow(row, { from, to }, set) };
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
