import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { sql } from 'kysely';
import type { Database } from '../../database/open-database.ts';
import { type FieldError, listedErrors, Problem, validationFailed } from '../../problems/problem.ts';
import { maxNamed, stillReferenced } from '../configuration-problems.ts';
import { requireFreePlace } from '../device-places.ts';
import { endpointColumn, specOf } from '../device-specs.ts';
import { placeAgain } from '../points-of-device.ts';
import { requireUnread } from '../read-codes.ts';
import { togetherWithSiblings } from '../sibling-faults.ts';
import { type KindsOfStore, kindFaults, kindFaultsIfKnown } from '../stored-kinds.ts';
import { activeSessionsOf } from '../tasks.ts';
import { configurationText } from '../texts.ts';
import { keyOf } from './plan-revert.ts';
import type { RowWrite } from './row-write.ts';
import { idsOf, writeRows } from './write-rows.ts';

type Columns = Readonly<Record<string, unknown>>;

/**
 * Makes, changes and deletes many things of all kinds at once, and judges the outcome as single calls would. All of them are
 * locked.
 * @param before the things as they are, by `keyOf`
 * @throws Problem
 */
export async function writeSoundly(
  transaction: Database,
  store: KindsOfStore,
  before: ReadonlyMap<string, Columns>,
  requestedWrites: readonly RowWrite[],
): Promise<void> {
  const writes = requestedWrites.map(withEndpoint);
  await requireFreeToRename(transaction, store, writes);
  await requireUnreferenced(transaction, writes);
  const devices = writes.filter(({ kind, op }) => kind === 'device' && op !== 'delete');
  for (const { id, row, fields, path } of devices) {
    if (id === undefined) continue;
    const had = before.get(keyOf({ kind: 'device', id }));
    if (!had || !(fields.includes('connection') || fields.includes('protocol'))) continue;
    const [from, to] = [had, row].map((each) => {
      const device = deviceOf(id, each);
      return { spec: specOf(device), connection: device.connection };
    });
    if (from && to) await below(path, () => placeAgain(transaction, id, from, to));
  }
  const writesWithIds = await writeRows(transaction, await withAddresses(transaction, writes));
  await requireFreePlaces(transaction, writesWithIds);
  await requireChosenPoints(transaction, writesWithIds);
  await requireFitting(transaction, store, writesWithIds);
}

/** Names each device at the place of another one. @throws Problem */
async function requireFreePlaces(transaction: Database, writes: readonly RowWrite[]): Promise<void> {
  const refusals: Problem[] = [];
  for (const { kind, id, op, row, fields, path } of writes) {
    if (kind !== 'device' || op === 'delete') continue;
    const moves = fields.some((field) => ['connection', 'protocol', 'site_id', 'enabled'].includes(field));
    const device = deviceOf(id, row);
    if (op === 'create' || moves) {
      await below(path, () => requireFreePlace(transaction, specOf(device), device)).catch(
        (error: unknown) => {
          if (!(error instanceof Problem)) throw error;
          refusals.push(error);
        },
      );
    }
  }
  const [first] = refusals;
  if (!first) return;
  const errors = refusals.flatMap(({ members }) => (members.errors ?? []) as readonly FieldError[]);
  throw new Problem(first.code, first.detail, { ...first.members, errors: errors.slice(0, listedErrors) });
}

/** Adds to the faults of one thing its path in the request. */
async function below<T>(path: string | undefined, judge: () => Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (error) {
    if (path === undefined || !(error instanceof Problem)) throw error;
    const errors = (error.members.errors ?? []) as readonly FieldError[];
    const moved = errors.map((each) => ({ ...each, path: `${path}.${each.path}` }));
    throw new Problem(error.code, error.detail, { ...error.members, errors: moved }, { cause: error });
  }
}

/** Adds to a device its endpoint, which follows from its connection. */
function withEndpoint(write: RowWrite): RowWrite {
  if (write.kind !== 'device' || write.op === 'delete') return write;
  const device = deviceOf(write.id, write.row);
  return { ...write, row: { ...write.row, endpoint: endpointColumn(specOf(device), device.connection) } };
}

/** Takes addresses that no write names from the database, because a change of their device may have parsed them again. */
async function withAddresses(transaction: Database, writes: readonly RowWrite[]): Promise<RowWrite[]> {
  const isKept = ({ kind, op, fields }: RowWrite) =>
    kind === 'point' && op === 'change' && !fields.includes('address');
  const { rows } = await sql<{ id: number; address: unknown }>`select id, address from points
    where id = any(${idsOf(writes.filter(isKept))}::bigint[])`.execute(transaction);
  const addresses = new Map(rows.map(({ id, address }) => [id, address]));
  return writes.map((write) =>
    isKept(write) ? { ...write, row: { ...write.row, address: addresses.get(write.id ?? 0) } } : write,
  );
}

interface DeviceRow {
  readonly id: number;
  readonly code: string;
  readonly protocol: string;
  readonly connection: object;
  readonly site_id: number | null;
  readonly enabled: boolean;
}

const deviceOf = (id: number | undefined, row: Columns) => ({ ...row, id }) as unknown as DeviceRow;

