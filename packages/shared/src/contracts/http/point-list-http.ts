import { asError } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { csvQuery } from './csv-http.ts';
import { pageQuery, pageSchema } from './page.ts';
import { several } from './points-http.ts';
import { storableText } from './storable-text.ts';
import { exportFormats } from './value-export-http.ts';

export const importModes = ['merge', 'append', 'replace'] as const;
export const listLayouts = ['columns', 'predecessor'] as const;
export const listEncodings = ['utf-8', 'gb18030', 'utf-16le', 'utf-16be'] as const;
export const importStates = ['same', 'changed', 'new', 'missing', 'fault', 'skipped'] as const;
export const listLanguages = ['en', 'zh'] as const;

/** Media types of lists of points. */
export const listTypes = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

const modeText =
  '`merge`: empty cells keep what is there. `append`: what is there already is a fault. `replace`: empty cells clear, and points of the devices of the list that it lacks go';
const deviceText = 'Code of the device of rows that name none';

const language = z
  .enum(listLanguages)
  .optional()
  .describe('Language of the headers; by default the language of the request');
const format = z.enum(exportFormats).default('csv').describe('`csv` or a workbook');
export const pointExportQuerySchema = z.object({
  device: several(storableText(128).min(1), 100)
    .optional()
    .describe('Points of these devices, by their codes; all unless set'),
  format,
  ...csvQuery,
  language,
});
export const importTemplateQuerySchema = z.object({
  format: z.enum(exportFormats).default('xlsx').describe('`csv` or a workbook'),
  ...csvQuery,
  language,
});

export const importQuerySchema = z.object({
  name: storableText(256).optional().describe('Name of the file, for history'),
  mode: z.enum(importModes).default('merge').describe(modeText),
  device: storableText(128).min(1).optional().describe(deviceText),
  encoding: z.enum(listEncodings).optional().describe('Of CSV; found out unless set'),
  sheet: storableText(256)
    .optional()
    .describe('Name of the sheet; the one with most known headers unless set'),
  mapping: storableText(64)
    .min(1)
    .optional()
    .describe(
      '`predecessor`: the 19 columns of the collector before this one; `columns`: none of that; or the name of a mapping that was saved. Found out unless set',
    ),
});

/** A way of reading that holds for all lists of one kind. */
export const savedMappingSchema = z.object({
  id: z.int(),
  name: z.string(),
  mapping: z.enum(listLayouts),
  /** Fields by headers; a column with an empty field is not taken. */
  columns: z.record(z.string(), z.string()),
  /** Answers to questions, by the questions' names. */
  answers: z.record(z.string(), z.string()),
  saved_at: z.string(),
});
export const savedMappingPageSchema = pageSchema(savedMappingSchema);
export const saveMappingSchema = closedObject({
  name: storableText(64).min(1),
  /** The import whose way of reading is saved for others. */
  import_id: z.int().min(1),
});

const cellPattern = '^[A-Z]{1,3}[1-9][0-9]{0,6}$';
const columnPattern = '^[A-Z]{1,3}$';
export const importPatchSchema = closedObject({
  mode: z.enum(importModes),
  device: storableText(128).min(1).nullable(),
  encoding: z.enum(listEncodings).nullable(),
  sheet: storableText(256).nullable(),
  mapping: z.enum(listLayouts).nullable(),
  /** Names of fields by letters of columns; an empty one for a column that is not to be taken. */
  columns: z
    .record(z.string().max(3).meta({ pattern: columnPattern }), z.string().max(64))
    .refine(
      (all) => Object.keys(all).every((key) => new RegExp(columnPattern).test(key)),
      asError(fieldText('columns_rule')),
    ),
  /** Choices by names of questions. */
  answers: z
    .record(z.string().max(32), z.string().max(32))
    .refine((all) => Object.keys(all).length <= 16, asError(fieldText('too_many_answers'))),
  /** Accepts every guess that is left, but none of the questions with `needs_answer`. */
  accept_assumptions: z.literal(true),
  /** Texts instead of those of the file, by cells such as E17. */
  cells: z
    .record(z.string().max(10).meta({ pattern: cellPattern }), z.string().max(4_096))
    .refine(
      (all) => Object.keys(all).every((key) => new RegExp(cellPattern).test(key)),
      asError(fieldText('cells_rule')),
    )
    .refine((all) => Object.keys(all).length <= 1_000, asError(fieldText('too_many_cells'))),
}).partial();
export type ImportPatch = z.infer<typeof importPatchSchema>;

