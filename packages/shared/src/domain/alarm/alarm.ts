import type { Text } from '@holdfast/texts/text.ts';

/** 1: nothing is acquired, or the condition is dangerous; 2: something is missing; 3: worth a look. */
export type Severity = 1 | 2 | 3;

/**
 * What can raise an alarm, with its severity and with the object that it is about.
 * - `task`, `device`, `collector`: its id
 * - `stream`: name of a stream
 * - `system`: always `holdfast`
 */
export const alarmSources = {
  event_log_damaged: { severity: 1, object: 'system' },
  session_failed: { severity: 1, object: 'task' },
  session_not_placed: { severity: 1, object: 'task' },
  session_not_read: { severity: 1, object: 'task' },
  store_failing: { severity: 1, object: 'system' },
  store_behind: { severity: 2, object: 'system' },
  stream_filling: { severity: 2, object: 'stream' },
  collector_lost: { severity: 2, object: 'collector' },
  device_silent: { severity: 2, object: 'device' },
  values_refused: { severity: 2, object: 'task' },
  collector_draining: { severity: 3, object: 'collector' },
  device_partly_failing: { severity: 3, object: 'device' },
  device_slow: { severity: 3, object: 'device' },
  quarantine_not_empty: { severity: 3, object: 'system' },
  session_time_limit: { severity: 3, object: 'task' },
} as const satisfies Record<string, { readonly severity: Severity; readonly object: string }>;

export type AlarmSource = keyof typeof alarmSources;
export const alarmSourceNames = Object.keys(alarmSources) as AlarmSource[];

/** The object of an alarm about the installation itself. */
export const systemObject = 'holdfast';

/** One rule for one object. Written `source:object`. */
export interface AlarmId {
  readonly source: AlarmSource;
  /** A token of a subject: an id, or the name of a stream. */
  readonly object: string;
}

export const alarmIdText = ({ source, object }: AlarmId): string => `${source}:${object}`;

/** @returns undefined for what is the id of no alarm */
export function parseAlarmId(text: string): AlarmId | undefined {
  const match = /^([a-z_]+):([A-Za-z0-9_-]{1,64})$/.exec(text);
  const [, source = '', object = ''] = match ?? [];
  return Object.hasOwn(alarmSources, source) ? { source: source as AlarmSource, object } : undefined;
}

/** As in ISA-18.2 and OPC UA Part 9. Shelving, suppression and doubt are independent of it. */
export const alarmStates = [
  'normal',
  'active_unacknowledged',
  'active_acknowledged',
  'cleared_unacknowledged',
] as const;
export type AlarmState = (typeof alarmStates)[number];

/** What an alarm is about. Fields that do not apply are left out. */
export interface AlarmAbout {
  /** Codes of the sites at which users must have rights to see it; empty: it concerns the whole installation. */
  readonly sites: readonly string[];
  readonly task_id?: string;
  readonly task_code?: string;
  readonly session_id?: string;
  readonly device_id?: string;
  readonly device_code?: string;
  readonly device_name?: string;
  readonly collector_id?: string;
}

/** Times here and below: RFC 3339, UTC. */
export interface Acknowledgement {
  readonly at: string;
  /** Name of the user. */
  readonly by: string;
  readonly comment: string;
}

export interface Shelving {
  readonly at: string;
  readonly until: string;
  readonly by: string;
  readonly reason: string;
}

/** Where an alarm stands. Field names are those of events and of the API. */
export interface Alarm {
  readonly state: AlarmState;
  readonly severity: Severity;
  /** What was wrong when it was raised. */
  readonly text: Text;
  readonly about: AlarmAbout;
  /** Sequence of the `alarm.raised` of the present occurrence, or of the last one. */
  readonly occurrence: number;
  /** Since when the condition has held, which may be long before the alarm was raised. */
  readonly active_since: string;
  readonly cleared_at: string | null;
  readonly acknowledged: Acknowledgement | null;
  readonly shelved: Shelving | null;
  /** Id of an active alarm that explains this one; it is recorded, and nobody is notified. */
  readonly suppressed_by: string | null;
  /** Its source cannot be observed now: it may be over, or not. */
  readonly is_uncertain: boolean;
}

export const isActive = ({ state }: Pick<Alarm, 'state'>): boolean =>
  state === 'active_unacknowledged' || state === 'active_acknowledged';

/** Whether a user still has to acknowledge it. */
export const isUnacknowledged = ({ state }: Pick<Alarm, 'state'>): boolean =>
  state === 'active_unacknowledged' || state === 'cleared_unacknowledged';

export const alarmEventTypes = [
  'alarm.raised',
  'alarm.cleared',
  'alarm.updated',
  'alarm.acknowledged',
  'alarm.shelved',
  'alarm.unshelved',
  'alarm.commented',
] as const;
export type AlarmEventType = (typeof alarmEventTypes)[number];

/**
 * Why an alarm was cleared. `recovered`: a reading or a fact shows that the condition is over; `ended`: the session was
 * stopped or paused; `removed`: the object is no longer configured.
 */
export const clearReasons = ['recovered', 'ended', 'removed'] as const;
export type ClearReason = (typeof clearReasons)[number];

/** A change of an alarm, with the complete state that results. */
export interface AlarmEvent {
  readonly type: AlarmEventType;
  /** In `alarm.raised`, `occurrence` is 0: the event does not know its own sequence. See {@link evolveAlarm}. */
  readonly alarm: Alarm;
  /** With `alarm.cleared`. */
  readonly reason?: ClearReason;
  /** With `alarm.commented`. */
  readonly comment?: string;
}

/** The newest event of an alarm is its state. */
export function evolveAlarm({ type, alarm }: AlarmEvent, sequence: number): Alarm {
  return type === 'alarm.raised' ? { ...alarm, occurrence: sequence } : alarm;
}
