import * as z from 'zod';
import { traceParentField } from './trace-parent.ts';

/** A message on `assignments.<collectorId>.<taskId>`: a doorbell. The truth is SESSIONS. */
export const assignmentSchema = z.object({
  v: z.literal(1),
  session_id: z.string().min(1),
  task_id: z.string().min(1),
  config_version: z.int().positive(),
  epoch: z.int().positive(),
  /** Trace of the request that led to the placement. */
  traceparent: traceParentField,
});
export type Assignment = z.infer<typeof assignmentSchema>;
