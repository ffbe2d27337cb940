import { isDeepStrictEqual } from 'node:util';
import type {
  ChangedItems,
  ChangedKind,
  RequestedItem,
} from '@holdfast/shared/contracts/http/change-sets-http.ts';
import {
  siteCreateSchema,
  sitePatchSchema,
  taskCreateSchema,
  taskPatchSchema,
} from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceOfPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { type Issue, type Validated, validate } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { Database } from '../../../database/open-database.ts';
import { localize } from '../../../problems/localize.ts';
import type { BulkSources } from '../../bulk/bulk-change.ts';
import { changedDeviceRow, changedPointRow, newDeviceRow, newPointRow } from '../../bulk/row-verdicts.ts';
import { bodyRefused } from '../../configuration-problems.ts';
import { readBy } from '../../device-specs.ts';
import { devicesOfPoints } from '../../points-of-device.ts';
import { lockDevicesOfPoints } from '../../read-codes.ts';
import type { KindsOfStore } from '../../stored-kinds.ts';
import { deletionOf, type RowOf, type RowWrite, rowIn, type StoredRows, writeOf } from '../row-write.ts';
import { writeSoundly } from '../sound-rows.ts';
import { lockedRows } from '../write-rows.ts';
import { concernedBy, type ReadyItem, readyItems } from './ready-items.ts';
import { writeFaults } from './write-faults.ts';

const warningsAtMost = 500;

export type ItemsOutcome = Pick<ChangedItems, 'unchanged' | 'warnings'>;

/** Makes, changes and deletes things of all kinds: all or none. @throws Problem, which names each item at fault */
export async function changeItems(
  transaction: Database,
  items: readonly RequestedItem[],
  { granted, siteAccess, store }: BulkSources,
): Promise<ItemsOutcome> {
  const { ready, issues } = readyItems(items);
  if (issues.length > 0) throw bodyRefused(issues);
  const { writes, doubts } = await writeItems(transaction, ready, {
    store,
    naming: 'items',
    whenLocked: () => siteAccess.requireUntilEnd(transaction, granted, concernedBy(items)),
  });
  const warnings = doubts.map(({ index, doubt }) => ({
    path: `items.${index}.fields.address`,
    message: localize(doubt),
  }));
  return { unchanged: items.length - writes.length, warnings: warnings.slice(0, warningsAtMost) };
}

/** Paths of the fields of an item in a request: one of `items`, one of a list, or the request itself. */
const fieldPaths = {
  items: (index: number) => ['items', index, 'fields'],
  list: (index: number) => [index],
  single: () => [],
} as const satisfies Readonly<Record<string, (index: number) => readonly PropertyKey[]>>;

interface Doubt {
  readonly index: number;
  /** Why the address of a point, which is accepted, looks like a mistake. */
  readonly doubt: Text;
}

/** @returns the writes, with the ids of what was made @throws Problem */
export async function writeItems(
  transaction: Database,
  items: readonly ReadyItem[],
  {
    store,
    naming,
    whenLocked,
  }: {
    readonly store: KindsOfStore;
    readonly naming: keyof typeof fieldPaths;
    /** Called once the things are locked; what it throws is passed on, and nothing is changed. */
    readonly whenLocked: () => Promise<void>;
  },
): Promise<{ readonly writes: readonly RowWrite[]; readonly doubts: readonly Doubt[] }> {
  const before = await lockedItems(transaction, items);
  await whenLocked();
  const verdicts = await judgedItems(transaction, items, { before, pathOf: fieldPaths[naming] });
  const faults = verdicts.flatMap(({ outcome }) => (outcome.ok ? [] : outcome.issues));
  const writes = verdicts.flatMap(({ outcome }) => (outcome.ok ? outcome.value : []));
  // A single item that conflicts with another thing is refused by the database.
  if (naming !== 'single') faults.push(...(await writeFaults(transaction, writes, madeBy(items))));
  if (faults.length > 0) throw bodyRefused(faults.toSorted((one, other) => indexIn(one) - indexIn(other)));
  const doubts = verdicts.flatMap(({ index, doubt }) => (doubt ? [{ index, doubt }] : []));
  return { writes: await writeSoundly(transaction, store, before, writes), doubts };
}

