import * as z from 'zod';
import { closedObject } from './closed-object.ts';

export const collectorsSchema = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      /** `given_up`: it has ended, or the supervisor has declared it dead. */
      state: z.enum(['active', 'draining', 'given_up']),
      host: z.string(),
      started_at: z.string(),
      /** How many sessions it may hold, and how many it has. */
      capacity: z.int(),
      sessions: z.int(),
      labels: z.record(z.string(), z.string()),
    }),
  ),
});

/** `force`: also when nobody else can take all of its sessions. */
export const drainBodySchema = closedObject({ force: z.boolean() }).partial().nullish();

export const drainedSchema = z.object({
  id: z.string(),
  state: z.enum(['active', 'draining']),
  /** How many it read when it was asked. */
  sessions: z.int(),
  detail: z.string(),
});
