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
  // What follows is left out by collectors of earlier releases.
  /** Requests that were sent, or tried, under the present placement, and those of them that brought no value. */
  requests: z.int().nonnegative().optional(),
  failures: z
    .object({
      timeout: z.int().nonnegative(),
      connection: z.int().nonnegative(),
      exception: z.int().nonnegative(),
    })
    .optional(),
  /** Of the latest answers, estimated: off by a tenth at the most. */
  round_trip_ms: z.object({ p50: z.number(), p99: z.number() }).optional(),
  /** The last Modbus exception that it answered with, in words too. */
  last_exception: z.object({ code: z.int(), text: z.string() }).optional(),
  /** What it refused to be asked: settings that would spare it these requests, and points that it does not have. */
  learned: z.array(z.string()).optional(),
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