const indexIn = ({ path }: Issue) => Number(path.find(Number.isInteger) ?? 0);

/** Reads and locks the things of items. No session can start meanwhile on a point whose code or device may change. */
async function lockedItems(transaction: Database, items: readonly ReadyItem[]): Promise<StoredRows> {
  const there = items.flatMap((item) =>
    item.op === 'create' ? [] : [{ ...item, mayMove: item.op === 'change' && isOfPlace(item.fields) }],
  );
  const tasks = await lockedRows(
    transaction,
    there.filter(({ kind }) => kind === 'task'),
  );
  const moving = there.filter(({ kind, mayMove }) => kind === 'point' && mayMove).map(({ id }) => id);
  if (moving.length > 0) await lockDevicesOfPoints(transaction, moving);
  const others = await lockedRows(
    transaction,
    there.filter(({ kind }) => kind !== 'task'),
  );
  return new Map([...tasks, ...others]);
}

const isOfPlace = ({ code, device_id }: { readonly code?: unknown; readonly device_id?: unknown }) =>
  code !== undefined || device_id !== undefined;

/** Kind and stand-in of each new thing. */
const madeBy = (items: readonly ReadyItem[]) =>
  new Set(items.flatMap(({ kind, standIn }) => (standIn === undefined ? [] : [`${kind} ${standIn}`])));

interface JudgedItem {
  readonly index: number;
  /** Without a write if nothing differs. */
  readonly outcome: Validated<readonly RowWrite[]>;
  /** Why the address of a point, which is accepted, looks like a mistake. */
  readonly doubt?: Text | undefined;
}

async function judgedItems(
  transaction: Database,
  items: readonly ReadyItem[],
  {
    before,
    pathOf,
  }: { readonly before: StoredRows; readonly pathOf: (index: number) => readonly PropertyKey[] },
): Promise<JudgedItem[]> {
  const now = await devicesOfPoints(transaction, namedDevices(items, before));
  const after = new Map<unknown, DeviceOfPoint>(now);
  const faulty = new Set<unknown>();
  const judge = (item: ReadyItem, index: number): JudgedItem => {
    const { kind, id, op, standIn } = item;
    const path = pathOf(index);
    const row = op === 'create' ? undefined : rowIn(before, kind, id);
    if (op !== 'create' && !row) return { index, outcome: noSuchItem(kind, path) };
    if (op === 'delete') return { index, outcome: { ok: true, value: row ? [deletionOf(item, row)] : [] } };
    const isEmpty = op === 'change' && Object.keys(item.fields).length === 0;
    // The fault of a new device says enough; its points are not judged.
    const isOfFaulty = kind === 'point' && faulty.has(item.fields.device_id);
    if (isEmpty || isOfFaulty) return { index, outcome: { ok: true, value: [] } };
    const outcome = writesOfItem(item, before, { now, after });
    if (!outcome.ok) {
      if (kind === 'device' && standIn !== undefined) faulty.add(standIn);
      const issues = outcome.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
      return { index, outcome: { ok: false, issues } };
    }
    const { row: written, writes } = outcome.value;
    if (kind === 'device') {
      const had = now.get(id ?? 0);
      const is = readBy(written as RowOf['device']);
      const isSame = had?.spec === is.spec && isDeepStrictEqual(had.connection, is.connection);
      after.set(standIn ?? id, isSame ? had : is);
    }
    const about = { ...(path.length > 0 && { path }), ...(standIn !== undefined && { standIn }) };
    return {
      index,
      outcome: { ok: true, value: writes.map((write) => ({ ...write, ...about })) },
      doubt: writes.length > 0 ? doubtAbout(item, written, after) : undefined,
    };
  };
  const indexed = items.map((item, index) => ({ item, index }));
  const [devices, others] = [true, false].map((is) =>
    indexed.filter(({ item }) => (item.kind === 'device') === is),
  );
  // Devices come first, because points are judged by their devices as they shall be.
  const inOrder = makingWay([...(devices ?? []), ...(others ?? [])]);
  const verdicts = await Array.fromAsync(inOrder, ({ item, index }) => judge(item, index));
  return verdicts.sort((one, other) => one.index - other.index);
}

