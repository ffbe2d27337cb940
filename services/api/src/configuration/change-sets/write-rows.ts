import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../database/open-database.ts';
import { keyOf, type RowOf, type RowWrite, type StoredRows, writesOf } from './row-write.ts';

const tables = {
  site: ['sites', ['code', 'name', 'shifts', 'networks']],
  device: [
    'devices',
    [
      ...[
        'code',
        'name',
        'site_id',
        'protocol',
        'mode',
        'timeout_ms',
        'connection',
        'measurement',
        'enabled',
      ],
      'endpoint',
    ],
  ],
  point: [
    'points',
    [
      ...['device_id', 'code', 'name', 'address', 'data_type', 'scale', 'offset', 'unit', 'enabled', 'count'],
      ...['precision', 'valid_min', 'valid_max', 'linear', 'enumeration', 'period_ms', 'report', 'writable'],
    ],
  ],
  task: ['tasks', ['code', 'name', 'period_ms', 'enabled', 'required_labels', 'max_duration']],
} as const satisfies Readonly<Record<ChangedKind, readonly [table: string, columns: readonly string[]]>>;

const lists = [
  ['task_devices', 'device_id'],
  ['task_points', 'point_id'],
] as const;

/** Reads and locks things until the end of the transaction, in columns and by `keyOf`. Tasks come first, as everywhere. */
export async function lockedRows(
  transaction: Database,
  things: readonly { readonly kind: ChangedKind; readonly id: number }[],
): Promise<StoredRows> {
  const rowsByKey = new Map<string, RowOf[ChangedKind]>();
  for (const kind of ['task', 'device', 'point', 'site'] as const) {
    const ids = things.filter((each) => each.kind === kind).map(({ id }) => id);
    if (ids.length === 0) continue;
    const { rows } = await sql<{ id: number; row: RowOf[ChangedKind] }>`
      select id, to_jsonb(t) - 'id' as row from ${sql.table(tables[kind][0])} t
      where id = any(${ids}::bigint[]) order by id for update`.execute(transaction);
    for (const { id, row } of rows) rowsByKey.set(keyOf({ kind, id }), row);
    if (kind !== 'task') continue;
    for (const [table, member] of lists) {
      const members = await sql<{ id: number; ids: number[] }>`
        select t.id, coalesce(jsonb_agg(m.${sql.ref(member)} order by m.${sql.ref(member)})
          filter (where m.task_id is not null), '[]') as ids
        from tasks t left join ${sql.table(table)} m on m.task_id = t.id
        where t.id = any(${ids}::bigint[]) group by t.id`.execute(transaction);
      for (const { id, ids } of members.rows) {
        const key = keyOf({ kind, id });
        rowsByKey.set(key, { ...(rowsByKey.get(key) as RowOf['task']), [`${member}s`]: ids });
      }
    }
  }
  return rowsByKey;
}

/**
 * Makes, changes and deletes rows, in an order in which each finds what it refers to. Judges nothing.
 * @returns the same writes, with the ids of what was made
 */
export async function writeRows(
  transaction: Database,
  writes: readonly RowWrite[],
): Promise<readonly RowWrite[]> {
  const newIds = new NewIds();
  const of = (op: RowWrite['op'], kind: ChangedKind) =>
    writes.filter((write) => write.op === op && write.kind === kind);
  const withLists = writesOf(writes, 'task').filter(
    ({ op, fields }) => op === 'create' || (op === 'change' && fields.some((each) => each.endsWith('_ids'))),
  );
  for (const [table, member] of lists) await takeOut(transaction, table, member, withLists);
  for (const kind of ['task', 'point', 'device'] as const)
    await remove(transaction, kind, of('delete', kind));
  for (const kind of ['site', 'device', 'point', 'task'] as const) {
    // Changes come before creations, so that a code that one row gives up is free for a new row.
    await update(transaction, kind, of('change', kind), newIds);
    await insert(transaction, kind, of('create', kind), newIds);
  }
  const members = withLists.map((write) => newIds.in(write) as RowWrite<'task'>);
  for (const [table, member] of lists) await putIn(transaction, table, member, members);
  await remove(transaction, 'site', of('delete', 'site'));
  return Array.fromAsync(makingWay(writes), (write) => newIds.in(write));
}

/** Ids that the database has given. */
class NewIds {
  readonly #ids = new Map<RowWrite, number>();
  readonly #standIns = new Map<unknown, number>();

  add(write: RowWrite, id: number): void {
    this.#ids.set(write, id);
    if (write.standIn !== undefined) this.#standIns.set(write.standIn, id);
  }

