import type { ChangeKind, Reverted } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { type ChangingRequest, changedOrTried } from '../../access/request-change.ts';
import type { Database } from '../../database/open-database.ts';
import type { Precondition } from '../../ports.ts';
import { itemsOfOpenSet } from './revert-change-set.ts';
import { type ChangeItem, shownItem } from './shown-item.ts';

const shownAtMost = 500;

export interface TriedChange {
  readonly answer: Reverted;
  /** All that a dry run would touch, as it is; undefined where it was done. */
  readonly touched: object | undefined;
}

/** Changes configuration for a request and says what came of it; a try is judged all the same, and undone. */
export async function triedChange(
  request: ChangingRequest,
  database: Database,
  {
    isTry,
    precondition,
    ...about
  }: {
    readonly kind: ChangeKind;
    readonly reason: string;
    readonly source?: string;
    readonly reverts?: number;
    readonly isTry: boolean;
    /** Gets all that is touched, as it was before; what it throws is thrown, and nothing is changed. */
    readonly precondition: Precondition | undefined;
  },
  use: (transaction: Database) => Promise<void>,
): Promise<TriedChange> {
  const { touched, ...outcome } = await changedOrTried(
    request,
    database,
    { ...about, isTry },
    async (transaction) => {
      await use(transaction);
      const items = await itemsOfOpenSet(transaction);
      const touched = touchedBy(items);
      precondition?.(touched);
      const count = (op: ChangeItem['op']) => items.filter((item) => item.op === op).length;
      const counts = { created: count('created'), changed: count('changed'), deleted: count('deleted') };
      return { counts, results: items.slice(0, shownAtMost).map(shownItem), touched };
    },
  );
  const set = isTry ? null : (request.changeSet?.id ?? null);
  return { answer: { change_set: set, ...outcome }, touched: isTry ? touched : undefined };
}

/** Each touched thing as it was before, in any order of doing it. What is made has another id in each try. */
function touchedBy(items: readonly ChangeItem[]): object {
  return items
    .map(({ kind, id, op, code, deviceCode, before }) =>
      JSON.stringify(op === 'created' ? [kind, op, deviceCode, code] : [kind, op, id, before]),
    )
    .sort();
}
