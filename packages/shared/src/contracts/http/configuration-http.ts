import { addressPattern, parseAddress } from '@holdfast/driver-modbus/layout/address-notation.ts';
import { deviceProblems } from '@holdfast/driver-modbus/spec/device-rules.ts';
import { type FieldProblem, pointProblems } from '@holdfast/driver-modbus/spec/point-rules.ts';
import * as z from 'zod';
import { learnedLimitsSchema } from '../session-status.ts';
import {
  deviceConfigSchema,
  deviceProfileSchema,
  excludedRangeSchema,
  linearRangeSchema,
  pointConfigSchema,
  reportByExceptionSchema,
  serialLineSchema,
  taskConfigSchema,
} from '../task-config.ts';
import { closedObject } from './closed-object.ts';
import { pageSchema } from './page.ts';
import { withoutNulls } from './without-nulls.ts';

/**
 * Configuration as the API takes and gives it. Limits are those of the snapshot contract, so that whatever was
 * accepted here can be started. Unknown fields are refused: a mistyped `perod_ms` must not pass silently.
 */
const id = z.int().positive();
const wholeNumberPattern = '^(?:0|-?[1-9][0-9]*)$';
// For the OpenAPI document, in the words of regular expressions that all languages share.
const control = '\\u0000-\\u001f\\u007f-\\u009f';
const inText = `[^${control}]`;
const lastOfCode = `[^\\s\\ufeff\\\\${control}]`;
const codePattern = `^(?:${lastOfCode}|[^\\s\\ufeff${control}]${inText}*${lastOfCode})?$`;
/** In NFC: of two names that look the same one alone is taken. */
const text = (limits: z.ZodString) =>
  limits
    .normalize('NFC')
    .refine((value) => !/\p{Cc}/u.test(value) && value.isWellFormed(), 'must not contain control characters')
    .meta({ pattern: `^${inText}*$` });
/** Codes become names in time-series databases, whose line protocol cannot spell a backslash at the end. */
const code = (limits: z.ZodString) =>
  text(limits)
    .refine((value) => value.trim() === value, 'must not begin or end with a blank')
    .refine((value) => !value.endsWith('\\'), 'must not end with a backslash')
    .meta({ pattern: codePattern });
const enabled = z.boolean();

const device = deviceConfigSchema.shape;
const point = pointConfigSchema.shape;
const task = taskConfigSchema.shape;

const shiftsAtMost = 12;
const shift = closedObject({
  name: text(z.string().min(1).max(64)),
  /** When it begins by the plant's clock, `HH:MM`; it ends when the next one begins. */
  start: z
    .string()
    .regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time of the day like 06:00 or 22:30'),
});
/** Empty: reports go by days. */
const shifts = z
  .array(shift)
  .max(shiftsAtMost)
  .superRefine((all, context) => {
    for (const field of ['name', 'start'] as const) {
      const seen = new Set<string>();
      for (const [index, { [field]: value }] of all.entries()) {
        if (seen.has(value)) {
          const message =
            field === 'name' ? 'must not be that of another shift' : 'must not be when another begins';
          context.addIssue({ code: 'custom', path: [index, field], message });
        }
        seen.add(value);
      }
    }
  });

const siteFields = {
  code: code(device.code),
  name: text(device.name.unwrap()),
  shifts,
} as const;

/** A collector is told all of it but what only the API acts on. */
const configuredProfile = closedObject({
  ...deviceProfileSchema.shape,
  excluded: z
    .array(
      closedObject(excludedRangeSchema.shape).refine(
        ({ from, to }) => from <= to,
        'must begin before it ends',
      ),
    )
    .max(1_000)
    .default([]),
  /** True if limits that collectors learn by refusals are written into the device; false unless set. */
  write_back: z.boolean().optional(),
});
export type ConfiguredProfile = z.infer<typeof configuredProfile>;

