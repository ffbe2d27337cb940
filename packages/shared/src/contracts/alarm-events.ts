import * as z from 'zod';
import {
  type Alarm,
  type AlarmEvent,
  type AlarmId,
  alarmEventTypes,
  alarmIdText,
  alarmStates,
  clearReasons,
  parseAlarmId,
} from '../domain/alarm/alarm.ts';
import { type Actor, actorSchema } from './actor.ts';
import { type CloudEvent, cloudEventSchema } from './cloud-event.ts';
import { textSchema } from './text.ts';

/** Version of `data` that this release writes and reads. */
export const alarmEventVersion = 1;

const time = z.iso.datetime({ offset: true });
const id = z.string().min(1).max(128).optional();

export const alarmAboutSchema = z.object({
  sites: z.array(z.string().max(128)).max(1_000),
  task_id: id,
  task_code: id,
  session_id: id,
  device_id: id,
  device_code: id,
  device_name: z.string().max(256).optional(),
  collector_id: id,
});

/** The fields of an alarm's state but its text, which the API puts into words. */
export const alarmFields = {
  state: z.enum(alarmStates),
  severity: z.literal([1, 2, 3]),
  occurrence: z.int().nonnegative(),
  active_since: time,
  cleared_at: time.nullable(),
  acknowledged: z.object({ at: time, by: z.string(), comment: z.string() }).nullable(),
  shelved: z.object({ at: time, until: time, by: z.string(), reason: z.string() }).nullable(),
  suppressed_by: z.string().nullable(),
  is_uncertain: z.boolean(),
};

const dataSchema = z.object({
  schema_version: z.literal(alarmEventVersion),
  alarm: z.object({ ...alarmFields, about: alarmAboutSchema, text: textSchema }),
  reason: z.enum(clearReasons).optional(),
  comment: z.string().optional(),
  actor: actorSchema.optional(),
});

export interface AlarmEventMetadata {
  /** Also the message id under which the event is published. */
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** The writer, as a URI reference: `/holdfast/alarms`. */
  readonly source: string;
  readonly traceparent?: string | undefined;
  /** The user whose action it is. Services leave it out. */
  readonly actor?: Actor | undefined;
}

/** A CloudEvent whose subject is the alarm's id. */
export function encodeAlarmEvent(
  alarm: AlarmId,
  { type, ...fields }: AlarmEvent,
  { id, time, source, traceparent, actor }: AlarmEventMetadata,
): CloudEvent {
  return {
    specversion: '1.0',
    ...{ id, source, type, time },
    subject: alarmIdText(alarm),
    datacontenttype: 'application/json',
    ...(traceparent !== undefined && { traceparent }),
    data: { schema_version: alarmEventVersion, ...fields, ...(actor && { actor }) },
  };
}

export interface DecodedAlarmEvent {
  readonly id: AlarmId;
  readonly event: AlarmEvent;
  readonly metadata: AlarmEventMetadata;
}

/** @returns why the message cannot be read, for one that was written by another release or is damaged */
export function decodeAlarmEvent(message: unknown): DecodedAlarmEvent | { readonly problem: string } {
  const envelope = cloudEventSchema.safeParse(message);
  if (!envelope.success) return { problem: `not a CloudEvent: ${z.prettifyError(envelope.error)}` };
  const { id, time, source, type, subject, traceparent } = envelope.data;
  const alarmId = parseAlarmId(subject);
  const known = alarmEventTypes.find((each) => each === type);
  if (!alarmId || !known) return { problem: `unknown alarm ${subject} or event type ${type}` };
  const parsed = dataSchema.safeParse(envelope.data.data);
  if (!parsed.success) return { problem: `${type}: ${z.prettifyError(parsed.error)}` };
  const { alarm, reason, comment, actor } = parsed.data;
  return {
    id: alarmId,
    event: {
      type: known,
      alarm: alarm as Alarm,
      ...(reason !== undefined && { reason }),
      ...(comment !== undefined && { comment }),
    },
    metadata: {
      ...{ id, time, source },
      ...(typeof traceparent === 'string' && { traceparent }),
      ...(actor && { actor }),
    },
  };
}
