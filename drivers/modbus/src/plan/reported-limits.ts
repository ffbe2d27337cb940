import * as z from 'zod';
import { registerTables } from '../layout/point-layout.ts';

/** The most ranges that are reported for one device. */
export const learnedRangesOfDevice = 100;

/** Settings of a device that would spare it the requests that it has refused. */
export const learnedLimitsSchema = z.object({
  max_registers: z.int().min(1).max(125).optional(),
  max_bits: z.int().min(1).max(2_000).optional(),
  /** Registers or bits that the device lacks, or that no request may span. */
  excluded: z
    .array(
      z.object({
        table: z.enum(registerTables),
        from: z.int().min(0).max(65_535),
        to: z.int().min(0).max(65_535),
        /** Refused again after a pause, or refused beyond doubt: a device that starts up refuses much, too. */
        is_confirmed: z.boolean(),
      }),
    )
    .max(learnedRangesOfDevice),
  /** Number of ranges for which there was no room. */
  left_out: z.int().positive().optional(),
});
export type ReportedLimits = z.infer<typeof learnedLimitsSchema>;