const deviceFields = {
  code: code(device.code),
  name: text(device.name.unwrap()),
  site_id: id.nullable(),
  protocol: device.protocol,
  /** Empty with a serial line, and only then. */
  host: code(device.host),
  port: device.port.unwrap(),
  unit_id: device.unit_id.unwrap(),
  timeout_ms: device.timeout_ms.unwrap(),
  max_registers: device.max_registers.unwrap(),
  max_bits: device.max_bits.unwrap(),
  serial: closedObject({ ...serialLineSchema.shape, path: code(serialLineSchema.shape.path) }).nullable(),
  profile: configuredProfile.nullable(),
  measurement: code(device.measurement.unwrap())
    .refine((value) => !value.startsWith('#'), 'must not begin with #')
    .meta({ not: { pattern: '^#' } })
    .nullable(),
  enabled,
} as const;

/** InfluxDB takes a field of this name for the timestamp and loses it, though it answers with success (measured). */
const isTimestampName = (name: string) => name === 'time';
/** The fields in which InfluxDB is given what a float field does not hold: see docs/samples.md. */
const isIntegerFieldName = (name: string) => /__integer(_minus_2_63)?$/.test(name);
const pointCode = code(point.code)
  .refine((name) => !isTimestampName(name), {
    error:
      'must not be "time": that is the name of the timestamp in the database; choose another, such as "clock_time"',
  })
  .refine((name) => !isIntegerFieldName(name), {
    error:
      'must not end in "__integer" or "__integer_minus_2_63": such names hold 64-bit integers in InfluxDB',
  })
  .meta({ not: { pattern: '^time$|__integer(_minus_2_63)?$' } });

/** Existing points may have it, and are shown. */
const scale = point.scale
  .unwrap()
  .refine((factor) => factor !== 0, 'must not be 0: every value would be the offset')
  .meta({ not: { const: 0 } });

const pointFields = {
  device_id: id,
  code: pointCode,
  name: text(point.name.unwrap()),
  table: point.table,
  address: z.union(
    [z.int().meta({ minimum: 0, maximum: 65_535 }), z.string().max(32).meta({ pattern: addressPattern })],
    {
      error: 'must be a whole number (zero-based), hexadecimal ("0x1F") or in the classic notation ("40001")',
    },
  ),
  data_type: point.data_type,
  byte_order: point.byte_order.unwrap(),
  scale,
  offset: point.offset.unwrap(),
  unit: text(point.unit.unwrap()),
  enabled,
} as const;

/** Null says that it is not set. */
const pointOptions = {
  bit: point.bit.unwrap().nullable(),
  byte: point.byte.unwrap().nullable(),
  length: point.length.unwrap().nullable(),
  encoding: point.encoding.unwrap().nullable(),
  count: point.count.unwrap().nullable(),
  precision: point.precision.unwrap().nullable(),
  valid_min: point.valid_min.unwrap().nullable(),
  valid_max: point.valid_max.unwrap().nullable(),
  linear: closedObject(linearRangeSchema.shape).nullable(),
  enumeration: z
    .record(z.string().max(20).meta({ pattern: wholeNumberPattern }), text(z.string().max(256)))
    .refine((names) => Object.keys(names).length <= 1_000, 'must not name more than 1000 numbers')
    .meta({ maxProperties: 1_000 })
    .nullable(),
  period_ms: point.period_ms.unwrap().nullable(),
  report: closedObject(reportByExceptionSchema.shape).nullable(),
  writable: point.writable.unwrap(),
} as const;

const ids = z
  .array(id)
  .max(10_000)
  .transform((list) => [...new Set(list)]);
/** Spelled as collectors spell theirs (`COLLECTOR_LABELS=site=hall-1,network=plant`), so that they can ever be equal. */
const label = (maxLength: number) =>
  code(z.string().min(1).max(maxLength))
    .refine(
      (value) => !/[=,]/.test(value),
      'must not contain an equals sign or a comma: no collector can have it',
    )
    .meta({ not: { pattern: '[=,]' } });
