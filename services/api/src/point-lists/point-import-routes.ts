import {
  importApplySchema,
  importFaultsQuerySchema,
  importPatchSchema,
  importQuerySchema,
  importRowPageSchema,
  importRowsQuerySchema,
  importViewSchema,
  listTypes,
} from '@holdfast/shared/contracts/http/point-list-http.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { SiteAccess } from '../access/granted-sites.ts';
import { changeOrDryRun } from '../access/request-change.ts';
import { changeSetHeader } from '../configuration/collection-routes.ts';
import type { KindsOfStore } from '../configuration/stored-kinds.ts';
import type { Database } from '../database/open-database.ts';
import { clientGone } from '../http/client-gone.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { entityTagOf, preconditionOf } from '../http/entity-tag.ts';
import { type Route, route } from '../http/route.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { fileLimits, ListFileRefused } from '../spreadsheets/read/list-file.ts';
import { applyImport } from './apply-import.ts';
import { changedSettings } from './changed-settings.ts';
import { faultyRows } from './faulty-rows.ts';
import { ownerOf } from './import-owner.ts';
import { ImportTurns } from './import-turns.ts';
import { importRow, importVersion, importView } from './import-view.ts';
import type { ImportSettings } from './judging/import-settings.ts';
import { listDownload } from './list-download.ts';
import { previewInWorker } from './preview-in-worker.ts';
import { mappingNamed } from './saved-mappings.ts';
import {
  contentOf,
  findImport,
  forgetImport,
  importIdOf,
  keepImport,
  replaceJudgement,
  type StoredImport,
} from './stored-import.ts';
import { pointListsText } from './texts.ts';

export interface ImportRouteSources {
  readonly database: Database;
  readonly siteAccess: SiteAccess;
  readonly store: KindsOfStore;
  readonly requireIfMatch: boolean;
}

const url = '/api/config/imports';
const params = z.object({ id: z.string().describe('Import id') });
const about = { role: 'engineer', sites: 'own', tag: 'Configuration' } as const;

