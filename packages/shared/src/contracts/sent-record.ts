import * as z from 'zod';
import { parseUntrusted } from '../judgement/parse-untrusted.ts';

/**
 * One message on `sent.<collectorId>.<taskId>.<sender>`: up to which tick the broker has confirmed what one process sent of devices of a
 * session, under one epoch. Each message of a subject says all that those before it said, so that the newest is enough.
 * It is kept where samples that fill their stream cannot push it out.
 */
export const sentRecordSchema = z.object({
  v: z.literal(1),
  session: z.string().min(1),
  epoch: z.int().positive(),
  /** The process that sent the samples; another one may have found them. */
  collector: z.string(),
  /** Epoch of the same task under which the other process found them. */
  found_under: z.int().positive().optional(),
  /** Nothing more will come from it, except what was still on its way. */
  ended: z.boolean(),
  devices: z.array(
    z.object({
      /** Device code. */
      device: z.string(),
      period_ms: z.int().positive(),
      /** For every tick from this one on, up to `tick`, something was sent. */
      since_tick: z.int().nonnegative(),
      tick: z.int().nonnegative(),
    }),
  ),
});
export type SentRecord = z.infer<typeof sentRecordSchema>;
export type SentOfDevice = SentRecord['devices'][number];

export function encodeSentRecord(record: SentRecord): string {
  return JSON.stringify(record);
}

/** Undefined when it is no record of this version. */
export function decodeSentRecord(text: string): SentRecord | undefined {
  return parseUntrusted(sentRecordSchema, text);
}
