import {
  changedItemsSchema,
  changeItemsBodySchema,
  changeItemsQuerySchema,
  changeSetDetailSchema,
  changeSetsPageSchema,
  changeSetsQuerySchema,
  revertBodySchema,
  revertedSchema,
} from '@holdfast/shared/contracts/http/change-sets-http.ts';
import * as z from 'zod';
import type { SiteAccess } from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import { Problem } from '../../problems/problem.ts';
import { changeSetHeader } from '../collection-routes.ts';
import type { KindsOfStore } from '../stored-kinds.ts';
import { configurationText } from '../texts.ts';
import { answerChange } from './answer-change-route.ts';
import { changeItems, type ItemsOutcome } from './items/change-items.ts';
import { changedThings, concernedBy } from './items/ready-items.ts';
import { findChangeSet, listChangeItems, listChangeSets } from './read-change-sets.ts';
import { revertChangeSet } from './revert-change-set.ts';

const params = z.object({
  id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).describe('Number of the change set'),
});

/** /api/config/change-sets: what was changed by whom, and how to revert it. */
export function changeSetRoutes(
  database: Database,
  {
    siteAccess,
    store,
    requireIfMatch,
  }: {
    readonly siteAccess: Pick<SiteAccess, 'requireUntilEnd'>;
    readonly store: KindsOfStore;
    /** Whether changes without If-Match are refused. */
    readonly requireIfMatch: boolean;
  },
): Route[] {
  const url = '/api/config/change-sets';
  const common = { tag: 'Configuration', sites: 'own' } as const;
  return [
    route({
      ...common,
      method: 'GET',
      url,
      role: 'viewer',
      summary: 'List changes of the configuration, newest first',
      about:
        '`kind` is `edit`, `copy`, `bulk`, `import`, `revert`, `restore`, `learned` or `direct` (in the database, past the API).',
      schema: { querystring: changeSetsQuerySchema, response: { 200: changeSetsPageSchema } },
      handler: async ({ query: { limit, cursor, ...filter }, grantedSites: sites }) => {
        const before = decodeCursor(cursor);
        const { results, next } = await listChangeSets(database, { before, limit, filter, sites });
        return { results, next_cursor: encodeCursor(next) };
      },
    }),
    route({
      ...common,
      method: 'POST',
      url,
      role: 'engineer',
      sites: ({ body }) => concernedBy(body.items),
      names: ({ body }) => changedThings(body.items),
      action: 'change_set.create',
      summary: 'Create, change and delete things of all kinds as one change set',
      about:
        'Up to 50,000 `items`. `fields` are those of the kind’s own calls; a negative `id` stands for something that the set creates, in any order. Faults name their item: `items.1.fields.device_ids`.',
      hasVersion: 'tried',
      gives: changeSetHeader,
      bodyBytesAtMost: 16 * 1_048_576,
      schema: { body: changeItemsBodySchema, response: { 200: changedItemsSchema } },
      handler: async (request, reply) => {
        const { items, kind, reason, dry_run: isTry } = request.body;
        const granted = request.grantedSites;
        const about = { kind, reason, isTry, requireIfMatch };
        let outcome: ItemsOutcome = { unchanged: 0, warnings: [] };
        const answer = await answerChange(request, reply, database, about, async (transaction) => {
          outcome = await changeItems(transaction, items, { granted, siteAccess, store });
        });
        return { ...answer, ...outcome };
      },
    }),
    route({
      ...common,
      method: 'GET',
      url: `${url}/:id`,
      role: 'viewer',
      summary: 'Show a change set: each thing and field, before and after',
      schema: { params, querystring: changeItemsQuerySchema, response: { 200: changeSetDetailSchema } },
      handler: async ({ params: { id }, query: { limit, cursor, ...filter }, grantedSites: sites }) => {
        const after = decodeCursor(cursor) ?? 0;
        const set = await findChangeSet(database, id, sites);
        if (!set) throw missing(id);
        const { results, next } = await listChangeItems(database, id, { after, limit, filter, sites });
        return { ...set, results, next_cursor: encodeCursor(next) };
      },
    }),
    route({
      ...common,
      method: 'POST',
      url: `${url}/:id/revert`,
      role: 'engineer',
      action: 'change_set.revert',
      summary: 'Revert a change set, or parts of it',
      about:
        'All or nothing, as a new change set: created things are deleted, deleted ones come back with their ids, fields get their former values. 409 `changed_since` lists in `conflicts` what later sets changed.',
      hasVersion: 'tried',
      gives: changeSetHeader,
      schema: { params, body: revertBodySchema, response: { 200: revertedSchema } },
      handler: async (request, reply) => {
        const { id } = request.params;
        const { only, reason = '', dry_run: isTry = false } = request.body ?? {};
        const granted = request.grantedSites;
        if (!(await findChangeSet(database, id, granted))) throw missing(id);
        const about = { kind: 'revert', reason, reverts: id, isTry, requireIfMatch } as const;
        return answerChange(request, reply, database, about, (transaction) =>
          revertChangeSet(transaction, { id, only, granted, siteAccess, store }),
        );
      },
    }),
  ];
}

function missing(id: number): Problem {
  return new Problem('change_set_not_found', configurationText('change_set_not_found', { id }));
}
