import * as z from 'zod';
import { collectorLoadSchema } from '../collector-load.ts';
import { closedObject } from './closed-object.ts';
import { pageQuery, pageSchema } from './page.ts';
import { storableText } from './storable-text.ts';
import { timeText } from './time-texts.ts';

/**
 * - `active`: it takes work
 * - `silent`: it has given no sign of life for 15 s, and it has not been declared dead yet
 * - `draining`: others take its sessions, or it is about to end
 * - `drained`: it has no session left, stays up, and gets none
 * - `ended`: it has let go of everything
 * - `lost`: it was declared dead, and others have its sessions; or it has none and has been silent for a minute
 */
export const collectorStates = ['active', 'silent', 'draining', 'drained', 'ended', 'lost'] as const;
export type CollectorState = (typeof collectorStates)[number];

/** A life of a collector before its present one. */
const formerLifeSchema = z.object({
  started_at: z.string(),
  /** `ended`: it let go of everything; `lost`: it was declared dead; `vanished`: it was restarted before that. */
  how: z.enum(['ended', 'lost', 'vanished']),
  /** When that was, as far as is known. */
  over_at: z.string().nullable(),
  last_heartbeat_at: z.string().nullable(),
});

export const collectorSchema = z.object({
  id: z.string(),
  state: z.enum(collectorStates),
  /** When that began, or null if it is not known. */
  state_since: z.string().nullable(),
  host: z.string(),
  /** Its release, or null if it did not report one. */
  version: z.string().nullable(),
  started_at: z.string(),
  /** The last five lives before this one, newest first. */
  former_lives: z.array(formerLifeSchema),
  /** When it renewed its lease last, by the clock of NATS. */
  last_heartbeat_at: z.string().nullable(),
  /** How many sessions it may hold, how many it has, their devices, and the values that these give when all answer. */
  capacity: z.int(),
  sessions: z.int(),
  devices: z.int(),
  planned_values_per_s: z.number(),
  /** Its own report on how busy it is, and when it made that; null without one, and once the collector is gone. */
  load: collectorLoadSchema.extend({ reported_at: z.string() }).nullable(),
  /** Labels that tasks may require of it. */
  labels: z.record(z.string(), z.string()),
  /** Protocols of the devices that it may be given. */
  drivers: z.array(z.string()),
});
export type CollectorView = z.infer<typeof collectorSchema>;

export const collectorsSchema = z.object({
  as_of: z.string(),
  /** The release of this API, to compare with theirs. */
  version: z.string(),
  results: z.array(collectorSchema),
});
export type CollectorsView = z.infer<typeof collectorsSchema>;

export const moveReasons = ['failover', 'drain', 'rebalance'] as const;

/** Sessions that went from one collector to others for one reason, within a minute of each other. */
export const collectorMoveSchema = z.object({
  /** When the first of them was placed again, and the last. */
  from: z.string(),
  to: z.string(),
  /** `failover`: it was lost; `drain`: it was asked to let go, or ended; `rebalance`: others held fewer. */
  reason: z.enum(moveReasons),
  former: z.string(),
  takers: z.array(z.object({ collector_id: z.string(), sessions: z.int() })),
  sessions: z.int(),
  /** The first 20 of them. */
  session_ids: z.array(z.string()),
});
export type CollectorMove = z.infer<typeof collectorMoveSchema>;

export const collectorMovesSchema = pageSchema(collectorMoveSchema).extend({
  /** Whether there are earlier ones that were not looked at: ask with an earlier `to`. */
  left_out: z.boolean(),
});
export type CollectorMoves = z.infer<typeof collectorMovesSchema>;

export const collectorMovesQuerySchema = z.object({
  ...pageQuery,
  from: timeText('From this time on: `now`, a time ago like `-7d` (s, m, h, d, w), or RFC 3339'),
  to: timeText('Up to this time'),
  collector: storableText(128)
    .transform((text) => text.trim() || undefined)
    .optional()
    .describe('Id of a collector that gave or took them'),
});

/** `force`: also when no other collector can take all of its sessions. */
export const drainBodySchema = closedObject({ force: z.boolean() }).partial().nullish();

export const drainedSchema = z.object({
  id: z.string(),
  state: z.enum(['active', 'draining']),
  /** How many sessions it read when it was asked. */
  sessions: z.int(),
  detail: z.string(),
});
