import * as z from 'zod';

/** Most devices that are reported, and most points of each. */
export const mostRefusedDevices = 100;
export const mostRefusedPoints = 20;

/** Values of one device of a session that go to quarantine because the database refuses them. */
export const refusedValuesSchema = z.object({
  session: z.string(),
  device: z.string(),
  /** The first ones of `points`. */
  point_codes: z.array(z.string()).max(mostRefusedPoints),
  points: z.int().positive(),
  /** Reason for the last ones, in the database's words. */
  reason: z.string(),
  since: z.string(),
  last: z.string(),
  /** Ticks since then that were refused, wholly or in part. */
  ticks: z.int().positive(),
});
export type RefusedValues = z.infer<typeof refusedValuesSchema>;

/** Most sessions and senders that are reported. */
export const mostRejectedSenders = 100;

/** Samples that name a session and are not its holder's. */
export const rejectedSamplesSchema = z.object({
  /** The session that they name. */
  session: z.string(),
  /** The collector that has published them, as the broker says. */
  source: z.string(),
  /** Reason of the last one. */
  reason: z.string(),
  since: z.string(),
  last: z.string(),
  samples: z.int().positive(),
});
export type RejectedSamples = z.infer<typeof rejectedSamplesSchema>;

/**
 * A writer's report on itself and its database in the SINKS bucket, under its instance, every few seconds. An old
 * `updated_at` means that the writer has gone. Counters begin at `started_at`, with the instance; readers add the
 * instances up.
 */
export const sinkStatusSchema = z.object({
  v: z.literal(1),
  /** Names one life of a writer process. */
  instance: z.string(),
  store: z.enum(['postgres', 'influx']),
  /** Whether this writer records what became of each tick; without that, gaps cannot be determined. */
  records_ticks: z.boolean(),
  /** RFC 3339, as all times here. */
  started_at: z.string(),
  updated_at: z.string(),
  /** Whether the database answered when it was last asked or written to. */
  reachable: z.boolean(),
  /** Since when writing fails, or null while it works. */
  failing_since: z.string().nullable(),
  last_error: z.object({ time: z.string(), code: z.string(), message: z.string() }).nullable(),
  last_write: z.string().nullable(),
  /** Over the last seconds. A sample is one device and tick, a value one point of it. */
  samples_per_s: z.number().nonnegative(),
  values_per_s: z.number().nonnegative(),
  /** From handing a batch to the database to its answer, retries included; null before the first. */
  batch_latency_ms: z
    .object({
      last: z.number().nonnegative(),
      /** Over the last batches. */
      mean: z.number().nonnegative(),
      max: z.number().nonnegative(),
    })
    .nullable(),
  samples_written: z.int().nonnegative(),
  values_written: z.int().nonnegative(),
  /** Samples of former owners: rejected. */
  samples_fenced: z.int().nonnegative(),
  /** Stored, but marked: the clock that their time comes from was far off. */
  samples_uncertain: z.int().nonnegative(),
  messages_quarantined: z.int().nonnegative(),
  values_quarantined: z.int().nonnegative(),
  /** Listed until the database takes values of these points, or for ten minutes after the last one. */
  refused: z.array(refusedValuesSchema).max(mostRefusedDevices),
  /** Devices for which there was no room. */
  refused_left_out: z.int().nonnegative(),
  /** Samples that were not their holder's: turned away, some of them kept in quarantine. */
  samples_rejected: z.int().nonnegative(),
  /** Rejected samples of the last ten minutes, the latest first. */
  rejected: z.array(rejectedSamplesSchema).max(mostRejectedSenders),
  rejected_left_out: z.int().nonnegative(),
  /** Attempts to write that failed and were, or will be, repeated. */
  failed_writes: z.int().nonnegative(),
});
export type SinkStatus = z.infer<typeof sinkStatusSchema>;
