import type { Actor } from '../contracts/actor.ts';
import { decodeAlarmEvent, encodeAlarmEvent } from '../contracts/alarm-events.ts';
import { subjects } from '../contracts/subjects.ts';
import {
  type Alarm,
  type AlarmEvent,
  type AlarmId,
  alarmIdText,
  evolveAlarm,
} from '../domain/alarm/alarm.ts';
import {
  type AlarmAction,
  type AlarmFinding,
  type AlarmRefusal,
  decideAlarm,
} from '../domain/alarm/decide.ts';
import { type EventStore, StoreUnavailable, VersionConflict } from '../event-store/event-store.ts';

/** An alarm as the log has it, and the sequence of its newest event. */
export interface StoredAlarm {
  readonly id: AlarmId;
  readonly alarm: Alarm;
  readonly sequence: number;
}

export interface AlarmCommandContext {
  /** Id of the command: a retry under the same id cannot store a second event. */
  readonly commandId: string;
  /** The writer, as a URI reference. */
  readonly source: string;
  /** RFC 3339, UTC. */
  readonly now: string;
  readonly traceparent?: string | undefined;
  readonly actor?: Actor | undefined;
}

export type AlarmCommandOutcome =
  | {
      readonly ok: true;
      readonly stored: StoredAlarm | undefined;
      /** The stored event; left out when there was nothing to do. */
      readonly event?: AlarmEvent;
    }
  | { readonly ok: false; readonly refusal: AlarmRefusal };

/** Appends again so often when other events of the alarm come first. */
const attempts = 5;

/**
 * Decides a command on an alarm by its newest event and appends the outcome.
 * @param last the alarm as the caller knows it; it is read unless it is given, or when it is out of date
 * @throws StoreUnavailable, AppendOutcomeUnknown
 */
export async function handleAlarmCommand(
  store: EventStore,
  id: AlarmId,
  {
    command,
    context,
    last,
  }: {
    readonly command: AlarmAction | AlarmFinding;
    readonly context: AlarmCommandContext;
    readonly last?: StoredAlarm | 'none' | undefined;
  },
): Promise<AlarmCommandOutcome> {
  let stored = last === undefined ? await loadAlarm(store, id) : last === 'none' ? undefined : last;
  for (let attempt = 1; ; attempt += 1) {
    const decision = decideAlarm(stored?.alarm, command);
    if (!decision.ok) return decision;
    const { event } = decision;
    if (!event) return { ok: true, stored };
    const { commandId, now: time, ...metadata } = context;
    const message = encodeAlarmEvent(id, event, { id: commandId, time, ...metadata });
    try {
      const sequence = await store.append(subjects.alarm(id), message, stored?.sequence ?? 0);
      return { ok: true, stored: { id, alarm: evolveAlarm(event, sequence), sequence }, event };
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt === attempts) throw error;
      stored = await loadAlarm(store, id);
    }
  }
}

/** @returns undefined for an alarm that was never raised. @throws StoreUnavailable, also for an event that this release cannot read */
export async function loadAlarm(store: EventStore, id: AlarmId): Promise<StoredAlarm | undefined> {
  const last = await store.readLast(subjects.alarm(id));
  if (!last) return undefined;
  const decoded = decodeAlarmEvent(last.message);
  if ('problem' in decoded) {
    throw new StoreUnavailable(
      `the newest event of the alarm ${alarmIdText(id)} cannot be read: ${decoded.problem}`,
    );
  }
  return { id, alarm: evolveAlarm(decoded.event, last.sequence), sequence: last.sequence };
}
