import {
  deviceCreateSchema,
  deviceDetailSchema,
  devicePageSchema,
  devicePatchSchema,
  deviceViewSchema,
  type PointView,
  pointAnswerSchema,
  pointCreateBodySchema,
  pointPageSchema,
  pointPatchSchema,
  pointViewSchema,
  siteCreateSchema,
  sitePageSchema,
  sitePatchSchema,
  siteViewSchema,
  taskCreateSchema,
  taskPageSchema,
  taskPatchSchema,
  taskViewSchema,
} from '@holdfast/shared/contracts/http/configuration-http.ts';
import { pageQuery } from '@holdfast/shared/contracts/http/page.ts';
import { storableText } from '@holdfast/shared/contracts/http/storable-text.ts';
import { addressDoubt } from '@holdfast/shared/domain/register/address-notation.ts';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Database } from '../database/open-database.ts';
import { learnedLimitsRoutes, withLearnedLimits } from '../devices/learned-limits/learned-limits-routes.ts';
import type { ShownLimitsSources } from '../devices/learned-limits/shown-limits.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { entityTagOf, preconditionOf } from '../http/entity-tag.ts';
import { isKeyed, type Once } from '../http/idempotency.ts';
import { type ApiProblem, notFound } from '../problems/api-problem.ts';
import type { Collection } from './collection.ts';
import { createOnce } from './create-once.ts';
import { devices } from './devices.ts';
import { type Points, points } from './points.ts';
import { sites } from './sites.ts';
import type { KindsOfStore } from './stored-kinds.ts';
import { tasks } from './tasks.ts';

const byCode = { code: storableText(128).min(1).optional().describe('Exactly this code') } as const;
const byId = (what: string) =>
  z.coerce.number().int().positive().optional().describe(`Of this ${what}: its id`);

/** Below /api/config. */
export function configurationRoutes(
  database: Database,
  {
    requireIfMatch = false,
    learned,
    once,
    store,
  }: {
    readonly requireIfMatch?: boolean;
    readonly learned: ShownLimitsSources;
    readonly once: Once;
    readonly store: KindsOfStore;
  },
): FastifyPluginCallbackZod {
  const common = { database, requireIfMatch, once };
  return async (app) => {
    await app.register(
      collectionRoutes({
        kind: 'site',
        ...common,
        collection: sites,
        filter: z.object(byCode),
        schemas: {
          create: siteCreateSchema,
          patch: sitePatchSchema,
          view: siteViewSchema,
          page: sitePageSchema,
        },
      }),
      { prefix: '/sites' },
    );
    await app.register(
      collectionRoutes({
        kind: 'device',
        ...common,
        collection: (from) => devices(from, store),
        detail: withLearnedLimits(learned),
        filter: z.object({ ...byCode, site_id: byId('site') }),
        schemas: {
          create: deviceCreateSchema,
          patch: devicePatchSchema,
          view: deviceViewSchema,
          detail: deviceDetailSchema,
          page: devicePageSchema,
        },
      }),
      { prefix: '/devices' },
    );
    await app.register(learnedLimitsRoutes(learned, { requireIfMatch }), { prefix: '/devices' });
    await app.register(
      collectionRoutes({
        kind: 'point',
        ...common,
        collection: (from) => {
          const collection = points(from, store);
          return { ...collection, create: createPoints(collection) };
        },
        warningsOf: ({ address }, { table }) => addressDoubt(address, table),
        filter: z.object({ ...byCode, device_id: byId('device') }),
        schemas: {
          create: pointCreateBodySchema,
          patch: pointPatchSchema,
          view: pointViewSchema,
          created: z.union([pointAnswerSchema, z.array(pointAnswerSchema)]),
          changed: pointAnswerSchema,
          page: pointPageSchema,
        },
      }),
      { prefix: '/points' },
    );
    await app.register(
      collectionRoutes({
        kind: 'task',
        ...common,
        collection: tasks,
        filter: z.object(byCode),
        schemas: {
          create: taskCreateSchema,
          patch: taskPatchSchema,
          view: taskViewSchema,
          page: taskPageSchema,
        },
      }),
      { prefix: '/tasks' },
    );
  };
}

/** Many points come as an array, and go back as one. */
function createPoints(collection: Points) {
  return (body: z.infer<typeof pointCreateBodySchema>): Promise<PointView | PointView[]> =>
    Array.isArray(body) ? collection.createAll(body) : collection.create(body);
}

interface Item {
  readonly id: number;
}

/** Failures below 5xx changed nothing; after a 5xx a repeat has to find out. */
const changedNothing = ({ status }: ApiProblem) => status < 500;

interface CollectionSchemas {
  readonly create: z.ZodType;
  readonly patch: z.ZodType;
  readonly view: z.ZodType;
  /** The answer to a creation, when that is not one view. */
  readonly created?: z.ZodType;
  /** The answer to a change, when that is not the view. */
  readonly changed?: z.ZodType;
  /** The answer when one is read by itself and says more than the view. */
  readonly detail?: z.ZodType;
  readonly page: z.ZodType;
}

type Served<S extends CollectionSchemas, Filter> = Omit<
  Collection<never, z.infer<S['patch']>, z.infer<S['view']>, Filter>,
  'create'
