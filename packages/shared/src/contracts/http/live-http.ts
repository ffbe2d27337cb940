import * as z from 'zod';
import { missCauses } from '../sample/sample.ts';
import { storableText } from './storable-text.ts';

/** A parameter that may be given several times. */
const several = z
  .union([storableText(128), z.array(storableText(128)).max(100)])
  .transform((values) => [values].flat().filter((text) => text !== ''))
  .optional();

export const liveQuerySchema = z.object({
  task: storableText(128)
    .transform((text) => text || undefined)
    .optional()
    .describe('Id or code of a task; all tasks when left out'),
  device: several.describe('Device codes; repeat the parameter for several'),
  point: several.describe(
    'Point codes; repeat the parameter for several. Misses of their devices come as well',
  ),
  lastEventId: z
    .string()
    .max(15)
    .optional()
    .describe('In place of the header Last-Event-ID, for clients that cannot set headers'),
});

/** Data of the event `sample`; the event's id is its sequence in SAMPLES. */
export const liveSampleSchema = z.object({
  sequence: z.int(),
  session_id: z.string(),
  task_id: z.string(),
  device_id: z.string(),
  device: z.string(),
  site: z.string(),
  collector_id: z.string(),
  epoch: z.int(),
  tick: z.int(),
  /** Last of the ticks that a miss answers for. */
  through_tick: z.int(),
  period_ms: z.int(),
  /**
   * Scheduled time of the tick (for what a subscribed device reports before that: time of the last value), and when the
   * reply was complete.
   */
  time: z.string(),
  read_at: z.string(),
  /** By point code; 64-bit integers without a scale in decimal, as text. */
  values: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  /** Codes of those that are outside their valid range or unknown to their enumeration. */
  uncertain: z.array(z.string()),
  /** Subscribed devices only: all values that came for a point, each with its own time; `values` has the last one. */
  changes: z
    .record(
      z.string(),
      z.array(
        z.object({
          time: z.string(),
          value: z.union([z.number(), z.boolean(), z.string()]),
          uncertain: z.boolean(),
        }),
      ),
    )
    .optional(),
  /** Subscribed devices only: why the last report about a point is no value. */
  bad: z.record(z.string(), z.string()).optional(),
  miss: z.object({ cause: z.enum(missCauses), detail: z.string() }).nullable(),
});
export type LiveSample = z.infer<typeof liveSampleSchema>;

/**
 * Data of the event `reset`: what is between `after` and the next sample is not sent here; point-history has it.
 * `gone`: the broker no longer holds it; `unknown`: it never had a sample with that id; `behind`: the client reads
 * more slowly than samples come, or was offline for too long.
 */
export const liveResetSchema = z.object({
  reason: z.enum(['gone', 'unknown', 'behind']),
  after: z.int(),
  continues_after: z.int(),
});
export type LiveReset = z.infer<typeof liveResetSchema>;
