import {
  bulkDeleteSchemas,
  bulkEditSchemas,
  copiesBodySchema,
  revertedSchema,
} from '@holdfast/shared/contracts/http/change-sets-http.ts';
import * as z from 'zod';
import type { SiteAccess } from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { type Route, route } from '../../http/route.ts';
import type { Concerned } from '../../ports.ts';
import { answerChange } from '../change-sets/answer-change-route.ts';
import { changeSetHeader } from '../collection-routes.ts';
import type { KindsOfStore } from '../stored-kinds.ts';
import { bulkDelete, bulkEdit, selectedIds } from './bulk-change.ts';
import { copyDevice } from './copy-device.ts';

const params = z.object({
  id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).describe('Device id'),
});

/** Many devices and points at once: copies, the same fields for all, deletion. */
export function bulkRoutes(
  database: Database,
  {
    requireIfMatch,
    ...sources
  }: {
    readonly siteAccess: Pick<SiteAccess, 'requireUntilEnd'>;
    readonly store: KindsOfStore;
    /** Whether changes without If-Match are refused. */
    readonly requireIfMatch: boolean;
  },
): Route[] {
  const tag = 'Configuration';
  const answer = { 200: revertedSchema };
  const concernedOf = (
    kind: 'devices' | 'points',
    { ids = [] }: { ids?: number[] | undefined },
  ): Concerned => ({
    [kind]: ids,
  });
  return [
    route({
      method: 'POST',
      url: '/api/config/devices/:id/copies',
      role: 'engineer',
      sites: ({ params: { id }, body }) => ({
        devices: [id],
        tasks: body.task_ids,
        sites: sitesIn(body.fields),
      }),
      action: 'device.copy',
      tag,
      summary: 'Copy a device with its points',
      about:
        '`code` and `name` contain `{n}` or `{n:02}`, counted from `first_n`. `fields` are what differs: a value, a text with `{n}`, or `{"from": "10.0.0.11", "step": 1}`. A task that selects points of the device reads the same points of the copies.',
      hasVersion: 'tried',
      gives: changeSetHeader,
      schema: { params, body: copiesBodySchema, response: answer },
      handler: async (request, reply) => {
        const { params: requestParams, body, grantedSites: granted } = request;
        return answerChange(
          request,
          reply,
          database,
          { kind: 'copy', reason: body.reason, isTry: body.dry_run, requireIfMatch },
          (transaction) => copyDevice(transaction, { id: requestParams.id, body }, { granted, ...sources }),
        );
      },
    }),
    ...(['devices', 'points'] as const).flatMap((kinds) => {
      const kind = kinds === 'devices' ? 'device' : 'point';
      return [
        route({
          method: 'PATCH',
          url: `/api/config/${kinds}`,
          role: 'engineer',
          sites: ({ body }) => concernedOf(kinds, body),
          names: async ({ body }) => ({ [kinds]: await selectedIds(database, kind, body) }),
          action: `${kind}.bulk_update`,
          tag,
          summary: `Give many ${kinds} the same fields`,
          hasVersion: 'tried',
          gives: changeSetHeader,
          schema: { body: bulkEditSchemas[kinds], response: answer },
          handler: async (request, reply) => {
            const { body, grantedSites: granted } = request;
            const { set, reason, dry_run: isTry, ...selection } = body;
            return answerChange(
              request,
              reply,
              database,
              { kind: 'bulk', reason, isTry, requireIfMatch },
              (transaction) => bulkEdit(transaction, kind, { selection, set }, { granted, ...sources }),
            );
          },
        }),
        route({
          method: 'POST',
          url: `/api/config/${kinds}/delete`,
          role: 'engineer',
          sites: ({ body }) => concernedOf(kinds, body),
          action: `${kind}.bulk_delete`,
          tag,
          summary: `Delete many ${kinds}`,
          hasVersion: 'tried',
          gives: changeSetHeader,
          schema: { body: bulkDeleteSchemas[kinds], response: answer },
          handler: async (request, reply) => {
            const { body, grantedSites: granted } = request;
            const { cascade, reason, dry_run: isTry, ...selection } = body;
            return answerChange(
              request,
              reply,
              database,
              { kind: 'bulk', reason, isTry, requireIfMatch },
              (transaction) => bulkDelete(transaction, kind, { selection, cascade }, { granted, ...sources }),
            );
          },
        }),
      ];
    }),
  ];
}

/** The site that copies get, or null for no site. */
function sitesIn({ site_id }: Readonly<Record<string, unknown>>): (number | null)[] {
  return typeof site_id === 'number' || site_id === null ? [site_id] : [];
}