> & {
  create(body: z.infer<S['create']>): Promise<unknown>;
};

/** The five calls that every kind of configuration has. */
function collectionRoutes<S extends CollectionSchemas, F extends z.ZodObject>(options: {
  /** Singular, for codes and words. */
  kind: string;
  database: Database;
  once: Once;
  /** As it is in a transaction, too. */
  collection: (database: Database) => Served<S, z.infer<F>>;
  /** Adds what does not belong to the item itself, and so not to its ETag. */
  detail?: (item: z.infer<S['view']>) => Promise<unknown>;
  /** Warns of what was sent beside what was stored. */
  warningsOf?: (sent: Record<string, unknown>, stored: z.infer<S['view']>) => string | undefined;
  filter: F;
  schemas: S;
  /** Whether changes without If-Match are refused. */
  requireIfMatch: boolean;
}): FastifyPluginCallbackZod {
  const { kind, database, once, schemas } = options;
  const collection = options.collection(database);
  // The bodies and queries were checked by the schemas below, which the compiler cannot follow through S and F.
  const params = z.object({ id: z.string().describe(`${kind[0]?.toUpperCase()}${kind.slice(1)} id`) });
  const missing = (id: string) => notFound(`${kind}_not_found`, `There is no ${kind} ${id}.`);
  const found = <T>(id: string, value: T | undefined | false): T => {
    if (value === undefined || value === false) throw missing(id);
    return value;
  };
  // In the order of the schema's fields, whichever query brought them.
  const answered = (item: unknown) => z.encode(schemas.view, item) as object;
  const holdsFor = (ifMatch: string | undefined) =>
    preconditionOf(ifMatch, { isNeeded: options.requireIfMatch, view: answered });
  const idOf = (id: string): number => {
    if (!/^[1-9][0-9]{0,14}$/.test(id)) throw missing(id);
    return Number(id);
  };

  const sent = new WeakMap<FastifyRequest, unknown>();
  const withWarnings = <T extends object>(request: FastifyRequest, answer: T): T => {
    const bodies = [sent.get(request)].flat() as Record<string, unknown>[];
    const warned = ([answer].flat() as object[]).map((item, index) => {
      const warning = options.warningsOf?.(bodies[index] ?? {}, item as z.infer<S['view']>);
      return warning === undefined ? item : { ...item, warnings: [warning] };
    });
    return (Array.isArray(answer) ? warned : warned[0]) as T;
  };

  return (app, _options, done) => {
    // As they were before their schema made something else of them.
    if (options.warningsOf)
      app.addHook('preValidation', async (request) => void sent.set(request, request.body));
    app.get(
      '/',
      {
        schema: {
          querystring: z.object({ ...pageQuery, ...options.filter.shape }),
          response: { 200: schemas.page },
        },
      },
      async (request) => {
        const { limit, cursor, ...filter } = request.query as z.infer<z.ZodObject<typeof pageQuery>>;
        const after = decodeCursor(cursor) ?? 0;
        const { results, next } = await collection.list({ after, limit, filter: filter as z.infer<F> });
        return { results, next_cursor: encodeCursor(next) };
      },
    );
    app.post(
      '/',
      { schema: { body: schemas.create, response: { 201: schemas.created ?? schemas.view } } },
      (request, reply) => {
        const body = request.body as z.infer<S['create']>;
        // Its answer may be large, and is found again by the rows of the creation.
        return once({ request, reply, changedNothing, keepsAnswer: false }, async ({ commandId: id }) => {
          if (!isKeyed(request)) {
            const made = (await collection.create(body)) as object;
            return { status: 201, body: withWarnings(request, made) };
          }
          const { created, isRepeat } = await createOnce(
            database,
            { id, kind },
            {
              create: (transaction) => options.collection(transaction).create(body) as Promise<Item | Item[]>,
              find: (item) => collection.find(item) as Promise<Item | undefined>,
            },
          );
          return { status: 201, body: withWarnings(request, created), isReplayed: isRepeat };
        });
      },
    );
    app.get(
      '/:id',
      { schema: { params, response: { 200: schemas.detail ?? schemas.view } } },
      async ({ params: { id } }, reply) => {
        const item = found(id, await collection.find(idOf(id)));
        const detail = options.detail ? await options.detail(item) : item;
        return reply.header('etag', entityTagOf(answered(item))).send(detail);
      },
    );
    app.patch(
      '/:id',
      { schema: { params, body: schemas.patch, response: { 200: schemas.changed ?? schemas.view } } },
      async (request, reply) => {
        const {
          params: { id },
          body,
          headers,
        } = request;
        const holds = holdsFor(headers['if-match']);
        const item = found(id, await collection.patch(idOf(id), body as z.infer<S['patch']>, holds));
        return reply.header('etag', entityTagOf(answered(item))).send(withWarnings(request, item as object));
      },
    );
    app.delete('/:id', { schema: { params } }, async ({ params: { id }, headers }, reply) => {
      found(id, await collection.remove(idOf(id), holdsFor(headers['if-match'])));
      return reply.code(204).send();
    });
    done();
  };
}
