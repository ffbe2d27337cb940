import * as z from 'zod';

/** A message on `quarantine.<stream>`: what could not be processed, and why. */
export const quarantinedMessageSchema = z.object({
  v: z.literal(1),
  /** Stream that it came from, its subject and its sequence there: the first one where it was sent again in between. */
  stream: z.string(),
  subject: z.string(),
  sequence: z.int().nonnegative(),
  /**
   * How far the sender's clock was ahead of the broker's when it came, in ms; left out where the message did not say.
   */
  clock_ahead_ms: z.int().optional(),
  reason: z.string(),
  /** Its epoch, if SESSIONS no longer knows it since a restore: an engineer may vouch for it. */
  lost_epoch: z.int().positive().optional(),
  /** Only values of these points are here; the rest of their sample is stored. Left out for whole messages. */
  point_codes: z.array(z.string()).optional(),
  /** The message's body, or the beginning of one that was too long. */
  body: z.string(),
  /** RFC 3339. When it was put away. */
  time: z.string(),
});
export type QuarantinedMessage = z.infer<typeof quarantinedMessageSchema>;

/**
 * Longest part of a body that is kept; a body of this length is taken for cut off. A message may hold 1 MB; as text
 * within JSON it can grow sixfold, and must still fit into one message of QUARANTINE.
 */
export const quarantinedBodyLength = 128 * 1024;
