import {
  savedMappingPageSchema,
  savedMappingSchema,
  saveMappingSchema,
} from '@holdfast/shared/contracts/http/point-list-http.ts';
import * as z from 'zod';
import type { Database } from '../database/open-database.ts';
import { type Route, route } from '../http/route.ts';
import { ownerOf } from './import-owner.ts';
import { deleteMapping, type SavedMapping, savedMappings, saveMapping } from './saved-mappings.ts';
import { findImport } from './stored-import.ts';

const url = '/api/config/import-mappings';
const params = z.object({ id: z.string().describe('Id of a saved mapping') });
/** A mapping may be used at every site, so only callers with rights at all of them may change it. */
const changed = { role: 'engineer', sites: 'all', tag: 'Configuration' } as const;

/** Routes for mappings: named ways of reading lists that look alike. */
export function mappingRoutes(database: Database): Route[] {
  return [
    route({
      method: 'GET',
      url,
      role: 'engineer',
      sites: 'own',
      tag: 'Configuration',
      summary: 'List the mappings of lists of points that were saved',
      schema: { response: { 200: savedMappingPageSchema } },
      handler: async () => ({
        results: (await savedMappings(database)).map(mappingView),
        next_cursor: null,
      }),
    }),
    route({
      method: 'POST',
      url,
      ...changed,
      action: 'mapping.save',
      summary: 'Save how an import is read, as a mapping for other lists',
      schema: { body: saveMappingSchema, response: { 201: savedMappingSchema } },
      handler: async (request, reply) => {
        const { name, import_id: id } = request.body;
        const listImport = await findImport(database, String(id), { owner: ownerOf(request) });
        return reply.code(201).send(mappingView(await saveMapping(database, name, listImport)));
      },
    }),
    route({
      method: 'DELETE',
      url: `${url}/:id`,
      ...changed,
      action: 'mapping.delete',
      summary: 'Delete a saved mapping',
      schema: { params },
      handler: async (request, reply) => {
        await deleteMapping(database, request.params.id);
        return reply.code(204).send();
      },
    }),
  ];
}

function mappingView({ id, name, layout, columns, answers, savedAt }: SavedMapping) {
  return {
    ...{ id, name, mapping: layout, saved_at: savedAt.toISOString() },
    columns: { ...columns },
    answers: { ...answers },
  };
}
