import { type ChangedKind, reasonQuery } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { pageQuery } from '@holdfast/shared/contracts/http/page.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { SiteAccess } from '../access/granted-sites.ts';
import { changedBy } from '../access/request-change.ts';
import type { Database } from '../database/open-database.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { entityTagOf, preconditionOf } from '../http/entity-tag.ts';
import { isKeyed, storedNothing } from '../http/idempotency.ts';
import { type Route, route } from '../http/route.ts';
import type { Concerned } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { writeItems } from './change-sets/items/change-items.ts';
import type { ReadyItem } from './change-sets/items/ready-items.ts';
import { type Collection, kindWords } from './collection.ts';
import { createOnce } from './create-once.ts';
import type { KindsOfStore } from './stored-kinds.ts';
import { configurationText } from './texts.ts';

const itemId = /^[1-9][0-9]{0,14}$/;

interface ById {
  readonly params: { readonly id: string };
}

interface Item {
  readonly id: number;
}

interface CollectionSchemas {
  readonly create: z.ZodType;
  readonly patch: z.ZodType;
  readonly view: z.ZodType;
  /** The answer to a creation, if it is not one view. */
  readonly created?: z.ZodType;
  /** The answer to a change, if it is not the view. */
  readonly changed?: z.ZodType;
  /** The answer for a single item, if it says more than the view. */
  readonly detail?: z.ZodType;
  readonly page: z.ZodType;
}

