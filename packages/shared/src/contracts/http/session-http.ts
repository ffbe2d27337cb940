import { schemaMessage } from '@holdfast/texts/schema-message.ts';
import type { Text } from '@holdfast/texts/text.ts';
import * as z from 'zod';
import { refusedValuesSchema } from '../sink-status.ts';
import { fieldText } from '../words/field-texts.ts';
import { closedObject } from './closed-object.ts';
import { commaList } from './comma-list.ts';
import { startValidations, startValidationViewSchema } from './device-call-http.ts';
import { pageQuery, pageSchema } from './page.ts';
import { shownHealthSchema } from './shown-health-http.ts';
import { isStorableText, storableText } from './storable-text.ts';
import { timeText } from './time-texts.ts';

/** Metadata travels in the session's first event and must leave room in a message of 1 MB. */
const maxMetadataBytes = 16_384;
const maxDepth = 16;

/** JSON with the key __proto__ is not taken. */
const metadataKey = z.string().meta({ not: { const: '__proto__' } });

/** Data that a user attaches to a session: any JSON object of a bounded size that every database can store. */
const userMetadataSchema = z.record(metadataKey, z.unknown()).superRefine((metadata, context) => {
  const problem = problemOf(metadata, 0);
  if (problem) context.addIssue({ code: 'custom', message: schemaMessage(problem) });
  else if (new TextEncoder().encode(JSON.stringify(metadata)).length > maxMetadataBytes) {
    context.addIssue({
      code: 'custom',
      message: schemaMessage(fieldText('json_too_large', { bytes: maxMetadataBytes })),
    });
  }
});

function problemOf(value: unknown, depth: number): Text | undefined {
  if (typeof value === 'string') {
    return isStorableText(value) ? undefined : fieldText('no_surrogate_halves');
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= maxDepth) return fieldText('too_many_levels', { levels: maxDepth });
  for (const [key, inner] of Object.entries(value)) {
    const problem = problemOf(key, depth) ?? problemOf(inner, depth + 1);
    if (problem) return problem;
  }
  return undefined;
}

export const sessionStatuses = ['running', 'paused', 'stopped', 'error'] as const;

/** Where a running session is polled. All other sessions have no placement. */
export const placementViewSchema = z.object({
  /**
   * `waiting`: no collector that is up has it; the supervisor will give it to one, and `detail` says why it could not
   * yet. `awaiting_recovery`: it ran before a restart and automatic recovery is off; it waits for `POST
   * …/{id}/recover/`.
   */
  state: z.enum(['placed', 'waiting', 'awaiting_recovery']),
  collector_id: z.string().nullable(),
  epoch: z.int().nullable(),
  since: z.string().nullable(),
  detail: z.string(),
});
export type PlacementView = z.infer<typeof placementViewSchema>;

/** A session as every call answers it. Times are RFC 3339 in UTC. */
export const sessionViewSchema = z.object({
  /** `<task id>-<run>`. */
  id: z.string(),
  task_id: z.int(),
  task_code: z.string(),
  task_name: z.string(),
  status: z.enum(sessionStatuses),
  started_at: z.string(),
  stopped_at: z.string().nullable(),
  /** From the start to the stop, or to now; pauses count. */
  duration_seconds: z.number().nonnegative(),
  config_version: z.int(),
  collector_id: z.string().nullable(),
  epoch: z.int().nullable(),
  placement: placementViewSchema.nullable(),
  error_message: z.string().nullable(),
  /** Status `error` only. `passing`: it is retried automatically; `permanent`: a change is needed first. */
  error_cause: z.enum(['passing', 'permanent']).nullable(),
  /** When the supervisor tries it again, or null if it does not. */
  next_try_at: z.string().nullable(),
  /** When it has taken so long that people are warned, by its task's `max_duration` at the start; null without. */
  soft_limit_at: z.string().nullable(),
  /** When it is stopped at the latest, with the reason `time limit`. */
  hard_limit_at: z.string().nullable(),
  /** When the warning was given. */
  warned_at: z.string().nullable(),
  /** Status `stopped` only: who stopped it (`supervisor` at its hard limit), and why. */
  stopped_by: z.string().nullable(),
  stop_reason: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
});
export type SessionView = z.infer<typeof sessionViewSchema>;

/** A session as lists show it. */
export const listedSessionSchema = sessionViewSchema.extend({
  /**
   * Whether its task is configured otherwise by now, see `POST …/{id}/reconfigure/`; ranges that sessions have learned
   * do not count. Null for a session that is over, and where it is unknown.
   */
  is_newer_configured: z.boolean().nullable(),
});
export type ListedSession = z.infer<typeof listedSessionSchema>;

/** Answer to a command on a session. `detail` says in words what happened. */
export const commandedSessionSchema = sessionViewSchema.extend({ detail: z.string() });
export type CommandedSession = z.infer<typeof commandedSessionSchema>;

/**
 * Whether what a running session reads is in the database. `refused_in_part`: values of some points go to quarantine;
 * `not_stored`: nothing that was read or missed lately is on record, although the writer is through with it; `unknown`: it may
 * still be on its way, or it is not recorded.
 */
export const storingSchema = z.object({
  state: z.enum(['stored', 'refused_in_part', 'not_stored', 'unknown']),
  detail: z.string(),
  /** Scheduled time of the youngest tick on record: of values, or of a miss and its cause. */
  last_stored: z.string().nullable(),
  /** Values that the database refuses, by device. */
  refused: z.array(refusedValuesSchema),
});
export type Storing = z.infer<typeof storingSchema>;

