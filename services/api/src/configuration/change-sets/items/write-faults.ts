import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Issue } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { sql } from 'kysely';
import type { Database } from '../../../database/open-database.ts';
import { type RowWrite, referredBy, writesOf } from '../row-write.ts';
import { idsOf } from '../write-rows.ts';
import { referring } from './ready-items.ts';

/**
 * Finds conflicts of writes with each other and with existing things. The database would find them too, but not say
 * where.
 */
export async function writeFaults(
  transaction: Database,
  writes: readonly RowWrite[],
  /** Kind and stand-in of each new thing. */
  newThings: ReadonlySet<string>,
): Promise<Issue[]> {
  const kinds: readonly ChangedKind[] = ['site', 'device', 'point', 'task'];
  const issues: Issue[] = [];
  for (const kind of kinds) issues.push(...(await takenCodes(transaction, kind, writes)));
  for (const kind of kinds) issues.push(...(await missingOnes(transaction, kind, { writes, newThings })));
  return issues;
}

const at = ({ path = [] }: RowWrite, field: string): readonly PropertyKey[] => [...path, field];

interface Named {
  readonly code: string;
  readonly device_id?: number;
}

const nameOf = ({ device_id, code }: Named) => JSON.stringify([device_id, code]);

async function takenCodes(
  transaction: Database,
  kind: ChangedKind,
  writes: readonly RowWrite[],
): Promise<Issue[]> {
  const ofKind: readonly RowWrite[] = writesOf(writes, kind);
  const naming = ofKind.filter(
    ({ op, fields }) => op !== 'delete' && (fields.includes('code') || fields.includes('device_id')),
  );
  if (naming.length === 0) return [];
  const codes = [...new Set(naming.map(({ row }) => row.code))];
  const ofDevice = kind === 'point' ? sql`, device_id` : sql``;
  const { rows } = await sql<Named & { readonly id: number }>`
    select id, code ${ofDevice} from ${sql.table(`${kind}s`)} where code = any(${codes}::text[])`.execute(
    transaction,
  );
  // Things that are deleted or renamed leave their code to others.
  const leaving = new Set(idsOf([...naming, ...ofKind.filter(({ op }) => op === 'delete')]));
  const faultByName = new Map(
    rows.filter(({ id }) => !leaving.has(id)).map((row) => [nameOf(row), fieldText('taken')]),
  );
  return naming.flatMap((write) => {
    const name = nameOf(write.row);
    const message = faultByName.get(name);
    if (message !== undefined) return [{ path: at(write, 'code'), message }];
    const item = String(write.path?.find(Number.isInteger));
    faultByName.set(name, fieldText('same_as_item', { item }));
    return [];
  });
}

/** Finds references to things of a kind that do not exist or are deleted. */
async function missingOnes(
  transaction: Database,
  kind: ChangedKind,
  { writes, newThings }: { readonly writes: readonly RowWrite[]; readonly newThings: ReadonlySet<string> },
): Promise<Issue[]> {
  const references = writes.flatMap((write) =>
    write.op === 'delete'
      ? []
      : referring[write.kind]
          .filter(([field, of]) => of === kind && write.fields.includes(field))
          .flatMap(([field]) => referredBy(write, field).map((id) => ({ write, field, id }))),
  );
  if (references.length === 0) return [];
  const { rows } = await sql<{ id: number }>`
    select id from ${sql.table(`${kind}s`)} where id = any(${[...new Set(references.map(({ id }) => id))]}::bigint[])`.execute(
    transaction,
  );
  const deletedIds = new Set(idsOf(writesOf(writes, kind).filter(({ op }) => op === 'delete')));
  const storedIds = new Set(rows.map(({ id }) => id));
  return references.flatMap(({ write, field, id }): Issue[] => {
    if (deletedIds.has(id))
      return [{ path: at(write, field), message: fieldText('deleted_by_this_set', { kind, id }) }];
    const isThere = storedIds.has(id) || newThings.has(`${kind} ${id}`);
    return isThere ? [] : [{ path: at(write, field), message: fieldText(`no_such_${kind}`) }];
  });
}
