import type { ChangeKind, Reverted } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { type ChangingRequest, changedBy } from '../../access/request-change.ts';
import type { Database } from '../../database/open-database.ts';
import { itemsOfOpenSet } from './revert-change-set.ts';
import { type ChangeItem, shownItem } from './shown-item.ts';

type Outcome = Pick<Reverted, 'counts' | 'results'>;

const shownAtMost = 500;

/** Ends the transaction of a dry run. */
class OnlyTried extends Error {
  readonly outcome: Outcome;
  constructor(outcome: Outcome) {
    super('a dry run');
    this.outcome = outcome;
  }
}

/** Changes configuration for a request and says what came of it; a try is judged all the same, and undone. */
export async function triedChange(
  request: ChangingRequest,
  database: Database,
  {
    isTry,
    ...about
  }: {
    readonly kind: ChangeKind;
    readonly reason: string;
    readonly source?: string;
    readonly reverts?: number;
    readonly isTry: boolean;
  },
  use: (transaction: Database) => Promise<void>,
): Promise<Reverted> {
  try {
    const outcome = await changedBy(request, database, about, async (transaction) => {
      await use(transaction);
      const items = await itemsOfOpenSet(transaction);
      const count = (op: ChangeItem['op']) => items.filter((item) => item.op === op).length;
      const counts = { created: count('created'), changed: count('changed'), deleted: count('deleted') };
      const found = { counts, results: items.slice(0, shownAtMost).map(shownItem) };
      if (isTry) throw new OnlyTried(found);
      return found;
    });
    return { change_set: request.changeSet?.id ?? null, ...outcome };
  } catch (error) {
    if (error instanceof OnlyTried) return { change_set: null, ...error.outcome };
    throw error;
  }
}
