import { plainCode as code, plainText as text } from '@holdfast/driver/plain-text.ts';
import { asError, schemaMessage } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { deviceConfigSchema, siteNetworksAtMost } from '../device.ts';
import { taskConfigSchema } from '../task-config.ts';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { pageSchema } from './page.ts';

/**
 * Configuration as the API takes and gives it. Limits are those of the snapshot contract, so that whatever was
 * accepted here can be started. Unknown fields are refused: a mistyped `perod_ms` must not pass silently.
 */
const id = z.int().positive();
const enabled = z.boolean();

const device = deviceConfigSchema.shape;
const task = taskConfigSchema.shape;

const shiftsAtMost = 12;
const shift = closedObject({
  name: text(z.string().min(1).max(64)),
  /** When it begins by the plant's clock, `HH:MM`; it ends when the next one begins. */
  start: z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, asError(fieldText('time_of_day_rule'))),
});
/** Empty: reports go by days. */
const shifts = z
  .array(shift)
  .max(shiftsAtMost)
  .superRefine((all, context) => {
    for (const field of ['name', 'start'] as const) {
      const earlierIds = new Set<string>();
      for (const [index, { [field]: value }] of all.entries()) {
        if (earlierIds.has(value)) {
          const message = field === 'name' ? fieldText('shift_name_taken') : fieldText('shift_start_taken');
          context.addIssue({ code: 'custom', path: [index, field], message: schemaMessage(message) });
        }
        earlierIds.add(value);
      }
    }
  });

const isNetwork = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]);
/** Empty: the networks of the collectors alone decide. */
const networks = z
  .array(
    z
      .string()
      .max(64)
      .refine((value) => isNetwork.safeParse(value).success, asError(fieldText('network_rule'))),
  )
  .max(siteNetworksAtMost);

const siteFields = {
  code: code(device.code),
  name: text(device.name.unwrap()),
  shifts,
  /** Where devices of the site may be reached. */
  networks,
} as const;

const ids = z
  .array(id)
  .max(10_000)
  .transform((list) => [...new Set(list)]);
/**
 * Spelled as collectors spell theirs (`COLLECTOR_LABELS=site=hall-1,network=plant`), since otherwise the two could never
 * be equal.
 */
const label = (maxLength: number) =>
  code(z.string().min(1).max(maxLength))
    .refine((value) => !/[=,]/.test(value), asError(fieldText('label_characters')))
    .meta({ not: { pattern: '[=,]' } });
const labels = z
  // JSON with this key is not taken.
  .record(label(64).meta({ not: { pattern: '[=,]|^__proto__$' } }), label(128))
  .refine((value) => Object.keys(value).length <= 32, asError(fieldText('too_many_labels')))
  .meta({ maxProperties: 32 });
/** Ten years. */
const maxDurationSeconds = 315_360_000;
const durationSeconds = z.int().min(1).max(maxDurationSeconds).nullable().default(null);
/** How long a session may take from its start, pauses included. Changed as a whole. */
const maxDuration = closedObject({
  /** After this, a warning is written, once. */
  soft_seconds: durationSeconds,
  /** After this, the session is stopped. */
  hard_seconds: durationSeconds,
}).superRefine(({ soft_seconds, hard_seconds }, context) => {
  if (soft_seconds === null && hard_seconds === null) {
    const message = fieldText('duration_limit_needed');
    context.addIssue({ code: 'custom', path: [], message: schemaMessage(message) });
  } else if (soft_seconds !== null && hard_seconds !== null && soft_seconds >= hard_seconds) {
    const message = fieldText('soft_below_hard');
    context.addIssue({ code: 'custom', path: ['soft_seconds'], message: schemaMessage(message) });
  }
});
export type MaxDurationConfig = z.infer<typeof maxDuration>;
const taskFields = {
  code: code(task.task_code),
  name: text(task.task_name),
  period_ms: task.period_ms,
  /** The task's sessions run only on a collector that has all of these labels with exactly these values. */
  required_labels: labels,
  max_duration: maxDuration.nullable(),
  device_ids: ids,
  /** Only these points of the devices; none means all. */
  point_ids: ids,
  enabled,
} as const;

export const siteCreateSchema = closedObject({
  ...siteFields,
  name: siteFields.name.default(''),
  shifts: shifts.default([]),
  networks: networks.default([]),
});
export const sitePatchSchema = closedObject(siteFields).partial();
export const siteViewSchema = z.object({ id, ...siteFields });

export const taskCreateSchema = closedObject({
  ...taskFields,
  name: taskFields.name.default(''),
  required_labels: labels.default({}),
  max_duration: taskFields.max_duration.default(null),
  device_ids: ids.default([]),
  point_ids: ids.default([]),
  enabled: enabled.default(true),
});
export const taskPatchSchema = closedObject(taskFields).partial();
export const taskViewSchema = z.object({
  id,
  ...taskFields,
  required_labels: z.record(z.string(), z.string()),
  device_ids: z.array(id),
  point_ids: z.array(id),
});

export const sitePageSchema = pageSchema(siteViewSchema);
export const taskPageSchema = pageSchema(taskViewSchema);

export type SiteCreate = z.infer<typeof siteCreateSchema>;
export type SitePatch = z.infer<typeof sitePatchSchema>;
export type SiteView = z.infer<typeof siteViewSchema>;
export type TaskCreate = z.infer<typeof taskCreateSchema>;
export type TaskPatch = z.infer<typeof taskPatchSchema>;
export type TaskView = z.infer<typeof taskViewSchema>;