const labels = z
  // No JSON that is taken has this key.
  .record(label(64).meta({ not: { pattern: '[=,]|^__proto__$' } }), label(128))
  .refine((value) => Object.keys(value).length <= 32, 'must not have more than 32 labels')
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
    const message = 'must set soft_seconds, hard_seconds or both; null instead of this sets no limit';
    context.addIssue({ code: 'custom', path: [], message });
  } else if (soft_seconds !== null && hard_seconds !== null && soft_seconds >= hard_seconds) {
    const message = 'must be less than hard_seconds: a session that is stopped is not warned of';
    context.addIssue({ code: 'custom', path: ['soft_seconds'], message });
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
});
export const sitePatchSchema = closedObject(siteFields).partial();
export const siteViewSchema = z.object({ id, ...siteFields });

export const deviceCreateSchema = closedObject({
  ...deviceFields,
  name: deviceFields.name.default(''),
  site_id: deviceFields.site_id.default(null),
  protocol: deviceFields.protocol.default('modbus_tcp'),
  host: deviceFields.host.default(''),
  port: device.port,
  unit_id: device.unit_id,
  timeout_ms: device.timeout_ms,
  max_registers: device.max_registers,
  max_bits: device.max_bits,
  serial: deviceFields.serial.default(null),
  profile: deviceFields.profile.default(null),
  measurement: deviceFields.measurement.default(null),
  enabled: enabled.default(true),
}).superRefine((fields, context) => addProblems(context, deviceFaults(fields)));
export const devicePatchSchema = closedObject(deviceFields).partial();
export const deviceViewSchema = z.object({ id, ...deviceFields });
/** Limits that sessions have learned from the device's refusals, whether its profile has them by now or not. */
const shownLimits = z.array(
  z.object({ session_id: z.string(), collector_id: z.string(), ...learnedLimitsSchema.shape }),
);
/** One device, read by itself. */
export const deviceDetailSchema = deviceViewSchema.extend({ learned_limits: shownLimits });
/** With `unconfirmed` also ranges that were refused once only. */
export const applyLimitsBodySchema = closedObject({ unconfirmed: z.boolean() }).partial().nullish();
export const appliedLimitsSchema = z.object({
  /** False when the device was configured like that already. */
  changed: z.boolean(),
  learned_limits: shownLimits,
  device: deviceViewSchema,
});
export const forgottenLimitsSchema = z.object({
  /** Whether ranges were taken out of the device's profile: the next session begins without them. */
  changed: z.boolean(),
  /** Running sessions that ask the device for everything again. */
  sessions: z.array(z.string()),
  /** Collectors that should read it and gave no answer: what they know they keep until the session is placed anew. */
  not_reached: z.array(z.string()),
  device: deviceViewSchema,
});

const pointInput = {
  ...pointFields,
  name: pointFields.name.default(''),
  table: point.table.optional(),
  byte_order: point.byte_order,
  scale: scale.default(1),
  offset: point.offset,
  unit: pointFields.unit.default(''),
  enabled: enabled.default(true),
  bit: pointOptions.bit.default(null),
  byte: pointOptions.byte.default(null),
  length: pointOptions.length.default(null),
  encoding: pointOptions.encoding.default(null),
  count: pointOptions.count.default(null),
  precision: pointOptions.precision.default(null),
  valid_min: pointOptions.valid_min.default(null),
  valid_max: pointOptions.valid_max.default(null),
  linear: pointOptions.linear.default(null),
  enumeration: pointOptions.enumeration.default(null),
  period_ms: pointOptions.period_ms.default(null),
  report: pointOptions.report.default(null),
  writable: pointOptions.writable.default(false),
} as const;
export const pointCreateSchema = closedObject(pointInput).transform(placedPoint);

const { device_id: _, ...pointOfDevice } = pointInput;
/** A point whose device is known: all that a form asks for. */
export const devicePointSchema = closedObject(pointOfDevice).transform(placedPoint);

function placedPoint<
  Fields extends Omit<PointView, 'id' | 'device_id' | 'table' | 'address'> & {
    readonly table?: PointView['table'] | undefined;
    readonly address: number | string;
  },
>(fields: Fields, context: z.core.$RefinementCtx) {
  const place = parseAddress(fields.address, fields.table);
  if (place.ok && place.table) {
    const placed = { ...fields, table: place.table, address: place.address };
    addProblems(context, pointFaults(placed));
    return placed;
  }
  const message = 'is required, unless the address is in the classic notation ("40001")';
  addProblems(context, [place.ok ? { field: 'table', message } : place]);
  return z.NEVER;
}