  /** A write with its real id, and the real ids of what its row refers to. */
  in(write: RowWrite): RowWrite {
    const id = write.id ?? this.#ids.get(write);
    if (this.#standIns.size === 0) return { ...write, id };
    const real = (value: unknown) => this.#standIns.get(value) ?? value;
    const referring = Object.entries(write.row)
      .filter(([field]) => referrers.includes(field))
      .map(([field, value]) => [field, Array.isArray(value) ? value.map(real) : real(value)]);
    return { ...write, id, row: { ...write.row, ...Object.fromEntries(referring) } } as RowWrite;
  }
}

const referrers = ['site_id', 'device_id', 'device_ids', 'point_ids'];

/** Ids of the things that already exist. */
export function idsOf(writes: readonly RowWrite[]): number[] {
  return writes.flatMap(({ id }) => (id === undefined ? [] : [id]));
}

const rowsAtOnce = 2_000;

/**
 * Splits rows for single statements: each is given up after 10 s, in which slow machines record thousands, not tens of
 * thousands. Between them other requests have their turn.
 */
function* inParts<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < all.length; at += rowsAtOnce) yield all.slice(at, at + rowsAtOnce);
}

/** Rows as one text parameter, because there may be thousands. */
function rowsOf(kind: ChangedKind, writes: readonly RowWrite[]): RawBuilder<unknown> {
  const rows = writes.map(({ id, row }) => ({ ...row, id }));
  return sql`jsonb_populate_recordset(null::${sql.table(tables[kind][0])}, ${JSON.stringify(rows)}::jsonb)`;
}

async function insert(
  transaction: Database,
  kind: ChangedKind,
  writes: readonly RowWrite[],
  newIds: NewIds,
): Promise<void> {
  const [table, columns] = tables[kind];
  const key = sql.raw(kind === 'point' ? 'id, code, device_id' : 'id, code');
  for (const isAgain of [true, false]) {
    const list = sql.join([...(isAgain ? ['id'] : []), ...columns].map((column) => sql.ref(column)));
    for (const part of inParts(writes.filter(({ id }) => (id !== undefined) === isAgain))) {
      const rows = part.map((write) => newIds.in(write));
      const { rows: inserted } =
        await sql<Inserted>`insert into ${sql.table(table)} (${list}) overriding system value
        select ${list} from ${rowsOf(kind, rows)} returning ${key}`.execute(transaction);
      if (isAgain) continue;
      const writeByName = new Map(rows.map(({ row }, index) => [nameOf(row), part[index]]));
      for (const row of inserted) {
        const write = writeByName.get(nameOf(row));
        if (write) newIds.add(write, row.id);
      }
    }
  }
}

interface Named {
  readonly code: string;
  readonly device_id?: number;
}
type Inserted = Named & { readonly id: number };

/** The name that is unique within its table. */
const nameOf = ({ device_id, code }: Named) => JSON.stringify([device_id, code]);

async function update(
  transaction: Database,
  kind: ChangedKind,
  writes: readonly RowWrite[],
  newIds: NewIds,
): Promise<void> {
  const [table, columns] = tables[kind];
  const changed = writes.filter(({ fields }) => fields.some((field) => !field.endsWith('_ids')));
  if (changed.length === 0) return;
  const set = sql.join(columns.map((column) => sql`${sql.ref(column)} = wanted.${sql.ref(column)}`));
  for (const part of inParts(changed)) {
    const rows = part.map((write) => newIds.in(write));
    await sql`update ${sql.table(table)} as t set ${set} from ${rowsOf(kind, rows)} as wanted
      where t.id = wanted.id`.execute(transaction);
  }
}

async function remove(transaction: Database, kind: ChangedKind, writes: readonly RowWrite[]): Promise<void> {
  for (const part of inParts(idsOf(writes))) {
    await sql`delete from ${sql.table(tables[kind][0])} where id = any(${part}::bigint[])`.execute(
      transaction,
    );
  }
}

async function takeOut(
  transaction: Database,
  table: string,
  member: 'device_id' | 'point_id',
  writes: readonly RowWrite<'task'>[],
): Promise<void> {
  for (const { id, row } of writes) {
    if (id === undefined) continue;
    const memberIds = row[`${member}s`];
    await sql`delete from ${sql.table(table)}
      where task_id = ${id} and ${sql.ref(member)} <> all(${memberIds}::bigint[])`.execute(transaction);
  }
}

async function putIn(
  transaction: Database,
  table: string,
  member: 'device_id' | 'point_id',
  writes: readonly RowWrite<'task'>[],
): Promise<void> {
  for (const { id, row } of writes) {
    const memberIds = row[`${member}s`];
    await sql`insert into ${sql.table(table)} (task_id, ${sql.ref(member)})
      select ${id}::bigint, id from unnest(${memberIds}::bigint[]) as wanted (id) on conflict do nothing`.execute(
      transaction,
    );
  }
}
