import * as z from 'zod';

/** A tick whose first request goes out so much later than it should counts as late. */
export const lateTickMs = 100;

/** How busy a collector is, over the last minute or since its start. */
export const collectorLoadSchema = z.object({
  values_per_s: z.number().nonnegative(),
  ticks_per_s: z.number().nonnegative(),
  /** Share of the ticks that were begun 100 ms or more after their time. */
  late_share: z.number().min(0).max(1),
  /** Processor time in parts of one core. */
  cpu_share: z.number().nonnegative(),
  /** Resident memory, now. */
  memory_bytes: z.int().nonnegative(),
});
export type CollectorLoad = z.infer<typeof collectorLoadSchema>;
