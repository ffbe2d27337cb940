import { isDeepStrictEqual } from 'node:util';
import type { AskedItem, ChangedItems } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import {
  siteCreateSchema,
  sitePatchSchema,
  taskCreateSchema,
  taskPatchSchema,
} from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceOfPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { type Issue, type Judged, judgedBy } from '@holdfast/shared/judgement/verdict-on-body.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { Database } from '../../../database/open-database.ts';
import { localize } from '../../../problems/localize.ts';
import type { BulkSources } from '../../bulk/bulk-change.ts';
import {
  changedDeviceRow,
  changedPointRow,
  newDeviceRow,
  newPointRow,
  writeOfChange,
} from '../../bulk/row-verdicts.ts';
import { bodyRefused, explained } from '../../configuration-problems.ts';
import { specOf } from '../../device-specs.ts';
import { devicesOfPoints } from '../../points-of-device.ts';
import { lockDevicesOfPoints } from '../../read-codes.ts';
import { keyOf } from '../plan-revert.ts';
import type { RowWrite } from '../row-write.ts';
import { writeSoundly } from '../sound-rows.ts';
import { lockedRows } from '../write-rows.ts';
import { concernedBy, type ReadyItem, readyItems } from './ready-items.ts';
import { writeFaults } from './write-faults.ts';

type Columns = Readonly<Record<string, unknown>>;

const warningsAtMost = 500;

export type ItemsOutcome = Pick<ChangedItems, 'unchanged' | 'warnings'>;

/** Makes, changes and deletes things of all kinds: all or none. @throws Problem, which names each item at fault */
export async function changeItems(
  transaction: Database,
  items: readonly AskedItem[],
  { granted, siteAccess, store }: BulkSources,
): Promise<ItemsOutcome> {
  const { ready, issues } = readyItems(items);
  if (issues.length > 0) throw bodyRefused(issues);
  const before = await lockedItems(transaction, ready);
  await siteAccess.requireUntilEnd(transaction, granted, concernedBy(items));
  const verdicts = await judgedItems(transaction, ready, before);
  const faults = verdicts.flatMap(({ index, outcome }) =>
    outcome.ok
      ? []
      : outcome.issues.map(({ path, message }): Issue => ({ path: ['items', index, ...path], message })),
  );
  const writes = verdicts.flatMap(({ outcome }) => (outcome.ok ? outcome.value : []));
  const all = [...faults, ...(await writeFaults(transaction, writes, madeBy(ready)))];
  if (all.length > 0) throw bodyRefused(all);
  await explained(() => writeSoundly(transaction, store, before, writes));
  const warnings = verdicts.flatMap(({ index, doubt }) =>
    doubt ? [{ path: `items.${index}.fields.address`, message: localize(doubt) }] : [],
  );
  return { unchanged: items.length - writes.length, warnings: warnings.slice(0, warningsAtMost) };
}