export const importApplySchema = closedObject({
  /** The number of points that are to be deleted, with the mode `replace`. */
  confirm_deletes: z.int().min(0),
  /** Imports the other rows where some have faults. With the mode `replace`, nothing is deleted then. */
  skip_faults: z.boolean(),
  reason: storableText(500),
  /** Only judges it, for the sessions that `apply=sessions` names. */
  dry_run: z.boolean(),
})
  .partial()
  .nullish();

const faultSchema = z.object({
  sheet: z.string(),
  /** `E17`; only the row where that has no such cell. */
  cell: z.string(),
  column: z.string(),
  value: z.string(),
  code: z.string(),
  message: z.string(),
});
export type ImportFault = z.infer<typeof faultSchema>;

const questionSchema = z.object({
  name: z.string(),
  text: z.string(),
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
  chosen: z.string(),
  /** True until it is answered. Nothing is applied before. */
  is_guess: z.boolean(),
  /** True where only an answer by its name counts: not `accept_assumptions`, nor a saved mapping. */
  needs_answer: z.boolean(),
  /** Some cells, and what they mean under each choice. */
  rows: z.array(
    z.object({ cell: z.string(), value: z.string(), meanings: z.record(z.string(), z.string()) }),
  ),
});

const countsSchema = z.object(
  Object.fromEntries(importStates.map((state) => [state, z.int()])) as Record<
    (typeof importStates)[number],
    z.ZodInt
  >,
);
const resultSchema = z.object({
  created: z.int(),
  changed: z.int(),
  deleted: z.int(),
  /** Rows with faults that were left out. */
  skipped: z.int(),
  devices: z.array(z.string()),
  tasks: z.array(z.string()),
  /** Taking it back undoes the import, or null if nothing was changed. */
  change_set: z.int().nullable(),
});
export type ImportResult = z.infer<typeof resultSchema>;

export const importViewSchema = z.object({
  id: z.int(),
  name: z.string(),
  created_at: z.string(),
  /** The import is forgotten then. */
  expires_at: z.string(),
  state: z.enum(['preview', 'applied']),
  mode: z.enum(importModes),
  device: z.string().nullable(),
  mapping: z.enum(listLayouts),
  format: z.enum(exportFormats),
  encoding: z.enum(listEncodings).nullable(),
  sheet: z.string(),
  sheets: z.array(z.string()),
  columns: z.array(
    z.object({
      column: z.string(),
      header: z.string(),
      /** Null for a column that is not taken. */
      field: z.string().nullable(),
    }),
  ),
  questions: z.array(questionSchema),
  /** Says what was read otherwise than it is written, and names rows that were left out. */
  notes: z.array(z.string()),
  counts: countsSchema,
  /** Points that go when it is applied. */
  deletes: z.int(),
  /** Devices that are made, by their codes. */
  new_devices: z.array(z.string()),
  /** Tasks that are made, with their periods. */
  new_tasks: z.array(z.object({ code: z.string(), period_ms: z.int() })),
  /** Three rows as they are read, whatever they do: those fields of the point that are not at their defaults. */
  sample: z.array(
    z.object({
      line: z.int(),
      device: z.string(),
      code: z.string(),
      fields: z.record(z.string(), z.unknown()),
    }),
  ),
  /** The first of them: `…/faults/` has all. */
  faults: z.array(faultSchema),
  result: resultSchema.nullable(),
});
export type ImportView = z.infer<typeof importViewSchema>;

const rowSchema = z.object({
  /** Row of the file, or null for a point that it lacks. */
  line: z.int().nullable(),
  state: z.enum(importStates),
  device: z.string(),
  code: z.string(),
  changes: z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() })),
  faults: z.array(faultSchema),
});
export type ImportRow = z.infer<typeof rowSchema>;
export const importRowPageSchema = pageSchema(rowSchema);
export const importFaultsQuerySchema = z.object({
  format: z.enum(exportFormats).optional().describe('By default the format of the file that was sent'),
  separator: csvQuery.separator,
});
export const importRowsQuerySchema = z.object({
  ...pageQuery,
  state: z.enum(importStates).optional().describe('Rows of this state alone'),
});
