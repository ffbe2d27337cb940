import * as z from 'zod';
import { byteOrders, dataTypes, registerTables } from '../domain/register/point-layout.ts';
import { idPattern } from './subjects.ts';

export {
  type ByteOrder,
  byteOrders,
  type DataType,
  dataTypes,
  type RegisterTable,
  registerTables,
} from '../domain/register/point-layout.ts';

export const pointConfigSchema = z.object({
  /** Name of the value in samples and in the database. */
  code: z.string().min(1).max(128),
  name: z.string().max(256).default(''),
  table: z.enum(registerTables),
  /** Zero-based protocol address, 0…65535. */
  address: z.int().min(0).max(65535),
  data_type: z.enum(dataTypes),
  byte_order: z.enum(byteOrders).default('ABCD'),
  /** engineering value = raw × scale + offset; booleans are left alone. */
  scale: z.number().default(1),
  offset: z.number().default(0),
  unit: z.string().max(32).default(''),
});
export type PointConfig = z.infer<typeof pointConfigSchema>;

export const deviceConfigSchema = z.object({
  id: z.string().regex(idPattern),
  code: z.string().min(1).max(128),
  name: z.string().max(256).default(''),
  site_code: z.string().max(128).default(''),
  protocol: z.literal('modbus_tcp'),
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65535).default(502),
  unit_id: z.int().min(0).max(255).default(1),
  timeout_ms: z.int().min(10).max(60_000).default(1000),
  /** Largest read that the device answers; the specification's limits are 125 registers and 2000 bits. */
  max_registers: z.int().min(1).max(125).default(125),
  max_bits: z.int().min(1).max(2000).default(2000),
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
  period_ms: z.int().min(10).max(86_400_000),
  /** Labels that the task's collector must have. */
  required_labels: z.record(z.string().max(64), z.string().max(128)).optional(),
  devices: z.array(deviceConfigSchema).min(1).max(10_000),
});
export type TaskConfig = z.infer<typeof taskConfigSchema>;

export function taskConfigKey(taskId: string, configVersion: number): string {
  return `${taskId}/${configVersion}`;
}
