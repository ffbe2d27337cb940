import * as z from 'zod';
import type { PlacementEvent } from '../domain/placement/events.ts';
import type { SessionEvent, SessionWarned } from '../domain/session/events.ts';
import { type Actor, actorSchema } from './actor.ts';
import { type CloudEvent, cloudEventSchema } from './cloud-event.ts';
import { toCamelCase, toSnakeCase } from './field-names.ts';
import { wordsSchema } from './text.ts';
import { parseTraceParent } from './trace-parent.ts';

/** Version of `data` that this release writes and reads; events of any other are unreadable. */
export const sessionEventVersion = 2;

const needs = z.object({
  labels: z.record(z.string(), z.string()),
  drivers: z.record(z.string(), z.string()).optional(),
  endpoints: z.array(z.string()),
});
const count = z.int().nonnegative();
const identity = {
  session_id: z.string().min(1),
  task_id: z.string().min(1),
  task_code: z.string(),
  config_version: z.int().positive(),
  started_at: z.string().min(1),
  by: z.string(),
  needs: needs.optional(),
  soft_limit_at: z.iso.datetime({ offset: true }).optional(),
  hard_limit_at: z.iso.datetime({ offset: true }).optional(),
};
const placed = {
  session_id: z.string().min(1),
  task_id: z.string().min(1),
  collector_id: z.string().min(1),
  refusals: z.int().nonnegative(),
};

const dataSchemas = {
  'session.started': z.object({ ...identity, metadata: z.record(z.string(), z.unknown()) }),
  'session.paused': z.object({ ...identity, reason: z.string() }),
  'session.resumed': z.object({
    ...identity,
    reason: z.enum(['resume', 'recover', 'restart']),
    attempt: z.int().positive().optional(),
  }),
  'session.reconfigured': z.object({
    ...identity,
    reason: wordsSchema,
    cause: z.enum(['requested', 'rolled_back']),
    status: z.enum(['running', 'paused']),
    running_since: z.int().positive().optional(),
    attempt: z.int().positive().optional(),
    from: z.object({ config_version: z.int().positive(), needs: needs.optional() }),
    effective_at: z.iso.datetime({ offset: true }),
    undo_until: z.iso.datetime({ offset: true }),
    change: z.object({ added: count, removed: count, changed: count, codes: z.array(z.string()) }),
  }),
  'session.stopped': z.object({ ...identity, reason: z.string() }),
  'session.failed': z.object({
    ...identity,
    reason: wordsSchema,
    cause: z.enum(['passing', 'permanent']).optional(),
    attempt: z.int().nonnegative().optional(),
  }),
  'session.assigned': z.object({
    ...placed,
    config_version: z.int().positive(),
    reason: z.enum(['start', 'recovery', 'failover', 'drain', 'rebalance', 'resume']),
  }),
  'session.released': z.object({
    ...placed,
    epoch: z.int().positive(),
    reason: z.enum(['refused', 'rebalance', 'drain', 'recovery_disabled']),
    detail: wordsSchema,
  }),
  'session.warned': z.object({
    session_id: z.string().min(1),
    task_id: z.string().min(1),
    by: z.string(),
    reason: z.string(),
    soft_limit_at: z.iso.datetime({ offset: true }),
  }),
} as const;

type LogEventType = keyof typeof dataSchemas;

export type SessionLogEvent = SessionEvent | PlacementEvent | SessionWarned;

export interface EventMetadata {
  /** The command's id; also the message id under which the event is published. */
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** The writer, as a URI reference: `/holdfast/api`. */
  readonly source: string;
  /** W3C: the request that it came from, directly or by way of another event. Older events have none. */
  readonly traceparent?: string | undefined;
  /**
   * Who gave the command, in `data.actor`; `by` is the same in one line. Services leave it out: there, `by` is the
   * service's name.
   */
  readonly actor?: Actor | undefined;
}

export type DecodedSessionEvent =
  | {
      readonly kind: 'lifecycle';
      readonly event: SessionEvent;
      readonly metadata: EventMetadata;
    }
  | {
      readonly kind: 'placement';
      readonly event: PlacementEvent;
      readonly metadata: EventMetadata;
    }
  | {
      readonly kind: 'warning';
      readonly event: SessionWarned;
      readonly metadata: EventMetadata;
    }
  /** Written by a newer release, or damaged. The reader continues and leaves this task alone. */
  | { readonly kind: 'unreadable'; readonly problem: string };

/** The data of an event, under the names that they have outside. */
export function dataOfEvent({ type: _, ...fields }: SessionLogEvent): Record<string, unknown> {
  const data = toSnakeCase(fields);
  // The only member whose own members have names to convert.
  if ('from' in fields) data.from = toSnakeCase(fields.from);
  return data;
}

export function encodeSessionEvent(
  event: SessionLogEvent,
  { id, time, source, traceparent, actor }: EventMetadata,
): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source,
    type: event.type,
    time,
    subject: event.sessionId,
    datacontenttype: 'application/json',
    ...(traceparent === undefined ? {} : { traceparent }),
    data: {
      schema_version: sessionEventVersion,
      ...dataOfEvent(event),
      ...(actor === undefined ? {} : { actor }),
    },
  };
}

export function decodeSessionEvent(message: unknown): DecodedSessionEvent {
  const envelope = cloudEventSchema.safeParse(message);
  if (!envelope.success) return unreadable(`not a CloudEvent: ${z.prettifyError(envelope.error)}`);
  const { id, time, source, type, data } = envelope.data;
  if (!isLogEventType(type)) return unreadable(`unknown event type ${type}`);
  const { schema_version } = data;
  if (schema_version > sessionEventVersion) {
    return unreadable(
      `${type} has schema version ${schema_version}, this release reads ${sessionEventVersion}: upgrade it`,
    );
  }
  if (schema_version < sessionEventVersion) {
    return unreadable(`${type} has schema version ${schema_version}, which no release wrote`);
  }
  const parsed = dataSchemas[type].safeParse(data);
  if (!parsed.success) return unreadable(`${type}: ${z.prettifyError(parsed.error)}`);
  const event = { type, ...toCamelCase(parsed.data), ...formerVersionIn(parsed.data) } as SessionLogEvent;
  const { traceparent } = envelope.data;
  const isTrace = parseTraceParent(traceparent) !== undefined;
  const actor = data.actor === undefined ? undefined : actorSchema.safeParse(data.actor).data;
  const metadata = {
    ...{ id, time, source },
    ...(isTrace && { traceparent: traceparent as string }),
    ...(actor && { actor }),
  };
  switch (event.type) {
    case 'session.assigned':
    case 'session.released':
      return { kind: 'placement', event, metadata };
    case 'session.warned':
      return { kind: 'warning', event, metadata };
    default:
      return { kind: 'lifecycle', event, metadata };
  }
}

function formerVersionIn(data: object): object {
  return 'from' in data && typeof data.from === 'object' && data.from ? { from: toCamelCase(data.from) } : {};
}

function isLogEventType(type: string): type is LogEventType {
  return Object.hasOwn(dataSchemas, type);
}

function unreadable(problem: string): DecodedSessionEvent {
  return { kind: 'unreadable', problem };
}
