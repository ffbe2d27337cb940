import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { sql } from 'kysely';
import type { Database } from '../../database/open-database.ts';
import { type FieldError, listedErrors, Problem, validationFailed } from '../../problems/problem.ts';
import { explained, mostNames, stillReferenced } from '../configuration-problems.ts';
import { placeOf, placeRefusals } from '../device-places.ts';
import { endpointColumn, readBy, specOf } from '../device-specs.ts';
import { placeAgain } from '../points-of-device.ts';
import { requireUnread } from '../read-codes.ts';
import { requireDistinctValues } from '../sibling-faults.ts';
import {
  type KindOfPoint,
  type KindsOfStore,
  kindFaults,
  kindFaultsOrNone,
  kindOf,
} from '../stored-kinds.ts';
import { activeSessionsOf } from '../tasks.ts';
import { configurationText } from '../texts.ts';
import { type RowWrite, referredBy, rowIn, type StoredRows, writesOf } from './row-write.ts';
import { idsOf, writeRows } from './write-rows.ts';

/**
 * Makes, changes and deletes things of all kinds: the one way in which requests write configuration. All things are
 * locked. The database's own refusals become problems, too.
 * @param before the things as they are
 * @returns the same writes, with the ids of what was made
 * @throws Problem
 */
export function writeSoundly(
  transaction: Database,
  store: KindsOfStore,
  before: StoredRows,
  requestedWrites: readonly RowWrite[],
): Promise<readonly RowWrite[]> {
  return explained(async () => {
    const writes = await Array.fromAsync(makingWay(requestedWrites), withEndpoint);
    await requireFreeToRename(transaction, store, writes);
    await requireUnreferenced(transaction, writes);
    for (const { id, op, row, fields, path } of writesOf(writes, 'device')) {
      const had = rowIn(before, 'device', id);
      if (op === 'delete' || id === undefined || !had) continue;
      if (!fields.includes('connection') && !fields.includes('protocol')) continue;
      await below(path, () => placeAgain(transaction, id, readBy(had), readBy(row)));
    }
    const writesWithIds = await writeRows(transaction, await withAddresses(transaction, writes));
    await requireFreePlaces(transaction, before, writesWithIds);
    await requireChosenPoints(transaction, writesWithIds);
    await requireFitting(transaction, store, { before, writes: writesWithIds });
    return writesWithIds;
  });
}

/** Names each device at the place of another one. @throws Problem */
async function requireFreePlaces(
  transaction: Database,
  before: StoredRows,
  writes: readonly RowWrite[],
): Promise<void> {
  const moved = writesOf(writes, 'device').flatMap(({ id, op, row, path }) => {
    if (op === 'delete' || id === undefined || !row.enabled) return [];
    const had = rowIn(before, 'device', id);
    return had?.enabled && placeOf(had) === placeOf(row) ? [] : [{ ...row, id, path }];
  });
  const refusals = (await placeRefusals(transaction, moved)).flatMap((refusal, index) =>
    refusal ? [inRequest(refusal, moved[index]?.path)] : [],
  );
  const [first] = refusals;
  if (!first) return;
  const errors = refusals.flatMap(({ members }) => (members.errors ?? []) as readonly FieldError[]);
  throw new Problem(first.code, first.detail, { ...first.members, errors: errors.slice(0, listedErrors) });
}

/** Adds to the faults of one thing its path in the request. */
async function below<T>(path: RowWrite['path'], judge: () => Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (error) {
    throw error instanceof Problem ? inRequest(error, path) : error;
  }
}

function inRequest(problem: Problem, path: RowWrite['path']): Problem {
  if (path === undefined) return problem;
  const errors = ((problem.members.errors ?? []) as readonly FieldError[]).map((each) => ({
    ...each,
    path: pathTo({ path }, each.path),
  }));
  return new Problem(problem.code, problem.detail, { ...problem.members, errors }, { cause: problem });
}

/** Adds to a device its endpoint, which follows from its connection. */
function withEndpoint(write: RowWrite): RowWrite {
  if (write.kind !== 'device' || write.op === 'delete') return write;
  const { row } = write;
  return { ...write, row: { ...row, endpoint: endpointColumn(specOf(row), row.connection) } };
}

/** The path of a field in the request. */
function pathTo({ path = [] }: Pick<RowWrite, 'path'>, field: string): string {
  return [...path, field].join('.');
}