async function requireFreeToRename(
  transaction: Database,
  store: KindsOfStore,
  writes: readonly RowWrite[],
): Promise<void> {
  for (const kind of ['device', 'point'] as const) {
    const renamed = writes.filter(
      (write) =>
        write.op === 'change' &&
        write.kind === kind &&
        (write.fields.includes('code') || write.fields.includes('device_id')),
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
  const deletedIds = (kind: ChangedKind) =>
    idsOf(writes.filter((write) => write.op === 'delete' && write.kind === kind));
  const remainingWrites = (kind: ChangedKind) =>
    writes.filter((write) => write.op !== 'delete' && write.kind === kind);
  const [sites, devices, points, tasks] = [
    deletedIds('site'),
    deletedIds('device'),
    deletedIds('point'),
    deletedIds('task'),
  ];
  const leaving = (field: string, lost: readonly number[]) => (write: RowWrite) =>
    write.fields.includes(field) && ![write.row[field]].flat().some((id) => lost.includes(id as number));
  const freeDevices = idsOf(remainingWrites('device').filter(leaving('site_id', sites)));
  const freePoints = idsOf(remainingWrites('point').filter(leaving('device_id', devices)));
  const freeOfDevices = idsOf(remainingWrites('task').filter(leaving('device_ids', devices)));
  const freeOfPoints = idsOf(remainingWrites('task').filter(leaving('point_ids', points)));
  const { rows } = await sql<{ what: string; code: string }>`
    select 'devices' as what, code from devices
      where site_id = any(${sites}::bigint[]) and id <> all(${[...devices, ...freeDevices]}::bigint[])
    union all
    select 'points', code from points
      where device_id = any(${devices}::bigint[]) and id <> all(${[...points, ...freePoints]}::bigint[])
    union all
    select 'tasks', tasks.code from task_devices join tasks on tasks.id = task_id
      where device_id = any(${devices}::bigint[]) and task_id <> all(${[...tasks, ...freeOfDevices]}::bigint[])
    union
    select 'tasks', tasks.code from task_points join tasks on tasks.id = task_id
      where point_id = any(${points}::bigint[]) and task_id <> all(${[...tasks, ...freeOfPoints]}::bigint[])
    order by 1, 2 limit ${maxNamed}`.execute(transaction);
  const active = tasks.length === 0 ? [] : await activeSessionsOf(transaction, tasks);
  const referrers = {
    ...Object.fromEntries(
      [...Map.groupBy(rows, ({ what }) => what)].map(([what, each]) => [what, each.map(({ code }) => code)]),
    ),
    ...(active.length > 0 && { active_sessions: active.slice(0, maxNamed) }),
  };
  if (Object.keys(referrers).length > 0) {
    throw stillReferenced(configurationText('what_this_would_delete'), referrers);
  }
}

async function requireChosenPoints(transaction: Database, writes: readonly RowWrite[]): Promise<void> {
  const ids = (kind: ChangedKind) =>
    idsOf(writes.filter((write) => write.kind === kind && write.op !== 'delete'));
  const { rows } = await sql<{ id: number; task: string; point: string }>`
    select tasks.id, tasks.code as task, points.code as point from task_points
    join points on points.id = task_points.point_id join tasks on tasks.id = task_points.task_id
    left join task_devices d on d.task_id = task_points.task_id and d.device_id = points.device_id
    where d.device_id is null
      and (task_points.task_id = any(${ids('task')}::bigint[]) or points.id = any(${ids('point')}::bigint[]))
    order by 2, 3 limit ${maxNamed}`.execute(transaction);
  const [first] = rows;
  if (!first) return;
  const message = fieldText('chosen_point_of_other_device', { task: first.task, point: first.point });
  const { path } = writes.find(({ kind, id }) => kind === 'task' && id === first.id) ?? {};
  throw validationFailed([{ path: path === undefined ? 'point_ids' : `${path}.point_ids`, message }]);
}

/** Refuses points that do not fit each other or stored values. */
async function requireFitting(
  transaction: Database,
  store: KindsOfStore,
  writes: readonly RowWrite[],
): Promise<void> {
  const stayingWrites = writes.filter(({ op }) => op !== 'delete');
  const newOrMoved = stayingWrites.filter(
    ({ kind, op, fields }) =>
      kind === 'point' &&
      (op === 'create' ||
        ['code', 'device_id', 'data_type', 'enumeration', 'count'].some((field) => fields.includes(field))),
  );
  const renamed = stayingWrites.filter(
    ({ kind, op, fields }) =>
      kind === 'device' && op === 'change' && (fields.includes('code') || fields.includes('measurement')),
  );
  const { rows: points } = await sql<{
    id: number;
    device_id: number;
    code: string;
    count: number | null;
    data_type: never;
    enumeration: Record<string, string> | null;
  }>`select id, device_id, code, count, data_type, enumeration from points
    where id = any(${idsOf(newOrMoved)}::bigint[])
      or device_id = any(${idsOf(renamed)}::bigint[])
    order by id`.execute(transaction);
  if (points.length === 0) return;
  const paths = new Map(newOrMoved.map(({ id, path }) => [id, path === undefined ? '' : `${path}.`]));
  const pathTo = ({ id }: { readonly id: number }) => paths.get(id) ?? '';
  await togetherWithSiblings(
    transaction,
    points.map((point) => ({ ...point, pathPrefix: pathTo(point) })),
    async () => undefined,
  );
  // New points can be made even while the store cannot be asked.
  const isAllNew = renamed.length === 0 && newOrMoved.every(({ op }) => op === 'create');
  const judge = isAllNew ? kindFaultsIfKnown : kindFaults;
  const faults = (await judge(store, transaction, points)).flatMap((message, index) => {
    const point = points[index];
    return message === undefined || !point ? [] : [{ path: `${pathTo(point)}data_type`, message }];
  });
  if (faults.length > 0) throw validationFailed(faults);
}