function noSuchItem(kind: ChangedKind, path: readonly PropertyKey[]): Validated<never> {
  const issue = { path: [...path.slice(0, -1), 'id'], message: fieldText(`no_such_${kind}`) };
  return { ok: false, issues: [issue] };
}

function doubtAbout(
  { kind, fields }: Exclude<ReadyItem, { op: 'delete' }>,
  row: RowOf[ChangedKind],
  devices: ReadonlyMap<unknown, DeviceOfPoint>,
): Text | undefined {
  if (kind !== 'point') return undefined;
  const { device_id, address } = row as RowOf['point'];
  const spec = devices.get(device_id)?.spec;
  return spec?.doubt?.(fields, spec.showAddress(address));
}

interface JudgedRow {
  readonly row: RowOf[ChangedKind];
  /** None if nothing differs. */
  readonly writes: readonly RowWrite[];
}

/** The row of a thing after its item, and how it is written. */
function writesOfItem(
  { kind, id, fields }: Exclude<ReadyItem, { op: 'delete' }>,
  before: StoredRows,
  { now, after }: Record<'now' | 'after', ReadonlyMap<unknown, DeviceOfPoint>>,
): Validated<JudgedRow> {
  const written = <Kind extends ChangedKind>(
    ofKind: Kind,
    row: RowOf[Kind] | undefined,
    verdict: Validated<RowOf[Kind]>,
  ): Validated<JudgedRow> => {
    if (!verdict.ok) return verdict;
    const thing = { kind: ofKind, id: row ? id : undefined };
    const writes: readonly unknown[] = writeOf(thing, row, verdict.value);
    return { ok: true, value: { row: verdict.value, writes: writes as readonly RowWrite[] } };
  };
  switch (kind) {
    case 'site': {
      const row = rowIn(before, kind, id);
      return written(
        kind,
        row,
        row ? overlaid(row, validate(sitePatchSchema, fields)) : validate(siteCreateSchema, fields),
      );
    }
    case 'device': {
      const row = rowIn(before, kind, id);
      return written(
        kind,
        row,
        row ? changedDeviceRow({ id: Number(id), row }, fields) : newDeviceRow(fields),
      );
    }
    case 'point': {
      const row = rowIn(before, kind, id);
      const to = after.get(fields.device_id ?? row?.device_id);
      if (!row) return written(kind, row, newPointRow(to, fields));
      const from = now.get(row.device_id) as DeviceOfPoint;
      return written(kind, row, changedPointRow(row, { from, to }, fields));
    }
    case 'task': {
      const row = rowIn(before, kind, id);
      const verdict = row
        ? overlaid(row, validate(taskPatchSchema, fields))
        : validate(taskCreateSchema, fields);
      return written(kind, row, verdict.ok ? { ok: true, value: withLists(verdict.value) } : verdict);
    }
    default:
      return kind satisfies never;
  }
}

/** A row with the columns of a patch. */
function overlaid<Row extends object>(
  row: Row,
  verdict: Validated<{ [Name in keyof Row]?: Row[Name] | undefined }>,
): Validated<Row> {
  return verdict.ok ? { ok: true, value: { ...row, ...(verdict.value as Partial<Row>) } } : verdict;
}

/** Lists in the order in which the database has them. */
function withLists(task: RowOf['task']): RowOf['task'] {
  const sorted = (ids: readonly number[]) => ids.toSorted((one, other) => one - other);
  return { ...task, device_ids: sorted(task.device_ids), point_ids: sorted(task.point_ids) };
}

function namedDevices(items: readonly ReadyItem[], before: StoredRows): { readonly device_id: number }[] {
  const ids = items.flatMap((item): unknown[] => {
    if (item.op === 'delete') return [];
    if (item.kind === 'device') return item.op === 'change' ? [item.id] : [];
    if (item.kind !== 'point') return [];
    const row = item.op === 'change' ? rowIn(before, 'point', item.id) : undefined;
    return [item.fields.device_id, row?.device_id];
  });
  return ids.filter((id): id is number => Number.isSafeInteger(id)).map((device_id) => ({ device_id }));
}
