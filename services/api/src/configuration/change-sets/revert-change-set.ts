import type { RevertOnly } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { sql } from 'kysely';
import {
  type GrantedSites,
  requireEverywhere,
  requireRoleAt,
  type SiteAccess,
} from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { Problem, validationFailed } from '../../problems/problem.ts';
import type { KindsOfStore } from '../stored-kinds.ts';
import { configurationText } from '../texts.ts';
import type { ChangeItem } from './item-view.ts';
import { type LaterItem, narrowed, planRevert, type RevertConflict } from './plan-revert.ts';
import { readItems, type StoredItem } from './read-change-sets.ts';
import { keyOf } from './row-write.ts';
import { writeSoundly } from './sound-rows.ts';
import { lockedRows } from './write-rows.ts';

const toldConflicts = 3;
const listedConflicts = 100;

/**
 * Reverts a change set or parts of it, in the transaction of a new one. Reverting the new one restores the first.
 * @throws Problem, and then nothing is changed
 */
export async function revertChangeSet(
  transaction: Database,
  {
    id,
    only,
    granted,
    siteAccess,
    store,
  }: {
    readonly id: number;
    readonly only: RevertOnly | undefined;
    readonly granted: GrantedSites;
    readonly siteAccess: Pick<SiteAccess, 'requireUntilEnd'>;
    readonly store: KindsOfStore;
  },
): Promise<void> {
  const all = await readItems(transaction, sql`i.set_id = ${id} order by i.no`);
  const items = narrowed(all, only);
  requireNamed(all, only);
  requireSites(granted, items);
  const current = await lockedRows(transaction, items);
  const still = (kind: ChangeItem['kind']) =>
    items.filter((item) => item.kind === kind && current.has(keyOf(item))).map((item) => item.id);
  await siteAccess.requireUntilEnd(transaction, granted, {
    devices: still('device'),
    points: still('point'),
    tasks: still('task'),
  });
  const { writes, conflicts } = await planRevert(items, current, await laterItems(transaction, items));
  if (conflicts.length > 0) throw changedSince(conflicts);
  if (writes.length === 0) throw nothingLeft(id);
  await writeSoundly(transaction, store, current, writes);
}

/** The items of the change set that this transaction has recorded so far. */
export async function itemsOfOpenSet(transaction: Database): Promise<ChangeItem[]> {
  return readItems(
    transaction,
    sql`i.set_id = nullif(current_setting('holdfast.change_set', true), '')::bigint order by i.no`,
  );
}

async function laterItems(
  transaction: Database,
  items: readonly ChangeItem[],
): Promise<ReadonlyMap<string, readonly LaterItem[]>> {
  const rows = await readItems(
    transaction,
    sql`exists (
      select from unnest(
        ${items.map(({ kind }) => kind)}::text[], ${items.map((item) => item.id)}::bigint[], ${items.map(({ no }) => no)}::bigint[]
      ) as asked (kind, id, no)
      where asked.kind = i.kind and asked.id = i.object_id and i.no > asked.no
    ) order by i.no`,
  );
  return Map.groupBy(rows, keyOf);
}

function requireSites(granted: GrantedSites, items: readonly StoredItem[]): void {
  if (items.some(({ kind }) => kind === 'site')) requireEverywhere(granted);
  for (const { sites } of items) requireRoleAt(granted, sites.length === 0 ? [''] : sites);
}

function requireNamed(items: readonly ChangeItem[], only: RevertOnly | undefined): void {
  if (!only) return;
  const there = new Set(items.map(keyOf));
  const index = only.findIndex((each) => !there.has(keyOf(each)));
  if (index >= 0)
    throw validationFailed([{ path: `only.${index}`, message: fieldText('not_in_this_change_set') }]);
}

function changedSince(conflicts: readonly RevertConflict[]): Problem {
  const firstConflicts = conflicts.slice(0, toldConflicts);
  const more = conflicts.length - firstConflicts.length;
  const describe = ({ kind, code, device, field }: RevertConflict) =>
    `${kind} ${device === null ? '' : `${device}/`}${code}: ${field}`;
  return new Problem(
    'changed_since',
    configurationText('changed_since', {
      changes: firstConflicts.map((each) =>
        configurationText('changed_by_set', { item: describe(each), changeSet: each.change_set }),
      ),
      rest: more > 0 ? configurationText('and_more_changes', { more }) : '',
    }),
    { conflicts: conflicts.slice(0, listedConflicts) },
  );
}

function nothingLeft(id: number): Problem {
  return new Problem('nothing_to_revert', configurationText('nothing_to_revert', { id }));
}