/** Routes for importing lists of points: a preview first, then all of it is applied or nothing. */
export function pointImportRoutes(sources: ImportRouteSources): Route[] {
  const { database, siteAccess, store, requireIfMatch } = sources;
  const turns = new ImportTurns();
  const { admit } = turns;
  const version = (listImport: object) => importVersion(listImport as StoredImport);
  const tagOf = (listImport: StoredImport) => entityTagOf(importVersion(listImport));
  const requireMatch = ({ headers }: FastifyRequest, listImport: StoredImport) =>
    preconditionOf(headers['if-match'], { isNeeded: requireIfMatch, view: version })?.(listImport);
  const find = (request: FastifyRequest<{ Params: { id: string } }>) =>
    findImport(database, request.params.id, { owner: ownerOf(request) });
  return [
    route({
      method: 'POST',
      url,
      ...about,
      action: 'import.create',
      summary: 'Upload a list of points, and see what it would do',
      about:
        'The file is the body. Nothing is changed yet. The last 10 imports of each caller are kept for a day.',
      hasVersion: true,
      admit,
      file: {
        types: [listTypes.csv, listTypes.xlsx],
        description: 'CSV (UTF-8, GB18030, UTF-16) or XLSX, as it is',
        // A little more than allowed, so that the answer to a larger file can say how large it may be.
        bytesAtMost: fileLimits.bytes + 1_048_576,
      },
      schema: { querystring: importQuerySchema, response: { 201: importViewSchema } },
      handler: async (request, reply) => {
        const { name = '', mode, device, encoding, sheet, mapping } = request.query;
        const content = request.body;
        if (!Buffer.isBuffer(content) || content.length === 0)
          throw validationFailed([{ path: '', message: pointListsText('file_needed') }]);
        const settings: ImportSettings = {
          ...{ mode, device, encoding, sheet, columns: {}, accepted: false, cells: {} },
          ...(await mappingNamed(database, mapping)),
        };
        const owner = ownerOf(request);
        const signal = clientGone(reply);
        const list = { content, settings, sites: request.grantedSites, signal };
        const id = await withRefusals(() =>
          turns.run(signal, () =>
            previewInWorker(sources, list, (judgement) =>
              keepImport(database, { owner, name, content, settings, ...judgement }),
            ),
          ),
        );
        const listImport = await findImport(database, String(id), { owner });
        return reply
          .code(201)
          .header('location', `${url}/${id}/`)
          .header('etag', tagOf(listImport))
          .send(importView(listImport));
      },
    }),
    route({
      method: 'GET',
      url: `${url}/:id`,
      ...about,
      summary: 'Show an import',
      hasVersion: true,
      schema: { params, response: { 200: importViewSchema } },
      handler: async (request, reply) => {
        const listImport = await find(request);
        return reply.header('etag', tagOf(listImport)).send(importView(listImport));
      },
    }),
    route({
      method: 'GET',
      url: `${url}/:id/rows`,
      ...about,
      summary: 'List the rows of an import',
      schema: { params, querystring: importRowsQuerySchema, response: { 200: importRowPageSchema } },
      handler: async (request) => {
        const id = await importIdOf(database, request.params.id, ownerOf(request));
        const { limit, cursor, state } = request.query;
        let query = database
          .selectFrom('point_import_rows')
          .select([
            'no',
            'line',
            'state',
            'device',
            'code',
            'task',
            'changes',
            'faults',
            'point_id',
            'version',
            'point',
          ])
          .where('import_id', '=', id)
          .where('no', '>', (decodeCursor(cursor) ?? 0) - 1)
          .orderBy('no')
          .limit(limit + 1);
        if (state) query = query.where('state', '=', state);
        const rows = await query.execute();
        const page = rows.slice(0, limit);
        const next = rows.length > limit ? (page.at(-1)?.no ?? 0) + 1 : undefined;
        return { results: page.map(importRow), next_cursor: encodeCursor(next) };
      },
    }),
    route({
      method: 'PATCH',
      url: `${url}/:id`,
      ...about,
      action: 'import.update',
      summary: 'Change how a list is read, or correct cells',
      about: '`columns` are like `{"B": "code"}`, `cells` like `{"E17": "int16"}`.',
      hasVersion: true,
      admit,
      schema: { params, body: importPatchSchema, response: { 200: importViewSchema } },
      handler: async (request, reply) => {
        const listImport = await find(request);
        requireMatch(request, listImport);
        if (listImport.result) throw wasApplied();
        const settings = changedSettings(listImport, request.body);
        const signal = clientGone(reply);
        await withRefusals(() =>
          turns.run(signal, async () => {
            const content = await contentOf(database, listImport.id);
            const list = { content, settings, sites: request.grantedSites, signal };
            await previewInWorker(sources, list, (judgement) =>
              replaceJudgement(database, listImport.id, { settings, ...judgement }),
            );
          }),
        );
        const after = await find(request);
        return reply.header('etag', tagOf(after)).send(importView(after));
      },
    }),
    route({
      method: 'DELETE',
      url: `${url}/:id`,
      ...about,
      action: 'import.delete',
      summary: 'Delete an import',
      hasVersion: true,
      schema: { params },
      handler: async (request, reply) => {
        const listImport = await find(request);
        requireMatch(request, listImport);
        await forgetImport(database, listImport.id);
        return reply.code(204).send();
      },
    }),
    route({
      method: 'POST',
      url: `${url}/:id/apply`,
      ...about,
      names: async (request) => {
        const { result, view } = await find(request);
        return {
          devices: view.devices.map(({ id }) => id),
          changeSets: result?.change_set ? [result.change_set] : [],
        };
      },
      action: 'import.apply',
      summary: 'Apply an import: all rows, or with `skip_faults` those without faults',
      about:
        '`result` names the change set that reverts it. A repeat changes nothing and gets the same answer.',
      hasVersion: true,
      gives: changeSetHeader,
      schema: { params, body: importApplySchema, response: { 200: importViewSchema } },
      handler: async (request, reply) => {
        const owner = ownerOf(request);
        const { reason, dry_run: isTry = false } = request.body ?? {};
        const source = (await find(request)).name;
        const change = {
          kind: 'import',
          isTry,
          ...(reason && { reason }),
          ...(source && { source }),
        } as const;
        await changeOrDryRun(request, database, change, async (transaction) => {
          const listImport = await findImport(transaction, request.params.id, { owner, isLocked: true });
          // A repeat gets the same answer as the first time.
          if (listImport.result) return;
          requireMatch(request, listImport);
          await applyImport(
            transaction,
            { store, siteAccess },
            {
              ...{ listImport, sites: request.grantedSites, confirmedDeletes: request.body?.confirm_deletes },
              skipsFaults: request.body?.skip_faults === true,
            },
          );
        });
        const after = await find(request);
        return reply.header('etag', tagOf(after)).send(importView(after));
      },
    }),
    route({
      method: 'GET',
      url: `${url}/:id/faults`,
      ...about,
      summary: 'Download the rows of a list that have faults',
      about: 'Also after an import without them.',
      answer: {
        type: [listTypes.csv, listTypes.xlsx],
        description: 'The rows as they came, with what is wrong in a last column',
      },
      schema: { params, querystring: importFaultsQuerySchema },
      handler: async (request, reply) => {
        const listImport = await find(request);
        // The rows that were left out can still be corrected.
        if (listImport.result && listImport.result.skipped === 0) throw wasApplied();
        const { format = listImport.view.format, separator } = request.query;
        const { head, rows } = faultyRows(database, listImport);
        const encoding = listImport.view.encoding === 'gb18030' ? 'gb18030' : 'utf-8';
        const { type, body } = listDownload({ format, encoding, separator, sheetName: 'faults', head, rows });
        return reply
          .type(type)
          .header(
            'content-disposition',
            `attachment; filename="holdfast-import-${listImport.id}-faults.${format}"`,
          )
          .send(body);
      },
    }),
  ];
}

async function withRefusals<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof ListFileRefused)
      throw new Problem('import_refused', error.detail, {}, { cause: error });
    throw error;
  }
}

function wasApplied(): Problem {
  return new Problem('import_applied', pointListsText('import_applied'));
}
