import * as z from 'zod';
import { parseUntrusted } from '../judgement/parse-untrusted.ts';

/** One life of a process that held a lease before the present holder. */
const formerLifeSchema = z.object({
  started_at: z.string(),
  /**
   * `ended`: it let go; `lost`: it was declared dead; `vanished`: its next life came before anybody had declared it
   * dead.
   */
  how: z.enum(['ended', 'lost', 'vanished']),
  over_at: z.string().optional(),
  last_renewed_at: z.string().optional(),
});
export type FormerLife = z.infer<typeof formerLifeSchema>;

/**
 * The fields of every lease's value. `given_up` is the end of a graceful drain, or the word of a supervisor that took
 * the lease from a dead holder: no process acts under this instance again.
 */
export const leaseValueSchema = z.looseObject({
  v: z.literal(1),
  /** Names one life of a process. */
  instance: z.string().min(1),
  state: z.enum(['active', 'draining', 'given_up']),
  /** With `draining`: the holder stays up, and its work is to be moved to others. */
  stays_up: z.boolean().optional(),
  /** With `stays_up`: trace of the request that asked for it. */
  traceparent: z.string().optional(),
  /**
   * Renewals arrive, but were not confirmed in time for a lease and its margin: no process acts on this renewal,
   * whatever becomes of it.
   */
  starved: z.literal(true).optional(),
  /** Counts renewals, so that every renewal changes the value. */
  renewals: z.int().nonnegative(),
  host: z.string(),
  /** When the present state began by the holder's clock. RFC 3339, as all times here. */
  state_since: z.string().optional(),
  /**
   * Set by a supervisor that gave away what the holder had, at this sequence of SESSIONS, and carried on by every
   * later holder: assignments up to it are void, whatever a look at the log still says of them.
   */
  void_up_to: z.int().nonnegative().optional(),
  /** Why a supervisor did so. Gone with the next holder. */
  fenced: z.enum(['dead', 'given_up']).optional(),
  /** When it was last renewed before that, by the broker's clock. */
  last_renewed_at: z.string().optional(),
  /** The last few former lives, newest first: nothing else records them. */
  lives: z.array(formerLifeSchema).optional(),
});
export type LeaseValue = z.infer<typeof leaseValueSchema>;
export type LeaseState = LeaseValue['state'];

export function parseLeaseValue(text: string): LeaseValue | undefined {
  return parseUntrusted(leaseValueSchema, text);
}