/** Reads and locks the things of items. No session can start meanwhile on a point whose code or device may change. */
async function lockedItems(
  transaction: Database,
  items: readonly ReadyItem[],
): Promise<ReadonlyMap<string, Columns>> {
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

const isOfPlace = ({ code, device_id }: Columns) => code !== undefined || device_id !== undefined;

/** Kind and stand-in of each new thing. */
const madeBy = (items: readonly ReadyItem[]) =>
  new Set(items.flatMap(({ kind, standIn }) => (standIn === undefined ? [] : [`${kind} ${standIn}`])));

interface JudgedItem {
  readonly index: number;
  /** Without a write if nothing differs. */
  readonly outcome: Judged<readonly RowWrite[]>;
  /** Why the address of a point, which is accepted, looks like a mistake. */
  readonly doubt?: Text | undefined;
}

async function judgedItems(
  transaction: Database,
  items: readonly ReadyItem[],
  before: ReadonlyMap<string, Columns>,
): Promise<JudgedItem[]> {
  const now = await devicesOfPoints(transaction, namedDevices(items, before));
  const after = new Map<unknown, DeviceOfPoint>(now);
  const faulty = new Set<unknown>();
  const judge = (item: ReadyItem, index: number): JudgedItem => {
    const { kind, id, op, standIn } = item;
    const path = `items.${index}.fields`;
    const row = id === undefined || op === 'create' ? undefined : before.get(keyOf({ kind, id }));
    if (op !== 'create' && !row) {
      return { index, outcome: refused(['id'], fieldText(`no_such_${kind}`)) };
    }
    if (op === 'delete') {
      return { index, outcome: { ok: true, value: [{ kind, id, op, row: row ?? {}, fields: [] }] } };
    }
    // The fault of a new device says enough; its points are not judged.
    if (kind === 'point' && faulty.has(item.fields.device_id))
      return { index, outcome: { ok: true, value: [] } };
    const outcome = rowOf(item, row, { now, after });
    if (!outcome.ok) {
      if (kind === 'device' && standIn !== undefined) faulty.add(standIn);
      const issues = outcome.issues.map((issue) => ({ ...issue, path: ['fields', ...issue.path] }));
      return { index, outcome: { ok: false, issues } };
    }
    const { value } = outcome;
    if (kind === 'device') {
      const had = now.get(id ?? 0);
      const is = deviceOf(value);
      const isSame = had?.spec === is.spec && isDeepStrictEqual(had.connection, is.connection);
      after.set(standIn ?? id, isSame ? had : is);
    }
    const rowWrites: RowWrite[] = row
      ? writeOfChange({ kind, id: id as number, row }, value)
      : [{ kind, id: undefined, op: 'create', row: value, fields: Object.keys(value) }];
    const about = { path, ...(standIn !== undefined && { standIn }) };
    const spec = kind === 'point' && rowWrites.length > 0 ? after.get(value.device_id)?.spec : undefined;
    return {
      index,
      outcome: { ok: true, value: rowWrites.map((write) => ({ ...write, ...about })) },
      doubt: spec?.doubt?.(item.fields, spec.showAddress(value.address)),
    };
  };
  const indexed = items.map((item, index) => ({ item, index }));
  const [devices, others] = [true, false].map((is) =>
    indexed.filter(({ item }) => (item.kind === 'device') === is),
  );
  // Devices come first, because points are judged by their devices as they shall be.
  return [...(devices ?? []), ...(others ?? [])]
    .map(({ item, index }) => judge(item, index))
    .sort((one, other) => one.index - other.index);
}

function refused(path: readonly PropertyKey[], message: Text): Judged<never> {
  return { ok: false, issues: [{ path, message }] };
}

function deviceOf(row: Columns): DeviceOfPoint {
  const { code, protocol, connection } = row as { code: string; protocol: string; connection: object };
  return { spec: specOf({ code, protocol }), connection };
}

/** The columns of a thing after its item. */
function rowOf(
  item: Exclude<ReadyItem, { op: 'delete' }>,
  row: Columns | undefined,
  { now, after }: Record<'now' | 'after', ReadonlyMap<unknown, DeviceOfPoint>>,
): Judged<Columns> {
  const { kind, fields } = item;
  switch (kind) {
    case 'site':
      return row ? judgedBy(sitePatchSchema, fields) : judgedBy(siteCreateSchema, fields);
    case 'device':
      return row ? changedDeviceRow({ id: item.id as number, row }, fields) : newDeviceRow(fields);
    case 'point': {
      const to = after.get(fields.device_id ?? row?.device_id);
      if (!row) return newPointRow(to, fields);
      const from = now.get(row.device_id) as DeviceOfPoint;
      return changedPointRow(row, { from, to }, fields);
    }
    case 'task': {
      const verdict: Judged<Columns> = row
        ? judgedBy(taskPatchSchema, fields)
        : judgedBy(taskCreateSchema, fields);
      return verdict.ok ? { ok: true, value: withLists(verdict.value) } : verdict;
    }
    default:
      return kind satisfies never;
  }
}

/** Lists in the order in which the database has them. */
function withLists(task: Columns): Columns {
  const lists = ['device_ids', 'point_ids'].flatMap((field) => {
    const list = task[field] as number[] | undefined;
    return list ? [[field, [...list].sort((one, other) => one - other)]] : [];
  });
  return { ...task, ...Object.fromEntries(lists) };
}

function namedDevices(
  items: readonly ReadyItem[],
  before: ReadonlyMap<string, Columns>,
): { readonly device_id: number }[] {
  const ids = items.flatMap((item): unknown[] => {
    if (item.op === 'delete') return [];
    if (item.kind === 'device') return item.op === 'change' ? [item.id] : [];
    if (item.kind !== 'point') return [];
    const row = item.op === 'change' ? before.get(keyOf({ kind: 'point', id: item.id })) : undefined;
    return [item.fields.device_id, row?.device_id];
  });
  return ids.filter((id): id is number => Number.isSafeInteger(id)).map((device_id) => ({ device_id }));
}
