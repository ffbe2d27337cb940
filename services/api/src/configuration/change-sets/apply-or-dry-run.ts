import { hash } from 'node:crypto';
import type { ChangeKind, Reverted } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import { type ChangingRequest, changeOrDryRun } from '../../access/request-change.ts';
import type { Database } from '../../database/open-database.ts';
import type { Precondition } from '../../ports.ts';
import { type ChangeItem, itemView } from './item-view.ts';
import { itemsOfOpenSet } from './revert-change-set.ts';

const shownAtMost = 500;

export interface ChangeOutcome {
  readonly answer: Reverted;
  /** Everything that a dry run would touch, as it is, or undefined if the change was made. */
  readonly touched: object | undefined;
}

/** Changes configuration for a request and reports the outcome; a dry run is judged in the same way, then undone. */
export async function applyOrDryRun(
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
    /** Receives everything touched, as it was before; what it throws is passed on, and nothing is changed. */
    readonly precondition: Precondition | undefined;
  },
  use: (transaction: Database) => Promise<void>,
): Promise<ChangeOutcome> {
  const { touched, ...outcome } = await changeOrDryRun(
    request,
    database,
    { ...about, isTry },
    async (transaction) => {
      await use(transaction);
      const items = await itemsOfOpenSet(transaction);
      // Only a dry run and If-Match need the digests.
      const touched = isTry || precondition ? await touchedBy(items) : undefined;
      if (touched) precondition?.(touched);
      const count = (op: ChangeItem['op']) => items.filter((item) => item.op === op).length;
      const counts = { created: count('created'), changed: count('changed'), deleted: count('deleted') };
      return { counts, results: items.slice(0, shownAtMost).map(itemView), touched };
    },
  );
  const set = isTry ? null : (request.changeSet?.id ?? null);
  return { answer: { change_set: set, ...outcome }, touched: isTry ? touched : undefined };
}

/**
 * Digests of each touched thing as it was before, whatever the order of changes. New things have no id here: each try
 * gives another.
 */
async function touchedBy(items: readonly ChangeItem[]): Promise<object> {
  // Short ones, as thousands of them are sorted without a pause.
  const digests = await Array.fromAsync(makingWay(items), ({ kind, id, op, code, deviceCode, before }) => {
    const thing = op === 'created' ? [kind, op, deviceCode, code] : [kind, op, id, before];
    return hash('sha256', JSON.stringify(thing), 'base64');
  });
  return digests.sort();
}