/** Takes addresses that no write names from the database, because a change of their device may have parsed them again. */
async function withAddresses(transaction: Database, writes: readonly RowWrite[]): Promise<RowWrite[]> {
  const isKept = (write: RowWrite): write is RowWrite<'point'> =>
    write.kind === 'point' && write.op === 'change' && !write.fields.includes('address');
  const keptIds = idsOf(writes.filter(isKept));
  if (keptIds.length === 0) return [...writes];
  const { rows } = await sql<{ id: number; address: unknown }>`select id, address from points
    where id = any(${keptIds}::bigint[])`.execute(transaction);
  const addresses = new Map(rows.map(({ id, address }) => [id, address]));
  return Array.fromAsync(makingWay(writes), (write) =>
    isKept(write) ? { ...write, row: { ...write.row, address: addresses.get(write.id ?? 0) } } : write,
  );
}

async function requireFreeToRename(
  transaction: Database,
  store: KindsOfStore,
  writes: readonly RowWrite[],
): Promise<void> {
  for (const kind of ['device', 'point'] as const) {
    const renamed = writesOf(writes, kind).filter(
      ({ op, fields }) => op === 'change' && (fields.includes('code') || fields.includes('device_id')),
    );
    try {
      await requireUnread(transaction, store, kind, idsOf(renamed));
    } catch (error) {
      const fixed = error instanceof Problem ? error.members[`${kind}_id`] : undefined;
      await below(renamed.find(({ id }) => id === fixed)?.path, async () => {
        throw error;
      });
    }
  }
}

/** Refuses to delete a thing that something else refers to, unless that is deleted too. */
async function requireUnreferenced(transaction: Database, writes: readonly RowWrite[]): Promise<void> {
  const deletions = writes.filter(({ op }) => op === 'delete');
  const [deletion] = deletions;
  if (!deletion) return;
  const deletedIds = (kind: ChangedKind) => idsOf(writesOf(deletions, kind));
  const remainingWrites = (kind: ChangedKind) => writesOf(writes, kind).filter(({ op }) => op !== 'delete');
  const [sites, devices, points, tasks] = [
    deletedIds('site'),
    deletedIds('device'),
    deletedIds('point'),
    deletedIds('task'),
  ];
  const leaving = (field: string, lost: readonly number[]) => (write: RowWrite) =>
    write.fields.includes(field) && !referredBy(write, field).some((id) => lost.includes(id));
  const freeDevices = idsOf(remainingWrites('device').filter(leaving('site_id', sites)));
  const freePoints = idsOf(remainingWrites('point').filter(leaving('device_id', devices)));
  const freeOfDevices = idsOf(remainingWrites('task').filter(leaving('device_ids', devices)));
  const freeOfPoints = idsOf(remainingWrites('task').filter(leaving('point_ids', points)));
  const { rows } = await sql<{ what: string; code: string }>`
    (select 'devices' as what, code from devices
      where site_id = any(${sites}::bigint[]) and id <> all(${[...devices, ...freeDevices]}::bigint[])
      order by code limit ${mostNames})
    union all
    (select distinct 'points', code from points
      where device_id = any(${devices}::bigint[]) and id <> all(${[...points, ...freePoints]}::bigint[])
      order by code limit ${mostNames})
    union all
    (select 'tasks', code from tasks where
      id in (select task_id from task_devices where device_id = any(${devices}::bigint[])
        and task_id <> all(${[...tasks, ...freeOfDevices]}::bigint[]))
      or id in (select task_id from task_points where point_id = any(${points}::bigint[])
        and task_id <> all(${[...tasks, ...freeOfPoints]}::bigint[]))
      order by code limit ${mostNames})
    order by 1, 2`.execute(transaction);
  const active = tasks.length === 0 ? [] : await activeSessionsOf(transaction, tasks);
  const referrers = {
    ...Object.fromEntries(
      [...Map.groupBy(rows, ({ what }) => what)].map(([what, each]) => [what, each.map(({ code }) => code)]),
    ),
    ...(active.length > 0 && { active_sessions: active.slice(0, mostNames) }),
  };
  if (Object.keys(referrers).length > 0) {
    const { kind, row } = deletion;
    const what =
      deletions.length === 1
        ? configurationText('noun_code', { noun: nouns[kind], code: row.code })
        : configurationText('what_this_would_delete');
    throw stillReferenced(what, referrers);
  }
}

const nouns: Readonly<Record<ChangedKind, Text>> = {
  site: configurationText('nouns_sites'),
  device: configurationText('nouns_devices'),
  point: configurationText('nouns_points'),
  task: configurationText('nouns_tasks'),
};

