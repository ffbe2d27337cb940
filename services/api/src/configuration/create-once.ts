import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { sql } from 'kysely';
import { violatedConstraint } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import { kindWords } from './collection.ts';
import { configurationText } from './texts.ts';

interface Created {
  readonly id: number;
}

/** Twice as long as an Idempotency-Key is kept. */
const keptDays = 2;

/**
 * Creates something once for each command, and records the outcome in a row of the same transaction. A try that was cut
 * off has done everything or nothing, and one that is still under way is waited for.
 * @returns what this try or an earlier one created, as it is now
 * @throws Problem, DatabaseUnavailable
 */
export async function createOnce<View extends Created>(
  database: Database,
  command: { readonly id: string; readonly kind: ChangedKind },
  {
    within,
    create,
    named,
  }: {
    /** Runs the creation in a transaction of its own. */
    readonly within: <T>(use: (transaction: Database) => Promise<T>) => Promise<T>;
    readonly create: (transaction: Database) => Promise<View | readonly View[]>;
    readonly named: (ids: readonly number[]) => Promise<readonly View[]>;
  },
): Promise<{ readonly created: View | readonly View[]; readonly isRepeat: boolean }> {
  try {
    const created = await within(async (transaction) => {
      await transaction
        .deleteFrom('creations')
        .where('created_at', '<', sql<Date>`now() - make_interval(days => ${keptDays})`)
        .execute();
      // The row comes first, so that a simultaneous try waits here and not behind half of the work.
      const row = { command_id: command.id, kind: command.kind, ids: [], many: false };
      await transaction.insertInto('creations').values(row).execute();
      const creation = await create(transaction);
      const ids = [creation].flat().map(({ id }) => id);
      await transaction
        .updateTable('creations')
        .set({ ids, many: Array.isArray(creation) })
        .where('command_id', '=', command.id)
        .execute();
      return creation;
    });
    return { created, isRepeat: false };
  } catch (error) {
    if (violatedConstraint(error) !== 'creations_pkey') throw error;
    return { created: await earlier(database, command, named), isRepeat: true };
  }
}

async function earlier<View extends Created>(
  database: Database,
  { id: commandId, kind }: { readonly id: string; readonly kind: ChangedKind },
  named: (ids: readonly number[]) => Promise<readonly View[]>,
): Promise<View | readonly View[]> {
  const { ids, many } = await database
    .selectFrom('creations')
    .select(['ids', 'many'])
    .where('command_id', '=', commandId)
    .executeTakeFirstOrThrow();
  const views = await named(ids.map(Number));
  const there = new Set(views.map(({ id }) => id));
  const id = ids.find((each) => !there.has(Number(each)));
  if (id !== undefined) {
    throw new Problem(
      `${kind}_not_found`,
      configurationText('was_created_and_removed', { kind: kindWords[kind], id }),
    );
  }
  const [first] = views;
  return many || !first ? views : first;
}
