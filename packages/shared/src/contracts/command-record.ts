import * as z from 'zod';

/** The record of a command that came with an Idempotency-Key. */
export const commandRecordSchema = z.object({
  v: z.literal(1),
  /** Hash of the request: the same key for another request is a mistake. */
  fingerprint: z.string(),
  /** Id of the event or of the audit entry that it leads to. */
  command_id: z.string(),
  /** Null as long as it is not known what came of it. */
  answer: z
    .object({ status: z.int(), location: z.string().nullable(), body: z.record(z.string(), z.unknown()) })
    .nullable(),
});
export type CommandRecord = z.infer<typeof commandRecordSchema>;