async function requireChosenPoints(transaction: Database, writes: readonly RowWrite[]): Promise<void> {
  const taskWrites = writesOf(writes, 'task').filter(({ op }) => op !== 'delete');
  const moved = writesOf(writes, 'point').filter(
    ({ op, fields }) => op !== 'delete' && fields.includes('device_id'),
  );
  if (taskWrites.length === 0 && moved.length === 0) return;
  const { rows } = await sql<{ id: number; task: string; point: string }>`
    select tasks.id, tasks.code as task, points.code as point from task_points
    join points on points.id = task_points.point_id join tasks on tasks.id = task_points.task_id
    left join task_devices d on d.task_id = task_points.task_id and d.device_id = points.device_id
    where d.device_id is null
      and (task_points.task_id = any(${idsOf(taskWrites)}::bigint[]) or points.id = any(${idsOf(moved)}::bigint[]))
    order by 2, 3 limit ${mostNames}`.execute(transaction);
  const [first] = rows;
  if (!first) return;
  const taskWrite = taskWrites.find(({ id }) => id === first.id);
  if (!taskWrite) {
    const tasks = rows.filter(({ point }) => point === first.point).map(({ task }) => task);
    throw stillReferenced(configurationText('point', { code: first.point }), { tasks });
  }
  const points = rows.filter(({ id }) => id === first.id).map(({ point }) => point);
  const message = fieldText('points_of_other_devices', { points: points.slice(0, 5).join(', ') });
  throw validationFailed([{ path: pathTo(taskWrite, 'point_ids'), message }]);
}

/** Refuses points that do not fit each other or stored values. */
async function requireFitting(
  transaction: Database,
  store: KindsOfStore,
  { before, writes }: { readonly before: StoredRows; readonly writes: readonly RowWrite[] },
): Promise<void> {
  const pointWrites = new Map(
    writesOf(writes, 'point')
      .filter(
        ({ op, fields }) =>
          op === 'create' || (op === 'change' && fields.some((field) => fieldsOfKind.includes(field))),
      )
      .map((write) => [write.id, write]),
  );
  const deviceWrites = new Map(
    writesOf(writes, 'device')
      .filter(({ op, fields }) => op !== 'delete' && fieldsOfPlace.some((field) => fields.includes(field)))
      .map((write) => [write.id, write]),
  );
  const renamed = [...deviceWrites.values()].filter(({ op }) => op === 'change');
  if (pointWrites.size === 0 && renamed.length === 0) return;
  const { rows: points } = await sql<KindOfPoint & { readonly id: number }>`
    select id, device_id, code, count, data_type, enumeration from points
    where id = any(${idsOf([...pointWrites.values()])}::bigint[]) or device_id = any(${idsOf(renamed)}::bigint[])
    order by id`.execute(transaction);
  await requireDistinctValues(
    transaction,
    points.map((point) => ({ ...point, path: pathTo(pointWrites.get(point.id) ?? {}, 'code') })),
  );
  // The values of a point that keeps its kind and place still fit.
  const pointsToJudge: typeof points = [];
  for await (const point of makingWay(points)) {
    const had = rowIn(before, 'point', point.id);
    const isKept =
      had &&
      deviceWrites.get(point.device_id)?.op !== 'change' &&
      kindOf(had) === kindOf(point) &&
      placeOfValues(had) === placeOfValues(point);
    if (!isKept) pointsToJudge.push(point);
  }
  // New points can be made even while the store cannot be asked.
  const isAllNew =
    renamed.length === 0 && pointsToJudge.every(({ id }) => pointWrites.get(id)?.op === 'create');
  const faultsOf = isAllNew ? kindFaultsOrNone : kindFaults;
  const faults = (await faultsOf(store, transaction, pointsToJudge)).flatMap((message, index) => {
    const point = pointsToJudge[index];
    if (message === undefined || !point) return [];
    const pointWrite = pointWrites.get(point.id);
    const deviceWrite = deviceWrites.get(point.device_id);
    const path =
      deviceWrite && pointWrite?.path === undefined
        ? pathTo(deviceWrite, changedIn(deviceWrite, fieldsOfPlace))
        : pathTo(pointWrite ?? {}, changedIn(pointWrite, fieldsOfKind));
    return [{ path, message }];
  });
  if (faults.length > 0) throw validationFailed(faults);
}

/** Fields by which values of a point are stored, and in which kind. */
const fieldsOfKind: readonly string[] = ['data_type', 'enumeration', 'code', 'device_id', 'count'];
/** Fields by which values of a device's points are stored. */
const fieldsOfPlace: readonly string[] = ['code', 'measurement'];

function changedIn(write: RowWrite | undefined, fields: readonly string[]): string {
  return fields.find((field) => write?.fields.includes(field)) ?? 'data_type';
}

/** Where a point's values are stored. */
function placeOfValues({
  device_id,
  code,
  count,
}: Pick<KindOfPoint, 'device_id' | 'code' | 'count'>): string {
  return JSON.stringify([device_id, code, count !== null]);
}
