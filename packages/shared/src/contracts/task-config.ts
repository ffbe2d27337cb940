import { dataTypes } from '@holdfast/driver/point.ts';
import { connectionSchema, modbusProtocols } from '@holdfast/driver-modbus/layout/connection.ts';
import { placeSchema } from '@holdfast/driver-modbus/layout/place.ts';
import * as z from 'zod';
import { idPattern } from './subjects.ts';

export {
  type DeviceProfile,
  deviceProfileSchema,
  excludedRangeSchema,
  type ModbusProtocol,
  modbusProtocols,
  type SerialLine,
  serialLineSchema,
} from '@holdfast/driver-modbus/layout/connection.ts';
export {
  type ByteOrder,
  byteOrders,
  type DataType,
  dataTypes,
  type RegisterTable,
  registerTables,
  type TextEncoding,
  textEncodings,
  valueCodes,
} from '@holdfast/driver-modbus/layout/point-layout.ts';

export const periodMsSchema = z.int().min(10).max(86_400_000);

/**
 * A reading is sent when it differs from the last one sent by more than a deadband, when its quality changes, and at
 * least every `heartbeat_ms`. Without a deadband any difference counts.
 */
export const reportByExceptionSchema = z.object({
  /** In engineering units. */
  deadband_absolute: z.number().nonnegative().optional(),
  /** Percent of the last value sent. */
  deadband_percent: z.number().min(0).max(100).optional(),
  heartbeat_ms: z.int().min(10).max(86_400_000).default(60_000),
});
export type ReportByException = z.infer<typeof reportByExceptionSchema>;

export const linearRangeSchema = z.object({
  raw_min: z.number(),
  raw_max: z.number(),
  eng_min: z.number(),
  eng_max: z.number(),
});

/** Point fields. `drivers/modbus/src/spec/point-rules.ts` says which go with which type. */
export const pointConfigSchema = z.object({
  /** Name of the value in samples and in the database. */
  code: z.string().min(1).max(128),
  name: z.string().max(256).default(''),
  ...placeSchema.shape,
  data_type: z.enum(dataTypes),
  /** engineering value = raw × scale + offset; booleans, texts and times are left alone. */
  scale: z.number().default(1),
  offset: z.number().default(0),
  count: z.int().min(1).max(2_000).optional(),
  precision: z.int().min(0).max(15).optional(),
  valid_min: z.number().optional(),
  valid_max: z.number().optional(),
  linear: linearRangeSchema.optional(),
  enumeration: z.record(z.string().max(20), z.string().max(256)).optional(),
  /** Whether operators may write it. */
  writable: z.boolean().optional(),
  unit: z.string().max(32).default(''),
  /** How often it is read; the task's period unless set. See `domain/rates`. */
  period_ms: periodMsSchema.optional(),
  /** Report by exception; without it every reading is sent. */
  report: reportByExceptionSchema.optional(),
});
export type PointConfig = z.infer<typeof pointConfigSchema>;

export const deviceConfigSchema = z.object({
  id: z.string().regex(idPattern),
  code: z.string().min(1).max(128),
  name: z.string().max(256).default(''),
  site_code: z.string().max(128).default(''),
  protocol: z.enum(modbusProtocols),
  ...connectionSchema.shape,
  /** Empty for a serial line. */
  host: connectionSchema.shape.host.unwrap(),
  timeout_ms: z.int().min(10).max(60_000).default(1000),
  /** Measurement in the time-series database; the device code unless set. */
  measurement: z.string().min(1).max(128).optional(),
  points: z.array(pointConfigSchema).min(1).max(10_000),
});
export type DeviceConfig = z.infer<typeof deviceConfigSchema>;

/**
 * The configuration snapshot that a session runs on, as it lies in TASK_CONFIGS under `<taskId>/<version>`.
 * A collector needs nothing else to poll.
 */
export const taskConfigSchema = z.object({
  schema_version: z.literal(1),
  task_id: z.string().regex(idPattern),
  task_code: z.string().min(1).max(128),
  task_name: z.string().max(256),
  config_version: z.int().positive(),
  /** The period of every point that sets none. */
  period_ms: periodMsSchema,
  /** Labels that the task's collector must have. */
  required_labels: z.record(z.string().max(64), z.string().max(128)).optional(),
  devices: z.array(deviceConfigSchema).min(1).max(10_000),
});
export type TaskConfig = z.infer<typeof taskConfigSchema>;

export function taskConfigKey(taskId: string, configVersion: number): string {
  return `${taskId}/${configVersion}`;
}

/** @param hash SHA-256 of the device as it lies there, in hexadecimal */
export function deviceConfigKey(hash: string): string {
  return `device/${hash}`;
}