const manyPoints = z.array(pointCreateSchema).min(1).max(10_000);
/** As the OpenAPI document has it. */
const described = (schema: z.ZodType) => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
};
/** One point, or many that are stored together or not at all. No union of both: its errors would not say where. */
export const pointCreateBodySchema = z
  .unknown()
  .transform((body, context): PointCreate | PointCreate[] => {
    const parsed = Array.isArray(body) ? manyPoints.safeParse(body) : pointCreateSchema.safeParse(body);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) {
      context.addIssue({ code: 'custom', path: path.map(String), message });
    }
    return z.NEVER;
  })
  .meta({ anyOf: [described(pointCreateSchema), described(manyPoints)] });
/** A partial change. Rules across fields are judged once the unchanged fields are known. */
export const pointPatchSchema = closedObject({ ...pointFields, ...pointOptions })
  .partial()
  .transform(({ address: notation, table, ...fields }, context): PointPatch => {
    if (notation === undefined) return { ...fields, ...(table ? { table } : {}) };
    const place = parseAddress(notation, table);
    if (place.ok) {
      return { ...fields, address: place.address, ...(place.table ? { table: place.table } : {}) };
    }
    addProblems(context, [place]);
    return z.NEVER;
  });
export const pointViewSchema = z.object({
  id,
  ...pointFields,
  ...pointOptions,
  code: code(point.code),
  address: point.address,
  scale: point.scale.unwrap(),
});

/** Answer to a creation or a change: what was stored, and what of the request may be a mistake. */
export const pointAnswerSchema = pointViewSchema.extend({ warnings: z.array(z.string()).optional() });

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
export const devicePageSchema = pageSchema(deviceViewSchema);
export const pointPageSchema = pageSchema(pointViewSchema);
export const taskPageSchema = pageSchema(taskViewSchema);

export type SiteCreate = z.infer<typeof siteCreateSchema>;
export type SitePatch = z.infer<typeof sitePatchSchema>;
export type SiteView = z.infer<typeof siteViewSchema>;
export type DeviceCreate = z.infer<typeof deviceCreateSchema>;
export type DevicePatch = z.infer<typeof devicePatchSchema>;
export type DeviceView = z.infer<typeof deviceViewSchema>;
export type DeviceDetail = z.infer<typeof deviceDetailSchema>;
export type PointCreate = z.infer<typeof pointCreateSchema>;
export type DevicePoint = z.infer<typeof devicePointSchema>;
export type PointPatch = { [Field in Exclude<keyof PointView, 'id'>]?: PointView[Field] | undefined };
export type PointView = z.infer<typeof pointViewSchema>;
export type TaskCreate = z.infer<typeof taskCreateSchema>;
export type TaskPatch = z.infer<typeof taskPatchSchema>;
export type TaskView = z.infer<typeof taskViewSchema>;

/** Fields of a point that do not go together: a 32-bit value cannot begin at the last register. */
export function pointFaults(fields: Omit<PointView, 'id' | 'device_id'>): readonly FieldProblem[] {
  return pointProblems(withoutNulls(fields));
}

/** Those that a change brings. What was stored by a release that did not look may stay, and does not keep the rest from being changed. */
export function newPointFaults(
  before: Omit<PointView, 'id'>,
  after: Omit<PointView, 'id'>,
): readonly FieldProblem[] {
  const old = pointFaults(before);
  return pointFaults(after).filter(
    ({ field, message }) => !old.some((each) => each.field === field && each.message === message),
  );
}

/** Fields of a device that do not go together. */
export function deviceFaults(fields: Omit<DeviceView, 'id'>): readonly FieldProblem[] {
  return deviceProblems({ ...fields, serial: fields.serial ?? undefined });
}

interface IssueSink {
  addIssue(issue: { code: 'custom'; path: string[]; message: string }): void;
}

function addProblems(context: IssueSink, problems: readonly FieldProblem[]): void {
  for (const { field, message } of problems) {
    context.addIssue({ code: 'custom', path: [field], message });
  }
}
