import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { Issue } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { sql } from 'kysely';
import type { Database } from '../../../database/open-database.ts';
import type { RowWrite } from '../row-write.ts';
import { idsOf } from '../write-rows.ts';
import { referring } from './asked-items.ts';

type Columns = Readonly<Record<string, unknown>>;

/**
 * Finds conflicts of writes with each other and with existing things. The database would find them too, but not say
 * where.
 */
export async function writeFaults(
  transaction: Database,
  writes: readonly RowWrite[],
  /** Kind and stand-in of each new thing. */
  made: ReadonlySet<string>,
): Promise<Issue[]> {
  const kinds: readonly ChangedKind[] = ['site', 'device', 'point', 'task'];
  const found: Issue[] = [];
  for (const kind of kinds) found.push(...(await takenCodes(transaction, kind, writes)));
  for (const kind of kinds) found.push(...(await missingOnes(transaction, kind, { writes, made })));
  return found;
}

const at = ({ path = '' }: RowWrite, field: string): readonly PropertyKey[] => [...path.split('.'), field];

const nameOf = (kind: ChangedKind, { device_id, code }: Columns) =>
  JSON.stringify(kind === 'point' ? [device_id, code] : [code]);

async function takenCodes(
  transaction: Database,
  kind: ChangedKind,
  writes: readonly RowWrite[],
): Promise<Issue[]> {
  const ofKind = writes.filter((write) => write.kind === kind);
  const named = ofKind.filter(
    ({ op, fields }) => op !== 'delete' && (fields.includes('code') || fields.includes('device_id')),
  );
  if (named.length === 0) return [];
  const codes = [...new Set(named.map(({ row }) => row.code))];
  const ofDevice = kind === 'point' ? sql`, device_id` : sql``;
  const { rows } = await sql<Columns & { id: number }>`
    select id, code ${ofDevice} from ${sql.table(`${kind}s`)} where code = any(${codes}::text[])`.execute(
    transaction,
  );
  // Things that are deleted or renamed leave their code to others.
  const leaving = new Set(idsOf([...named, ...ofKind.filter(({ op }) => op === 'delete')]));
  const taken = new Map(
    rows.filter(({ id }) => !leaving.has(id)).map((row) => [nameOf(kind, row), 'is taken']),
  );
  return named.flatMap((write) => {
    const name = nameOf(kind, write.row);
    const message = taken.get(name);
    if (message !== undefined) return [{ path: at(write, 'code'), message }];
    taken.set(name, `is the same as that of item ${(write.path ?? '').split('.')[1]}`);
    return [];
  });
}

/** Finds references to things of a kind that do not exist or are deleted. */
async function missingOnes(
  transaction: Database,
  kind: ChangedKind,
  { writes, made }: { readonly writes: readonly RowWrite[]; readonly made: ReadonlySet<string> },
): Promise<Issue[]> {
  const references = writes.flatMap((write) =>
    write.op === 'delete'
      ? []
      : referring[write.kind]
          .filter(([field, of]) => of === kind && write.fields.includes(field))
          .flatMap(([field]) =>
            [write.row[field]].flat().flatMap((id) => (typeof id === 'number' ? [{ write, field, id }] : [])),
          ),
  );
  if (references.length === 0) return [];
  const { rows } = await sql<{ id: number }>`
    select id from ${sql.table(`${kind}s`)} where id = any(${[...new Set(references.map(({ id }) => id))]}::bigint[])`.execute(
    transaction,
  );
  const ofKind = writes.filter((write) => write.kind === kind);
  const gone = new Set(idsOf(ofKind.filter(({ op }) => op === 'delete')));
  const known = new Set(rows.map(({ id }) => id));
  return references.flatMap(({ write, field, id }): Issue[] => {
    if (gone.has(id)) return [{ path: at(write, field), message: `${kind} ${id} is deleted by this set` }];
    const isThere = known.has(id) || made.has(`${kind} ${id}`);
    return isThere ? [] : [{ path: at(write, field), message: `there is no such ${kind}` }];
  });
}
