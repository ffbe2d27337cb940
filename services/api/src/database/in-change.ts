import type { ChangeKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { sql } from 'kysely';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './open-database.ts';

/** Who changes the configuration, why and by which way, as a change set keeps it. */
export interface ChangeAbout {
  readonly by: string;
  readonly actorId?: string;
  readonly kind: ChangeKind;
  readonly reason?: string;
  /** The way by which the change came: `console`, `cli`, `api`, `session 7-3`, the name of a file. */
  readonly source: string;
  /** Id of the entry in the audit log that names the set. */
  readonly auditId?: string;
  readonly reverts?: number;
}

export interface Changed<T> {
  readonly result: T;
  /** Undefined when nothing was changed. */
  readonly set: number | undefined;
}

/**
 * Changes configuration in one transaction, whose change set keeps `about`. Triggers record what is changed; a change
 * made without this function is recorded anyway, as one of the database's role.
 */
export function inChange<T>(
  database: Database,
  { by, actorId, kind, reason, source, auditId, reverts }: ChangeAbout,
  use: (transaction: Database) => Promise<T>,
): Promise<Changed<T>> {
  const about = { by, actor_id: actorId, kind, reason, source, audit_id: auditId, reverts };
  return inTransaction(database, async (transaction) => {
    await sql`select set_config('holdfast.change', ${JSON.stringify(about)}, true)`.execute(transaction);
    const result = await use(transaction);
    return { result, set: await openChangeSet(transaction) };
  });
}

/** The set that the triggers have opened for this transaction, or undefined while it has changed nothing. */
export async function openChangeSet(transaction: Database): Promise<number | undefined> {
  const { rows } = await sql<{ readonly opened: number | null }>`
    select nullif(current_setting('holdfast.change_set', true), '')::bigint as opened`.execute(transaction);
  return rows[0]?.opened ?? undefined;
}
