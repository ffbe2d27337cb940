import { isDeepStrictEqual } from 'node:util';
import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { Selectable } from 'kysely';
import type { DevicesTable, PointsTable, SitesTable, TasksTable } from '../../database/tables.ts';

type Stored<Table> = Readonly<Omit<Selectable<Table>, 'id'>>;
export type DeviceRow = Stored<DevicesTable>;
export type PointRow = Stored<PointsTable>;

/** The columns of a thing; of a task also its lists. */
export interface RowOf {
  readonly site: Stored<SitesTable>;
  readonly device: DeviceRow;
  readonly point: PointRow;
  readonly task: Stored<TasksTable> & {
    readonly device_ids: readonly number[];
    readonly point_ids: readonly number[];
  };
}

interface Write<Kind extends ChangedKind> {
  readonly kind: Kind;
  /** Undefined for a new thing that never existed before. */
  readonly id: number | undefined;
  readonly op: 'create' | 'change' | 'delete';
  /** As it shall be, or for a deletion as it is. */
  readonly row: RowOf[Kind];
  /** Columns that get a new value. */
  readonly fields: readonly string[];
  /** Stands for the id of a new thing in rows that refer to it. */
  readonly standIn?: number;
  /** Where the request has its fields, for faults: `items`, 3, `fields`. */
  readonly path?: readonly PropertyKey[];
}

/** A row to be made, changed or deleted. */
export type RowWrite<Kind extends ChangedKind = ChangedKind> = { [Each in Kind]: Write<Each> }[Kind];

/** A key for a thing among things of all kinds. */
export const keyOf = ({ kind, id }: { readonly kind: ChangedKind; readonly id: number | undefined }) =>
  `${kind} ${id}`;

/** Rows of all kinds, by `keyOf`. */
export type StoredRows = ReadonlyMap<string, RowOf[ChangedKind]>;

export function rowIn<Kind extends ChangedKind>(
  rows: StoredRows,
  kind: Kind,
  id: number | undefined,
): RowOf[Kind] | undefined {
  return rows.get(keyOf({ kind, id })) as RowOf[Kind] | undefined;
}

export function writesOf<Kind extends ChangedKind>(
  writes: readonly RowWrite[],
  kind: Kind,
): readonly RowWrite<Kind>[] {
  const ofKind: readonly unknown[] = writes.filter((write) => write.kind === kind);
  return ofKind as readonly RowWrite<Kind>[];
}

/** The write that gives a thing this row; none if it already has it. @param now undefined for a new thing */
export function writeOf<Kind extends ChangedKind>(
  { kind, id, standIn }: { readonly kind: Kind; readonly id?: number | undefined; readonly standIn?: number },
  now: RowOf[Kind] | undefined,
  row: RowOf[Kind],
): RowWrite<Kind>[] {
  const names = Object.keys(row) as (keyof RowOf[Kind] & string)[];
  const fields = now ? names.filter((name) => !isDeepStrictEqual(now[name], row[name])) : names;
  if (now && fields.length === 0) return [];
  const write = {
    kind,
    id,
    op: now ? 'change' : 'create',
    row,
    fields,
    ...(standIn !== undefined && { standIn }),
  };
  return [write as RowWrite<Kind>];
}

export function deletionOf<Kind extends ChangedKind>(
  { kind, id }: { readonly kind: Kind; readonly id: number | undefined },
  row: RowOf[Kind],
): RowWrite<Kind> {
  return { kind, id, op: 'delete', row, fields: [] } as RowWrite<Kind>;
}

/** The ids in a column that refers to other things. */
export function referredBy({ row }: RowWrite, field: string): number[] {
  const { [field]: ids } = row as Readonly<Record<string, unknown>>;
  return [ids].flat().filter((id): id is number => typeof id === 'number');
}
