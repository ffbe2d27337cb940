import * as z from 'zod';

/**
 * Live state of a session in the STATUS bucket under the task id, rewritten by its owner every few seconds.
 * Counters start at zero with each `instance` (collector process) and epoch; readers add them up.
 */
export const deviceStatuses = ['healthy', 'error', 'timeout', 'disconnected'] as const;
export type DeviceStatus = (typeof deviceStatuses)[number];

export const deviceHealthSchema = z.object({
  status: z.enum(deviceStatuses),
  consecutive_failures: z.int().nonnegative(),
  /** RFC 3339 or null when there was none. */
  last_success: z.string().nullable(),
  last_error: z.string().nullable(),
});
export type DeviceHealth = z.infer<typeof deviceHealthSchema>;

export const sessionStatusSchema = z.object({
  v: z.literal(1),
  session: z.string(),
  epoch: z.int().positive(),
  collector: z.string(),
  /** Names one life of a collector process. */
  instance: z.string(),
  /** `refused`: this collector cannot run the session; `detail` says why. */
  state: z.enum(['polling', 'released', 'refused']),
  detail: z.string(),
  /** Of a refusal: whether it may pass by itself. */
  cause: z.enum(['passing', 'permanent']).optional(),
  updated_at: z.string(),
  points_read: z.int().nonnegative(),
  error_count: z.int().nonnegative(),
  last_read_time: z.string().nullable(),
  /** By device code. */
  device_health: z.record(z.string(), deviceHealthSchema),
});
export type SessionLiveStatus = z.infer<typeof sessionStatusSchema>;
