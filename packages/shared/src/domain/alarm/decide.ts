import type { Text } from '@holdfast/texts/text.ts';
import type { Alarm, AlarmAbout, AlarmEvent, ClearReason, Severity } from './alarm.ts';
import { isActive, isUnacknowledged } from './alarm.ts';

/** A condition that holds now. */
export interface AlarmCondition {
  readonly severity: Severity;
  readonly text: Text;
  readonly about: AlarmAbout;
  /** RFC 3339, UTC, as all times here. */
  readonly activeSince: string;
}

/** What a user may do. Time comes with the command. */
export type AlarmAction =
  | {
      readonly type: 'acknowledge';
      /** The occurrence that the user has seen; left out, whichever there is. */
      readonly occurrence?: number | undefined;
      readonly by: string;
      readonly comment: string;
      readonly now: string;
    }
  | {
      readonly type: 'shelve';
      readonly by: string;
      readonly reason: string;
      readonly until: string;
      readonly now: string;
    }
  | { readonly type: 'unshelve' }
  | { readonly type: 'comment'; readonly comment: string };

/** What the evaluator finds out. */
export type AlarmFinding =
  | { readonly type: 'raise'; readonly condition: AlarmCondition; readonly suppressedBy: string | null }
  | { readonly type: 'clear'; readonly at: string; readonly reason: ClearReason }
  | {
      readonly type: 'observe';
      readonly isUncertain: boolean;
      readonly suppressedBy: string | null;
    };

export type AlarmRefusal =
  | { readonly code: 'alarm_not_found' }
  /** It was raised again since the user saw it. */
  | { readonly code: 'alarm_raised_again'; readonly occurrence: number }
  | { readonly code: 'alarm_shelved_too_long'; readonly hours: number }
  | { readonly code: 'alarm_shelved_until_past'; readonly until: string };

/** No event is a success that had nothing to do. */
export type AlarmDecision =
  | { readonly ok: true; readonly event: AlarmEvent | undefined }
  | { readonly ok: false; readonly refusal: AlarmRefusal };

export const shelvedHoursAtMost = 24;

const nothingToDo: AlarmDecision = { ok: true, event: undefined };
const accept = (event: AlarmEvent): AlarmDecision => ({ ok: true, event });
const refuse = (refusal: AlarmRefusal): AlarmDecision => ({ ok: false, refusal });

/** @param alarm undefined when it was never raised */
export function decideAlarm(alarm: Alarm | undefined, command: AlarmAction | AlarmFinding): AlarmDecision {
  if (command.type === 'raise') return raised(alarm, command);
  if (!alarm) return isFinding(command) ? nothingToDo : refuse({ code: 'alarm_not_found' });
  switch (command.type) {
    case 'clear':
      return cleared(alarm, command);
    case 'observe': {
      const { isUncertain: is_uncertain, suppressedBy: suppressed_by } = command;
      const isKnown = is_uncertain === alarm.is_uncertain && suppressed_by === alarm.suppressed_by;
      if (!isActive(alarm) || isKnown) return nothingToDo;
      return accept({ type: 'alarm.updated', alarm: { ...alarm, is_uncertain, suppressed_by } });
    }
    case 'acknowledge':
      return acknowledged(alarm, command);
    case 'shelve':
      return shelved(alarm, command);
    case 'unshelve':
      if (!alarm.shelved) return nothingToDo;
      return accept({ type: 'alarm.unshelved', alarm: { ...alarm, shelved: null } });
    case 'comment':
      return accept({ type: 'alarm.commented', alarm, comment: command.comment });
    default:
      return command satisfies never;
  }
}

const isFinding = ({ type }: AlarmAction | AlarmFinding) => type === 'clear' || type === 'observe';

type Command<T extends (AlarmAction | AlarmFinding)['type']> = Extract<
  AlarmAction | AlarmFinding,
  { type: T }
>;

function raised(alarm: Alarm | undefined, { condition, suppressedBy }: Command<'raise'>): AlarmDecision {
  if (alarm && isActive(alarm)) return nothingToDo;
  const { severity, text, about, activeSince } = condition;
  return accept({
    type: 'alarm.raised',
    alarm: {
      state: 'active_unacknowledged',
      severity,
      text,
      about,
      occurrence: 0,
      active_since: activeSince,
      cleared_at: null,
      acknowledged: null,
      shelved: alarm?.shelved ?? null,
      suppressed_by: suppressedBy,
      is_uncertain: false,
    },
  });
}

function cleared(alarm: Alarm, { at, reason }: Command<'clear'>): AlarmDecision {
  if (!isActive(alarm)) return nothingToDo;
  const state = alarm.state === 'active_acknowledged' ? 'normal' : 'cleared_unacknowledged';
  const after = { ...alarm, state, cleared_at: at, suppressed_by: null, is_uncertain: false } as const;
  return accept({ type: 'alarm.cleared', alarm: after, reason });
}

function acknowledged(
  alarm: Alarm,
  { occurrence = alarm.occurrence, by, comment, now: at }: Command<'acknowledge'>,
): AlarmDecision {
  if (occurrence !== alarm.occurrence) {
    return refuse({ code: 'alarm_raised_again', occurrence: alarm.occurrence });
  }
  if (!isUnacknowledged(alarm)) return nothingToDo;
  const state = isActive(alarm) ? 'active_acknowledged' : 'normal';
  return accept({
    type: 'alarm.acknowledged',
    alarm: { ...alarm, state, acknowledged: { at, by, comment } },
  });
}

function shelved(alarm: Alarm, { by, reason, until, now: at }: Command<'shelve'>): AlarmDecision {
  const forMs = Date.parse(until) - Date.parse(at);
  if (!(forMs > 0)) return refuse({ code: 'alarm_shelved_until_past', until });
  if (forMs > shelvedHoursAtMost * 3_600_000) {
    return refuse({ code: 'alarm_shelved_too_long', hours: shelvedHoursAtMost });
  }
  return accept({ type: 'alarm.shelved', alarm: { ...alarm, shelved: { at, until, by, reason } } });
}
