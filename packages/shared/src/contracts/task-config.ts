import * as z from 'zod';
import { deviceConfigSchema, periodMsSchema } from './device.ts';
import { idPattern } from './subjects.ts';

export {
  type DataType,
  type DeviceConfig,
  dataTypes,
  deviceConfigSchema,
  isWholeNumber,
  type PointConfig,
  type ReportByException,
  valueCodes,
} from './device.ts';

/** Most devices of a task. */
export const taskDevicesAtMost = 10_000;

/**
 * The configuration snapshot that a session runs on, as it is stored in TASK_CONFIGS under `<taskId>/<version>`.
 * A collector needs nothing else to poll.
 */
export const taskConfigSchema = z.object({
  schema_version: z.literal(3),
  task_id: z.string().regex(idPattern),
  task_code: z.string().min(1).max(128),
  task_name: z.string().max(256),
  config_version: z.int().positive(),
  /** The period of every point that sets none. */
  period_ms: periodMsSchema,
  /** Labels that the task's collector must have. */
  required_labels: z.record(z.string().max(64), z.string().max(128)).optional(),
  devices: z.array(deviceConfigSchema).min(1).max(taskDevicesAtMost),
});
export type TaskConfig = z.infer<typeof taskConfigSchema>;

export function taskConfigKey(taskId: string, configVersion: number): string {
  return `${taskId}/${configVersion}`;
}

/** @param hash SHA-256 of the device as it is stored there, in hexadecimal */
export function deviceConfigKey(hash: string): string {
  return `device/${hash}`;
}
