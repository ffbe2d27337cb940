import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import type { AnsweredCommand, History, Violation } from '../history.ts';
import { type SessionHistory, type Stored, sessionHistories } from '../session-histories.ts';
import type { Tolerances } from '../tolerances.ts';

const eventOf = {
  start: 'session.started',
  stop: 'session.stopped',
  pause: 'session.paused',
  resume: 'session.resumed',
  recover: 'session.resumed',
  reconfigure: 'session.reconfigured',
} as const satisfies Record<AnsweredCommand['command'], SessionEvent['type']>;

/**
 * I1: a success has exactly one event, or changed nothing because the session was in the requested state already; a command that
 * was answered with "nothing changed" has none; one that got no answer has one at most.
 */
export function answeredCommands(history: History, { clockMs }: Pick<Tolerances, 'clockMs'>): Violation[] {
  const sessions = sessionHistories(history);
  const byCommand = new Map<string, Stored<SessionEvent>[]>();
  for (const { lifecycle } of sessions.values()) {
    for (const event of lifecycle) {
      byCommand.set(event.event.by, [...(byCommand.get(event.event.by) ?? []), event]);
    }
  }
  return (history.commands ?? []).flatMap((command) => {
    const events = byCommand.get(command.id) ?? [];
    const session = command.sessionId === undefined ? undefined : sessions.get(command.sessionId);
    const problem = problemOf(command, events, session, clockMs);
    if (problem === undefined) return [];
    const request = `${command.command} ${command.id} on ${command.sessionId ?? `task ${command.taskId}`}`;
    return [{ invariant: 'I1', subject: command.taskId, what: `${request}: ${problem}` }];
  });
}

function problemOf(
  command: AnsweredCommand,
  events: readonly Stored<SessionEvent>[],
  session: SessionHistory | undefined,
  clockMs: number,
): string | undefined {
  const sequences = events.map(({ sequence }) => sequence).join(', ');
  if (events.length > 1) return `${events.length} events (sequences ${sequences})`;
  const [event] = events;
  if (event) {
    if (command.answer === 'not_stored') return `answered that nothing changed, yet stored as ${sequences}`;
    if (event.event.type !== eventOf[command.command]) return `stored as ${event.event.type}`;
    const isOther = command.sessionId !== undefined && event.event.sessionId !== command.sessionId;
    return isOther ? `stored for session ${event.event.sessionId}` : undefined;
  }
  if (command.answer !== 'success') return undefined;
  if (command.command === 'start') return 'answered with success, yet there is no event';
  if (session && wasSoAlready(command, session, clockMs)) return undefined;
  return 'answered with success, yet there is no event and the session was not in that state before';
}

/** A change of configuration leaves a session running or paused, as it was. */
function isChanged(event: SessionEvent, status: 'running' | 'paused'): boolean {
  return event.type === 'session.reconfigured' && event.status === status;
}

/** Whether the session was in the requested state at some moment between the request and the answer. */
function wasSoAlready(command: AnsweredCommand, { lifecycle }: SessionHistory, clockMs: number): boolean {
  return lifecycle.some(({ event, storedAtMs }, index) => {
    const next = lifecycle[index + 1];
    const untilMs = next?.storedAtMs ?? Number.POSITIVE_INFINITY;
    if (storedAtMs > command.answeredAtMs + clockMs || untilMs < command.sentAtMs - clockMs) return false;
    switch (command.command) {
      case 'stop':
        return event.type === 'session.stopped' || event.type === 'session.failed';
      case 'pause':
        return event.type === 'session.paused' || isChanged(event, 'paused');
      case 'resume':
      case 'recover':
        return ['session.started', 'session.resumed'].includes(event.type) || isChanged(event, 'running');
      case 'reconfigure':
        return ['session.started', 'session.resumed', 'session.paused', 'session.reconfigured'].includes(
          event.type,
        );
      case 'start':
        return false;
      default:
        return command.command satisfies never;
    }
  });
}