/** Counters are sums over all collectors that have held the session; they are refreshed every few seconds. */
export const sessionLiveViewSchema = listedSessionSchema.extend({
  /** The same as `id`. */
  session_id: z.string(),
  points_read: z.int(),
  error_count: z.int(),
  last_read_time: z.string().nullable(),
  /** Null for a session that does not run. */
  storing: storingSchema.nullable(),
  /** The session's own metadata and, under `device_health`, the health of each device by its code. */
  metadata: z.looseObject({ device_health: z.record(z.string(), shownHealthSchema) }),
});
export type SessionLiveView = z.infer<typeof sessionLiveViewSchema>;

export const sessionQuerySchema = z.object({
  at: timeText(
    'Asks for the session as it was then: `now`, a time ago like `-30m` (s, m, h, d, w), or RFC 3339. Not in the future',
  ),
});

/** `at` and `last_sequence` are there when an earlier time was requested. */
export const sessionThenOrNowSchema = sessionViewSchema.extend({
  at: z.string().optional(),
  /** Place in the SESSIONS stream of the session's last event by then. */
  last_sequence: z.int().optional(),
});
export type SessionThenOrNow = z.infer<typeof sessionThenOrNowSchema>;

export const sessionEventViewSchema = z.object({
  /** Place in the SESSIONS stream. */
  sequence: z.int(),
  session_id: z.string().nullable(),
  type: z.string(),
  time: z.string().nullable(),
  source: z.string().nullable(),
  /** The event's data in the current schema version; as it was stored when `problem` is set. */
  data: z.unknown(),
  /**
   * The reason, if a collector or the supervisor gives one: in the language asked for, while `data` has it as it is
   * stored.
   */
  told: z.string().nullable(),
  /** Why this release cannot read the event, null when it can. */
  problem: z.string().nullable(),
});
export type SessionEventView = z.infer<typeof sessionEventViewSchema>;

export const sessionPageSchema = pageSchema(listedSessionSchema);
/**
 * A bare array, so that scripts can count it: `jq length`. When a page is requested, the header `Link` has the next one.
 */
export const activeSessionsSchema = z.array(listedSessionSchema);
export const sessionEventPageSchema = pageSchema(sessionEventViewSchema);

const ignored = z
  .union([z.string().max(500), z.int()])
  .nullish()
  .meta({ deprecated: true, description: 'Ignored; `detail` of the answer says so' });
/** Fields that scripts of the former system send. */
export const ignoredAtStart = { worker_identifier: ignored, config_version_id: ignored } as const;

export const startTaskBodySchema = closedObject({
  /** Integer; its decimal text is taken as well. */
  task_id: z.union([z.int().positive(), z.string().regex(/^[1-9][0-9]{0,14}$/)], {
    error: () => schemaMessage(fieldText('task_id_rule')),
  }),
  metadata: userMetadataSchema.nullish(),
  /** Whether the devices are read once before anything is started; takes 5 s at most. */
  validate: z.enum(startValidations).default('skip'),
  ...ignoredAtStart,
});

export const startedTaskSchema = z.object({
  session_id: z.string(),
  task_code: z.string(),
  status: z.enum(sessionStatuses),
  config_version: z.int(),
  detail: z.string(),
  /** Result of the validation, or null if it was skipped. */
  validation: startValidationViewSchema.nullable(),
});
export type StartedTask = z.infer<typeof startedTaskSchema>;

const eventTypes = [
  'started',
  'paused',
  'resumed',
  'reconfigured',
  'stopped',
  'failed',
  'assigned',
  'released',
  'warned',
] as const;

export const sessionEventsQuerySchema = z.object({
  ...pageQuery,
  order: z.enum(['oldest', 'newest']).default('oldest').describe('Which come first'),
  type: commaList(eventTypes)
    .optional()
    .describe(
      'One type without `session.`, or several with commas between them; an empty one filters nothing',
    ),
  from: timeText('Events from this time on: `now`, a time ago like `-8h` (s, m, h, d, w), or RFC 3339'),
  to: timeText('Events before this time'),
  only: z
    .enum(['abnormal'])
    .optional()
    .describe(
      '`abnormal`: failures and new tries, holders that were lost or refused, time limits, and what this release cannot read',
    ),
});

/** Bodies of commands on a session are optional as a whole. */
export const reasonBodySchema = closedObject({ reason: storableText(500).nullish() }).nullish();

const activeStatuses = ['running', 'paused'] as const;

export const activeSessionsQuerySchema = z.object({
  status: commaList(activeStatuses, () => schemaMessage(fieldText('active_statuses_rule')))
    .optional()
    .transform((statuses) => statuses ?? ['running' as const])
    .describe('`running` unless given, `paused`, or both with a comma between them'),
  limit: pageQuery.limit
    .removeDefault()
    .optional()
    .describe('All without it; else as many at most, and the header `Link` has the next page'),
  cursor: pageQuery.cursor.describe('From the header `Link` of the page before'),
});

export const sessionListQuerySchema = z.object({
  ...pageQuery,
  status: commaList(sessionStatuses)
    .optional()
    .describe('One status, or several with commas between them; an empty one filters nothing'),
  task: storableText(128)
    .transform((text) => text || undefined)
    .optional()
    .describe('Id or code of a task; an empty one filters nothing'),
});
