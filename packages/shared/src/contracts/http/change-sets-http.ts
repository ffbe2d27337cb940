import { schemaMessage } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { pageQuery } from './page.ts';
import { storableText } from './storable-text.ts';

/** How a change of configuration came about. */
export const changeKinds = [
  /** One thing, by its own call. */
  'edit',
  'copy',
  'bulk',
  'import',
  'revert',
  /** A former version of a task brought back. */
  'restore',
  /** Limits of a device that sessions have learned. */
  'learned',
  /** Past the API, in the database. */
  'direct',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

export const changeOps = ['created', 'changed', 'deleted'] as const;
export type ChangeOp = (typeof changeOps)[number];

export const changedKinds = ['site', 'device', 'point', 'task'] as const;
export type ChangedKind = (typeof changedKinds)[number];

const id = z.int().positive();
/** Why, for the change set. */
export const reason = storableText(500);

/** The query of a change of configuration. */
export const reasonQuery = z.object({
  reason: reason.optional().describe('Why, for the change set'),
});

const filterId = (what: string) =>
  z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional().describe(what);

const ofItems = {
  site_id: filterId('What changed this site itself'),
  device_id: filterId('What changed this device or a point of it'),
  point_id: filterId('What changed this point'),
  task_id: filterId('What changed this task itself'),
} as const;

export const changeSetsQuerySchema = z.object({
  ...pageQuery,
  kind: z.enum(changeKinds).optional().describe('Only of this kind'),
  by: storableText(200).optional().describe('Only of who is called exactly so'),
  ...ofItems,
});

export const changeItemsQuerySchema = z.object({ ...pageQuery, ...ofItems });

export const changeSetSchema = z.object({
  id,
  at: z.iso.datetime(),
  /** In one line, for people: `anna`, `panel/Li Wei`, `collector c-1`. */
  by: z.string(),
  kind: z.enum(changeKinds),
  reason: z.string(),
  /** The means by which it came: `console`, `cli`, `api`, `session 7-3`, the name of a file. */
  source: z.string(),
  /** The entry in the audit log, or null if no request made the change. */
  audit_id: z.string().nullable(),
  /** The set that it takes back. */
  reverts: id.nullable(),
  /** The last set that took it back. */
  reverted_by: id.nullable(),
  counts: z.object({ created: z.int(), changed: z.int(), deleted: z.int() }),
});
export type ChangeSetView = z.infer<typeof changeSetSchema>;

export const changeSetsPageSchema = z.object({
  results: z.array(changeSetSchema),
  next_cursor: z.string().nullable(),
});
export type ChangeSetsPage = z.infer<typeof changeSetsPageSchema>;

/** The change of one thing, by field; if it was made or deleted, all fields that are set. */
export const changeItemSchema = z.object({
  kind: z.enum(changedKinds),
  id,
  code: z.string(),
  /** Code of a point's device. */
  device: z.string().nullable(),
  op: z.enum(changeOps),
  fields: z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() })),
});
export type ChangeItemView = z.infer<typeof changeItemSchema>;

/** One set, with its items in pages. */
export const changeSetDetailSchema = z.object({
  ...changeSetSchema.shape,
  results: z.array(changeItemSchema),
  next_cursor: z.string().nullable(),
});
export type ChangeSetDetail = z.infer<typeof changeSetDetailSchema>;

/** Things and fields of a set. */
const only = z
  .array(
    closedObject({
      kind: z.enum(changedKinds),
      id,
      /** All that the set changed of it, unless given. */
      fields: z.array(z.string().min(1).max(64)).min(1).max(100).optional(),
    }),
  )
  .min(1)
  .max(10_000);

export const revertBodySchema = closedObject({
  reason,
  /** Only these things of it; all unless given. */
  only,
  /** Says what would be done, and does nothing. */
  dry_run: z.boolean(),
})
  .partial()
  .nullish();
export type RevertOnly = z.infer<typeof only>;

/** The outcome of a change of many things. */
export const revertedSchema = z.object({
  /** Number of the new set, or null for a dry run. */
  change_set: id.nullable(),
  counts: z.object({ created: z.int(), changed: z.int(), deleted: z.int() }),
  /** The first 500; GET of the set has all. */
  results: z.array(changeItemSchema),
});
export type Reverted = z.infer<typeof revertedSchema>;