/** The five calls that every kind of configuration has. */
export function collectionRoutes<S extends CollectionSchemas, F extends z.ZodObject>(options: {
  /** Singular, for codes and words. */
  kind: ChangedKind;
  database: Database;
  store: KindsOfStore;
  /** The collection on a database or within a transaction. */
  collection: (database: Database) => Collection<z.infer<S['view']> & Item, z.infer<F>>;
  /** Adds what does not belong to the item itself, and so is not part of its ETag. */
  detail?: (item: z.infer<S['view']>) => Promise<unknown>;
  /** Warnings about items, from what was sent and what was stored. */
  warningsOf?: (
    sent: readonly object[],
    views: readonly z.infer<S['view']>[],
  ) => Promise<readonly (string | undefined)[]>;
  filter: F;
  schemas: S;
  sites: {
    /** Names the item with this id. */
    readonly of: (id: number) => Concerned;
    /** Names everything that a creation or change refers to. */
    readonly concernedByBody: 'all' | ((body: never) => Concerned);
  };
  /** Whether changes without If-Match are refused. */
  requireIfMatch: boolean;
  siteAccess: Pick<SiteAccess, 'requireUntilEnd'>;
}): Route[] {
  const { kind, database, schemas, siteAccess, store } = options;
  const collection = options.collection(database);
  // The schemas below check bodies and queries, which the compiler cannot follow through S and F.
  const params = z.object({ id: z.string().describe(`${kind[0]?.toUpperCase()}${kind.slice(1)} id`) });
  const missing = (id: string) =>
    new Problem(`${kind}_not_found`, configurationText('there_is_no_item', { kind: kindWords[kind], id }));
  const orMissing = <T>(id: string, value: T | undefined): T => {
    if (value === undefined) throw missing(id);
    return value;
  };
  // Fields come in the schema's order, whichever query brought them.
  const encodedView = (item: unknown) => z.encode(schemas.view, item) as object;
  const read = async (from: Database, id: number) => (await options.collection(from).named([id]))[0];
  /**
   * Changes or deletes an item, as a change set of one. It has to match If-Match and still lie at granted sites: it may
   * have moved since the request was checked.
   */
  const write = (
    request: FastifyRequest & ById,
    { concerned, fields }: { readonly concerned: Concerned; readonly fields?: object },
  ) => {
    const { headers, grantedSites, params } = request;
    const isNeeded = options.requireIfMatch;
    const id = idOf(params.id);
    const precondition = preconditionOf(headers['if-match'], { isNeeded, view: encodedView });
    const change = fields ? { op: 'change' as const, fields } : { op: 'delete' as const };
    return changedBy(request, database, { kind: 'edit' }, async (transaction) => {
      const whenLocked = async () => {
        const current = orMissing(params.id, await read(transaction, id));
        await siteAccess.requireUntilEnd(transaction, grantedSites, concerned);
        precondition?.(current);
      };
      const item = { ...change, kind, id, standIn: undefined } as ReadyItem;
      await writeItems(transaction, [item], { store, naming: 'single', whenLocked });
      return read(transaction, id);
    });
  };
  /** Creates one item, or many of a list. */
  const create = async (transaction: Database, body: object, whenLocked: () => Promise<void>) => {
    const isMany = Array.isArray(body);
    const items = [body]
      .flat()
      .map((fields) => ({ op: 'create', kind, fields, standIn: undefined }) as ReadyItem);
    const naming = isMany ? 'list' : 'single';
    const { writes } = await writeItems(transaction, items, { store, naming, whenLocked });
    const views = await options.collection(transaction).named(writes.flatMap(({ id }) => id ?? []));
    const [view] = views;
    return isMany || !view ? views : view;
  };
  const idOf = (id: string): number => {
    if (!itemId.test(id)) throw missing(id);
    return Number(id);
  };

  const { of, concernedByBody } = options.sites;
  const ofItem = ({ params: { id } }: ById) => (itemId.test(id) ? of(Number(id)) : {});
  const namedBy = (body: unknown): Concerned =>
    concernedByBody === 'all' ? {} : concernedByBody(body as never);
  const ofBody = concernedByBody === 'all' ? concernedByBody : ({ body }: { body: unknown }) => namedBy(body);
  const ofBoth =
    ofBody === 'all'
      ? ofBody
      : (request: ById & { body: unknown }) => together(ofItem(request), namedBy(request.body));

  // Bodies as they were sent, before their schema transformed them.
  const sent = new WeakMap<object, unknown>();
  const keepSent =
    options.warningsOf && (async (request: FastifyRequest) => void sent.set(request, request.body));
  const withWarnings = async <T extends object>(request: object, answer: T): Promise<T> => {
    const bodies = [sent.get(request)].flat() as object[];
    const items = [answer].flat() as z.infer<S['view']>[];
    const warnings = (await options.warningsOf?.(bodies, items)) ?? [];
    const warned = (items as object[]).map((item, index) =>
      warnings[index] === undefined ? item : { ...item, warnings: [warnings[index]] },
    );
    return (Array.isArray(answer) ? warned : warned[0]) as T;
  };

  const url = `/api/config/${kind}s`;
  const tag = 'Configuration';
  return [
    route({
      method: 'GET',
      url,
      role: 'viewer',
      sites: 'own',
      tag,
      summary: `List ${kind}s`,
      schema: {
        querystring: z.object({ ...pageQuery, ...options.filter.shape }),
        response: { 200: schemas.page },
      },
      handler: async (request) => {
        const { limit, cursor, ...filter } = request.query as z.infer<z.ZodObject<typeof pageQuery>>;
        const after = decodeCursor(cursor) ?? 0;
        const { results, next } = await collection.list({
          ...{ after, limit, filter: filter as z.infer<F> },
          sites: request.grantedSites,
        });
        return { results, next_cursor: encodeCursor(next) };
      },
    }),
    route({
      method: 'POST',
      url,
      role: 'engineer',
      sites: ofBody,
      action: `${kind}.create`,
      tag,
      summary: kind === 'point' ? 'Create a point, or many at once' : `Create a ${kind}`,
      // The answer may be large, and a repeat finds it by the rows of the creation.
      once: { changedNothing: storedNothing, keepsAnswer: false },
      gives: changeSetHeader,
      schema: {
        querystring: reasonQuery,
        body: schemas.create,
        response: { 201: schemas.created ?? schemas.view },
      },
      preValidation: keepSent,
      handler: async (request, { commandId: id }) => {
        const { body, grantedSites } = request;
        const createAll = (transaction: Database) =>
          create(transaction, body as object, () =>
            siteAccess.requireUntilEnd(transaction, grantedSites, namedBy(body)),
          );
        const within = <T>(use: (transaction: Database) => Promise<T>) =>
          changedBy(request, database, { kind: 'edit' }, use);
        if (!isKeyed(request)) {
          return { status: 201, body: await withWarnings(request, await within(createAll)) };
        }
        const { created, isRepeat } = await createOnce(
          database,
          { id, kind },
          {
            within,
            create: createAll,
            named: collection.named,
          },
        );
        return { status: 201, body: await withWarnings(request, created), isReplayed: isRepeat };
      },
    }),
    route({
      method: 'GET',
      url: `${url}/:id`,
      role: 'viewer',
      sites: ofItem,
      tag,
      summary: `Read a ${kind}`,
      hasVersion: true,
      schema: { params, response: { 200: schemas.detail ?? schemas.view } },
      handler: async ({ params: { id } }, reply) => {
        const item = orMissing(id, await read(database, idOf(id)));
        const detail = options.detail ? await options.detail(item) : item;
        return reply.header('etag', entityTagOf(encodedView(item))).send(detail);
      },
    }),
    route({
      method: 'PATCH',
      url: `${url}/:id`,
      role: 'engineer',
      sites: ofBoth,
      names: ofItem,
      action: `${kind}.update`,
      tag,
      summary: `Change a ${kind}`,
      hasVersion: true,
      gives: changeSetHeader,
      schema: {
        params,
        querystring: reasonQuery,
        body: schemas.patch,
        response: { 200: schemas.changed ?? schemas.view },
      },
      preValidation: keepSent,
      handler: async (request, reply) => {
        const { id } = request.params;
        const concerned = together(ofItem(request), namedBy(request.body));
        const item = orMissing(id, await write(request, { concerned, fields: request.body as object }));
        const answer = await withWarnings(request, item as object);
        return reply.header('etag', entityTagOf(encodedView(item))).send(answer);
      },
    }),
    route({
      method: 'DELETE',
      url: `${url}/:id`,
      role: 'engineer',
      sites: concernedByBody === 'all' ? concernedByBody : ofItem,
      action: `${kind}.delete`,
      tag,
      summary: `Delete a ${kind} that nothing refers to`,
      hasVersion: true,
      gives: changeSetHeader,
      schema: { params, querystring: reasonQuery },
      handler: async (request, reply) => {
        await write(request, { concerned: ofItem(request) });
        return reply.code(204).send();
      },
    }),
  ];
}

/** The header of an answer to a change. */
export const changeSetHeader = {
  'change-set': 'Number of the change set; none where nothing was changed',
} as const;

/** An item, and everything that it refers to after a change. */
function together(one: Concerned, other: Concerned): Concerned {
  const { tasks = [], devices = [], points = [], sites = [] } = one;
  return {
    tasks: [...tasks, ...(other.tasks ?? [])],
    devices: [...devices, ...(other.devices ?? [])],
    points: [...points, ...(other.points ?? [])],
    sites: [...sites, ...(other.sites ?? [])],
  };
}
