import { isDeepStrictEqual } from 'node:util';
import type { ChangedKind, RevertOnly } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import type { ChangeItem, Columns } from './item-view.ts';
import { keyOf, type RowOf, type RowWrite } from './row-write.ts';

/** A field that cannot be reverted, because a later set has touched it. */
export interface RevertConflict {
  readonly kind: ChangedKind;
  readonly id: number;
  readonly code: string;
  /** The code of a point's device, or null for all else. */
  readonly device: string | null;
  readonly field: string;
  readonly change_set: number;
}

export interface RevertPlan {
  readonly writes: readonly RowWrite[];
  readonly conflicts: readonly RevertConflict[];
}

export type LaterItem = ChangeItem & { readonly setId: number };

/**
 * Plans how to revert a set: delete what it made, make again what it deleted, and give each field its former value.
 * A field is a conflict when it has neither the value that this set gave it nor its former one. Values count, and not who
 * wrote last: after a later change was taken back, this one can be, too.
 * @param current the things that still exist, as they are, in columns
 * @param later items of later sets by `keyOf`, oldest first
 */
export async function planRevert(
  items: readonly ChangeItem[],
  current: ReadonlyMap<string, Columns>,
  later: ReadonlyMap<string, readonly LaterItem[]>,
): Promise<RevertPlan> {
  const writes: RowWrite[] = [];
  const conflicts: RevertConflict[] = [];
  const write = (
    { kind, id }: ChangeItem,
    op: RowWrite['op'],
    { row, fields }: { readonly row: Columns; readonly fields: readonly string[] },
  ) => writes.push({ kind, id, op, row: row as unknown as RowOf[typeof kind], fields } as RowWrite);
  for await (const item of makingWay(items)) {
    const key = keyOf(item);
    const now = current.get(key);
    const since = later.get(key) ?? [];
    const { kind, id, code, op, before } = item;
    const device = kind === 'point' ? item.deviceCode : null;
    const conflict = (field: string, setId: number) =>
      conflicts.push({
        kind,
        id,
        code,
        device,
        field: field.replace(/^connection\./, ''),
        change_set: setId,
      });
    switch (op) {
      case 'created': {
        if (!now) break;
        const touched = differing(now, item.after, lastTouched(since));
        if (touched.length === 0) write(item, 'delete', { row: now, fields: [] });
        // A later set deleted the thing and another made a new one of it, and that stands.
        else if (since.every((each) => each.op === 'changed'))
          for (const [field, setId] of touched) conflict(field, setId);
        break;
      }
      case 'deleted':
        if (now) break;
        write(item, 'create', { row: before, fields: Object.keys(before) });
        break;
      case 'changed': {
        if (!now) break;
        const was = fieldsOf(before);
        const is = fieldsOf(now);
        const touched = new Map(differing(now, item.after, lastTouched(since)));
        const fields = changedIn(item).filter((field) => !isDeepStrictEqual(is[field], was[field]));
        for (const field of fields) {
          const setId = touched.get(field);
          if (setId !== undefined) conflict(field, setId);
        }
        const free = fields.filter((field) => !touched.has(field));
        if (free.length > 0) write(item, 'change', withFields(now, was, free));
        break;
      }
      default:
        op satisfies never;
    }
  }
  return { writes, conflicts };
}

/** Each field with the last set that touched it. */
function lastTouched(items: readonly LaterItem[]): ReadonlyMap<string, number> {
  return new Map(items.flatMap((item) => changedIn(item).map((field) => [field, item.setId] as const)));
}

/** The touched fields that have another value now than a set left. */
function differing(
  now: Columns,
  afterSet: Columns,
  touched: ReadonlyMap<string, number>,
): (readonly [field: string, setId: number])[] {
  if (touched.size === 0) return [];
  const [is, became] = [fieldsOf(now), fieldsOf(afterSet)];
  return [...touched].filter(([field]) => !isDeepStrictEqual(is[field], became[field]));
}

/** Columns with each field of a connection by itself: sets that change two different ones do not conflict. */
function fieldsOf({ connection, endpoint: _, ...columns }: Columns): Columns {
  const own = Object.entries((connection ?? {}) as object).map(([name, value]) => [
    `connection.${name}`,
    value,
  ]);
  return { ...columns, ...Object.fromEntries(own) };
}

function changedIn({ before, after }: ChangeItem): string[] {
  const [was, became] = [fieldsOf(before), fieldsOf(after)];
  return Object.keys({ ...was, ...became }).filter((field) => !isDeepStrictEqual(was[field], became[field]));
}

/** The current row with some fields set back. */
function withFields(
  now: Columns,
  was: Columns,
  fields: readonly string[],
): { readonly row: Columns; readonly fields: readonly string[] } {
  const row: Record<string, unknown> = { ...now };
  const columns = new Set<string>();
  for (const field of fields) {
    const [column = '', own] = field.split(/\.(.*)/s);
    columns.add(column);
    if (own === undefined) {
      row[column] = was[field];
      continue;
    }
    const { [own]: _, ...others } = row[column] as Record<string, unknown>;
    row[column] = was[field] === undefined ? others : { ...others, [own]: was[field] };
  }
  return { row, fields: [...columns] };
}

/** Narrows items to those requested, and changed ones to the requested fields. What was made or deleted is taken whole. */
export function narrowed<Item extends ChangeItem>(
  items: readonly Item[],
  only: RevertOnly | undefined,
): Item[] {
  if (!only) return [...items];
  const fieldsByKey = new Map(only.map((each) => [keyOf(each), each.fields]));
  return items.flatMap((item): Item[] => {
    const key = keyOf(item);
    if (!fieldsByKey.has(key)) return [];
    const fields = fieldsByKey.get(key);
    if (!fields || item.op !== 'changed') return [item];
    return narrowedTo(item, fields);
  });
}

function narrowedTo<Item extends ChangeItem>(item: Item, fields: readonly string[]): Item[] {
  const was = fieldsOf(item.before);
  // A point's address is one column that holds all fields of its place.
  const isWanted = (name: string) =>
    fields.includes(name.replace(/^connection\./, '')) ||
    (name === 'address' && fields.some((field) => !(field in was)));
  const others = changedIn(item).filter((name) => !isWanted(name));
  const ownFields = changedIn(item).filter(isWanted);
  if (ownFields.length === 0) return [];
  const { row: before } = withFields(item.before, fieldsOf(item.after), others);
  const sides = { before, after: item.after };
  const isKept = ([name]: [string, unknown]) => ownFields.some((field) => field.split('.', 1)[0] === name);
  const only = (side: Columns) => Object.fromEntries(Object.entries(side).filter(isKept));
  return [{ ...item, before: only(sides.before), after: only(sides.after) }];
}
