import * as z from 'zod';
import { pointWidth } from '../../domain/register/point-layout.ts';
import { deviceConfigSchema, pointConfigSchema, taskConfigSchema } from '../task-config.ts';
import { pageSchema } from './page.ts';

/**
 * Configuration as the API takes and gives it. Limits are those of the snapshot contract, so that whatever was
 * accepted here can be started. Unknown fields are refused: a mistyped `perod_ms` must not pass silently.
 */
const id = z.int().positive();
const text = (limits: z.ZodString) =>
  limits.refine(
    (value) => !/\p{Cc}/u.test(value) && value.isWellFormed(),
    'must not contain control characters',
  );
/** Codes become names in time-series databases, whose line protocol cannot spell a backslash at the end. */
const code = (limits: z.ZodString) =>
  text(limits)
    .refine((value) => value.trim() === value, 'must not begin or end with a blank')
    .refine((value) => !value.endsWith('\\'), 'must not end with a backslash');
const enabled = z.boolean();

const device = deviceConfigSchema.shape;
const point = pointConfigSchema.shape;
const task = taskConfigSchema.shape;

const siteFields = {
  code: code(device.code),
  name: text(device.name.unwrap()),
} as const;

const deviceFields = {
  code: code(device.code),
  name: text(device.name.unwrap()),
  site_id: id.nullable(),
  protocol: device.protocol,
  host: code(device.host),
  port: device.port.unwrap(),
  unit_id: device.unit_id.unwrap(),
  timeout_ms: device.timeout_ms.unwrap(),
  max_registers: device.max_registers.unwrap(),
  max_bits: device.max_bits.unwrap(),
  measurement: code(device.measurement.unwrap())
    .refine((value) => !value.startsWith('#'), 'must not begin with #')
    .nullable(),
  enabled,
} as const;

/** InfluxDB takes a field of this name for the timestamp and loses it, though it answers with success (measured). */
const isTimestampName = (name: string) => name === 'time';
const pointCode = code(point.code).refine((name) => !isTimestampName(name), {
  error:
    'must not be "time": that is the name of the timestamp in the database; choose another, such as "clock_time"',
});

const pointFields = {
  device_id: id,
  code: pointCode,
  name: text(point.name.unwrap()),
  table: point.table,
  address: point.address,
  data_type: point.data_type,
  byte_order: point.byte_order.unwrap(),
  scale: point.scale.unwrap(),
  offset: point.offset.unwrap(),
  unit: text(point.unit.unwrap()),
  enabled,
} as const;

const ids = z
  .array(id)
  .max(10_000)
  .transform((list) => [...new Set(list)]);
/** Spelled as collectors spell theirs (`COLLECTOR_LABELS=site=hall-1,network=plant`), so that they can ever be equal. */
const label = (maxLength: number) =>
  code(z.string().min(1).max(maxLength)).refine(
    (value) => !/[=,]/.test(value),
    'must not contain an equals sign or a comma: no collector can have it',
  );
const labels = z
  .record(label(64), label(128))
  .refine((value) => Object.keys(value).length <= 32, 'must not have more than 32 labels');
const taskFields = {
  code: code(task.task_code),
  name: text(task.task_name),
  period_ms: task.period_ms,
  /** The task's sessions run only on a collector that has all of these labels with exactly these values. */
  required_labels: labels,
  device_ids: ids,
  /** Only these points of the devices; none means all. */
  point_ids: ids,
  enabled,
} as const;

export const siteCreateSchema = z.strictObject({ ...siteFields, name: siteFields.name.default('') });
export const sitePatchSchema = z.strictObject(siteFields).partial();
export const siteViewSchema = z.object({ id, ...siteFields });

export const deviceCreateSchema = z.strictObject({
  ...deviceFields,
  name: deviceFields.name.default(''),
  site_id: deviceFields.site_id.default(null),
  protocol: deviceFields.protocol.default('modbus_tcp'),
  port: device.port,
  unit_id: device.unit_id,
  timeout_ms: device.timeout_ms,
  max_registers: device.max_registers,
  max_bits: device.max_bits,
  measurement: deviceFields.measurement.default(null),
  enabled: enabled.default(true),
});
export const devicePatchSchema = z.strictObject(deviceFields).partial();
export const deviceViewSchema = z.object({ id, ...deviceFields });

export const pointCreateSchema = z
  .strictObject({
    ...pointFields,
    name: pointFields.name.default(''),
    byte_order: point.byte_order,
    scale: point.scale,
    offset: point.offset,
    unit: pointFields.unit.default(''),
    enabled: enabled.default(true),
  })
  .superRefine(refineLayout);
/** One point, or many that are stored together or not at all. */
export const pointCreateBodySchema = z.union([
  pointCreateSchema,
  z.array(pointCreateSchema).min(1).max(10_000),
]);
export const pointPatchSchema = z.strictObject(pointFields).partial();
export const pointViewSchema = z.object({ id, ...pointFields, code: code(point.code) });

export const taskCreateSchema = z.strictObject({
  ...taskFields,
  name: taskFields.name.default(''),
  required_labels: labels.default({}),
  device_ids: ids.default([]),
  point_ids: ids.default([]),
  enabled: enabled.default(true),
});
export const taskPatchSchema = z.strictObject(taskFields).partial();
export const taskViewSchema = z.object({
  id,
  ...taskFields,
  required_labels: z.record(z.string(), z.string()),
  device_ids: z.array(id),
  point_ids: z.array(id),
});

export const sitePageSchema = pageSchema(siteViewSchema);
export const devicePageSchema = pageSchema(deviceViewSchema);
export const pointPageSchema = pageSchema(pointViewSchema);
export const taskPageSchema = pageSchema(taskViewSchema);

export type SiteCreate = z.infer<typeof siteCreateSchema>;
export type SitePatch = z.infer<typeof sitePatchSchema>;
export type SiteView = z.infer<typeof siteViewSchema>;
export type DeviceCreate = z.infer<typeof deviceCreateSchema>;
export type DevicePatch = z.infer<typeof devicePatchSchema>;
export type DeviceView = z.infer<typeof deviceViewSchema>;
export type PointCreate = z.infer<typeof pointCreateSchema>;
export type PointPatch = z.infer<typeof pointPatchSchema>;
export type PointView = z.infer<typeof pointViewSchema>;
export type TaskCreate = z.infer<typeof taskCreateSchema>;
export type TaskPatch = z.infer<typeof taskPatchSchema>;
export type TaskView = z.infer<typeof taskViewSchema>;

/** A point's fields may each be right and still not fit together: a 32-bit value cannot begin at the last register. */
export function layoutProblem(
  layout: Pick<PointView, 'table' | 'data_type' | 'address'>,
): string | undefined {
  const last = layout.address + pointWidth(layout) - 1;
  return last > 65_535
    ? `${layout.data_type} at ${layout.address} needs an address after the last one`
    : undefined;
}

function refineLayout(
  layout: Pick<PointView, 'table' | 'data_type' | 'address'>,
  context: { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void },
): void {
  const problem = layoutProblem(layout);
  if (problem) context.addIssue({ code: 'custom', path: ['address'], message: problem });
}
