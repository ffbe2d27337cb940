import * as z from 'zod';
import { untrustedRecord } from '../judgement/parse-untrusted.ts';
import { wordsSchema } from './text.ts';

/** Most ranges that are reported for one device. */
export const learnedRangesOfDevice = 100;

/** Settings of a device's connection that would spare it the requests that it has refused, in its protocol's own fields. */
export const learnedLimitsSchema = z.looseObject({
  /** Places that the device does not have, or across which it cannot be read. */
  excluded: z
    .array(
      z.looseObject({
        /** Refused again after a pause, or beyond doubt at once: a device that starts up refuses much, too. */
        is_confirmed: z.boolean(),
      }),
    )
    .max(learnedRangesOfDevice)
    .default([]),
  /** Ranges for which there was no room. */
  left_out: z.int().positive().optional(),
});
export type LearnedLimits = z.infer<typeof learnedLimitsSchema>;

export const deviceStatuses = ['healthy', 'slow', 'error', 'timeout', 'disconnected'] as const;
export type DeviceStatus = (typeof deviceStatuses)[number];

/** Most ranges that are reported for all devices of a session together. */
export const learnedRangesOfSession = 2_000;

export const deviceHealthSchema = z.object({
  status: z.enum(deviceStatuses),
  consecutive_failures: z.int().nonnegative(),
  /** RFC 3339 or null when there was none. */
  last_success: z.string().nullable(),
  last_error: wordsSchema.nullable(),
  /** Share of the ticks of the last five minutes that were lost to overruns; left out where none was. */
  overrun_share: z.number().min(0).max(1).optional(),
  /** Values that it does not give although it gives others: how many, and some of them, the longest failing first. */
  failing_count: z.int().positive().optional(),
  failing_points: z.array(z.object({ code: z.string(), since: z.string(), error: wordsSchema })).optional(),
  /** Requests that were sent, or tried, under the present placement, and those of them that brought no value. */
  requests: z.int().nonnegative().optional(),
  failures: z
    .object({
      timeout: z.int().nonnegative(),
      connection: z.int().nonnegative(),
      exception: z.int().nonnegative(),
    })
    .optional(),
  /** Percentiles of the latest answers, estimated: off by a tenth at the most. */
  round_trip_ms: z.object({ p50: z.number(), p99: z.number() }).optional(),
  /** The code of the last refusal that it answered with, in words too. */
  last_exception: z.object({ code: z.int(), text: wordsSchema }).optional(),
  /** Refused requests: settings that would spare the device these, and points that it does not have. */
  learned: z.array(wordsSchema).optional(),
  learned_limits: learnedLimitsSchema.optional(),
});
export type DeviceHealth = z.infer<typeof deviceHealthSchema>;

/**
 * Live state of a session in the STATUS bucket under `<collectorId>.<taskId>`, rewritten by its owner every few seconds.
 * Counters start at zero with each `instance` (collector process) and epoch; readers add them up. With `parts`, so many
 * messages report it together: this one, and those under `<collectorId>.<taskId>.<part>` with the rest of the devices.
 */
export const sessionStatusSchema = z.object({
  v: z.literal(1),
  session: z.string(),
  epoch: z.int().positive(),
  collector: z.string(),
  /** Names one life of a collector process. */
  instance: z.string(),
  /** `refused`: this collector cannot run the session; `detail` says why. */
  state: z.enum(['polling', 'released', 'refused']),
  detail: wordsSchema,
  /** Refusals only: `passing` if it may pass by itself. */
  cause: z.enum(['passing', 'permanent']).optional(),
  /** Version of the configuration by which it is read, or will be once that is in force. */
  config_version: z.int().positive().optional(),
  /** A version by which it should be read, and why this collector cannot do so. */
  unable: z.object({ config_version: z.int().positive(), detail: wordsSchema }).optional(),
  updated_at: z.string(),
  points_read: z.int().nonnegative(),
  error_count: z.int().nonnegative(),
  last_read_time: z.string().nullable(),
  /** By device code. */
  device_health: untrustedRecord(deviceHealthSchema),
});
export type SessionLiveStatus = z.infer<typeof sessionStatusSchema>;

/** Most messages in which one session's live state may come. */
export const statusPartsAtMost = 256;

/** The first message of a live state, or the only one. */
export const statusHeadSchema = sessionStatusSchema.extend({
  parts: z.int().min(2).max(statusPartsAtMost).optional(),
});

/** Another one, with more devices. It belongs to the first one of the same instance, epoch and time. */
export const statusPartSchema = sessionStatusSchema.pick({
  v: true,
  epoch: true,
  collector: true,
  instance: true,
  updated_at: true,
  device_health: true,
});