/** The outcome of a change by items. */
export const changedItemsSchema = revertedSchema.extend({
  /** How many items change nothing. */
  unchanged: z.int(),
  /** What is accepted and still looks like a mistake, with paths like those of `errors`; the first 500. */
  warnings: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type ChangedItems = z.infer<typeof changedItemsSchema>;

const ids = z.array(id).min(1).max(50_000);
const bulk = {
  ids: ids.optional(),
  reason: reason.default(''),
  /** Says what would be done, and does nothing. */
  dry_run: z.boolean().default(false),
} as const;
const codePattern = storableText(128).min(1).describe('`*` stands for any characters');
const selections = {
  devices: closedObject({ code: codePattern, site_id: id.nullable(), task_id: id }).partial(),
  points: closedObject({ code: codePattern, device_id: id, site_id: id.nullable(), task_id: id }).partial(),
} as const;
/** Many things, chosen by ids or by a common property. */
const selection = <T extends z.ZodType<{ ids?: unknown; filter?: object | undefined }>>(schema: T) =>
  schema.superRefine(({ ids: some, filter }, context) => {
    const isEmpty = filter !== undefined && Object.keys(filter).length === 0;
    if ((some === undefined) === (filter === undefined) || isEmpty) {
      context.addIssue({
        code: 'custom',
        path: ['ids'],
        message: schemaMessage(fieldText('ids_or_filter')),
      });
    }
  });
const set = z.record(z.string().min(1).max(64), z.unknown());

export const bulkEditSchemas = {
  devices: selection(closedObject({ ...bulk, filter: selections.devices.optional(), set })),
  points: selection(closedObject({ ...bulk, filter: selections.points.optional(), set })),
} as const;
const cascade = z.boolean().default(false);
export const bulkDeleteSchemas = {
  /** With `cascade` their points go too, and tasks lose them. */
  devices: selection(closedObject({ ...bulk, filter: selections.devices.optional(), cascade })),
  /** With `cascade` tasks that have chosen them lose them. */
  points: selection(closedObject({ ...bulk, filter: selections.points.optional(), cascade })),
} as const;
export type BulkSelection = Pick<z.infer<(typeof bulkDeleteSchemas)['points']>, 'ids' | 'filter'>;

const kind = z.enum(changedKinds);
const fields = z
  .record(z.string().min(1).max(64), z.unknown())
  .describe(
    'As the calls of its kind take them; ids of what the set makes are the negative ones of its items',
  );
const requestedItem = z.discriminatedUnion('op', [
  closedObject({
    op: z.literal('create'),
    kind,
    id: z.int().negative().optional().describe('Stands for its id in the fields of other items'),
    fields,
  }),
  closedObject({ op: z.literal('change'), kind, id, fields }),
  closedObject({ op: z.literal('delete'), kind, id }),
]);
/** One thing, and the change that is asked for. */
export type RequestedItem = z.infer<typeof requestedItem>;

export const changeItemsBodySchema = closedObject({
  items: z.array(requestedItem).min(1).max(50_000),
  /** The kind under which the set is listed. */
  kind: z.enum(['bulk', 'import']).default('bulk'),
  reason: reason.default(''),
  /** Says what would be done, and does nothing. */
  dry_run: z.boolean().default(false),
});

const template = storableText(256).min(1);
/** The value of each copy: one for all, a text with `{n}` (`{n:02}`), or one that goes up by steps. */
const stepped = z.union([
  closedObject({ from: z.union([z.number(), storableText(256).min(1)]), step: z.int().default(1) }),
  z.union([storableText(256), z.number(), z.boolean(), z.null()]),
]);
export type Stepped = z.infer<typeof stepped>;
export const copiesBodySchema = closedObject({
  count: z.int().min(1).max(500),
  /** With `{n}`, or `{n:02}` for two figures. */
  code: template,
  name: storableText(256).optional(),
  /** Number of the first copy. */
  first_n: z.int().min(0).max(1_000_000).default(1),
  /** Fields in which the copies differ from the device. */
  fields: z.record(z.string().min(1).max(64), stepped).default({}),
  /** Tasks that read the copies too. */
  task_ids: z.array(id).max(100).default([]),
  reason: reason.default(''),
  dry_run: z.boolean().default(false),
});
export type CopiesBody = z.infer<typeof copiesBodySchema>;
