import type { Actor } from '../contracts/actor.ts';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import { decodeSessionEvent, encodeSessionEvent } from '../contracts/session-events.ts';
import { subjects } from '../contracts/subjects.ts';
import type { SessionCommand } from '../domain/session/commands.ts';
import { decide, type SessionRefusal } from '../domain/session/decide.ts';
import type { SessionEvent } from '../domain/session/events.ts';
import { evolve } from '../domain/session/evolve.ts';
import { neverStarted, type SessionState } from '../domain/session/state.ts';
import { type EventStore, VersionConflict } from '../event-store/event-store.ts';

export interface CommandContext {
  /** Id of the command: a retry under the same id cannot store a second event. */
  readonly commandId: string;
  readonly source: string;
  /** RFC 3339, UTC. */
  readonly now: string;
  /** Trace of the request that asks for it. */
  readonly traceparent?: string | undefined;
  /** Who gave the command; services leave it out. */
  readonly actor?: Actor | undefined;
}

export type CommandOutcome =
  | {
      readonly ok: true;
      readonly state: Exclude<SessionState, { status: 'never_started' }>;
      /** Sequence of the stored event, or of the last one when there was nothing to do. */
      readonly sequence: number;
      readonly changed: boolean;
      /** The stored event; left out when there was nothing to do. */
      readonly event?: SessionEvent;
    }
  | { readonly ok: false; readonly refusal: SessionRefusal };

/** The last lifecycle event cannot be read by this release, so no command on its task can be decided. */
export class LogUnreadable extends Error {
  override readonly name = 'LogUnreadable';
  readonly subject: string;
  readonly problem: string;

  constructor(subject: string, problem: string) {
    super(`${subject}, ${problem}`);
    this.subject = subject;
    this.problem = problem;
  }
}

export interface LoadedSession {
  readonly state: SessionState;
  /** Sequence of the last lifecycle event, 0 when there is none. */
  readonly sequence: number;
}

export async function loadSession(store: EventStore, taskId: string): Promise<LoadedSession> {
  const subject = subjects.lifecycle(taskId);
  const last = await store.readLast(subject);
  if (!last) return { state: neverStarted, sequence: 0 };
  const decoded = decodeSessionEvent(last.message);
  if (decoded.kind !== 'lifecycle') {
    const problem = decoded.kind === 'unreadable' ? decoded.problem : `${decoded.event.type} on ${subject}`;
    throw new LogUnreadable(subject, `sequence ${last.sequence}: ${problem}`);
  }
  const recorded = { event: decoded.event, sequence: last.sequence, time: decoded.metadata.time };
  return { state: evolve(neverStarted, recorded), sequence: last.sequence };
}

/**
 * The last known state of tasks. It may be out of date: only an append that expects its sequence proves that it is not.
 */
export interface SessionMemory {
  get(taskId: string): LoadedSession | undefined;
  set(taskId: string, session: LoadedSession): void;
  delete(taskId: string): void;
}

/**
 * Loads the task's state, decides, appends; when another writer was first, decides again on the new state. With a
 * memory, it first decides on the remembered state; an answer without an append comes only from the log itself.
 * @throws LogUnreadable, and what {@link EventStore.append} throws but VersionConflict
 */
export async function handleCommand(
  store: EventStore,
  taskId: string,
  command: SessionCommand,
  { commandId, source, now, traceparent, actor }: CommandContext,
  memory?: SessionMemory,
): Promise<CommandOutcome> {
  let remembered = memory?.get(taskId);
  for (;;) {
    const { state, sequence } = remembered ?? (await loadSession(store, taskId));
    const decision = decide(state, command);
    if (remembered && !(decision.ok && decision.event)) {
      // Another process may have changed it since.
      remembered = undefined;
      continue;
    }
    if (!decision.ok) return decision;
    const { event } = decision;
    if (!event) {
      // Only a task that has a session can leave nothing to do.
      if (state.status === 'never_started') throw new Error(`${command.type} on a task without a session`);
      return { ok: true, state, sequence, changed: false };
    }
    const envelope: CloudEvent = encodeSessionEvent(event, {
      id: commandId,
      time: now,
      source,
      traceparent,
      actor,
    });
    try {
      const storedSequence = await store.append(subjects.lifecycle(taskId), envelope, sequence);
      const next = evolve(state, { event, sequence: storedSequence, time: now });
      if (next.status === 'never_started') throw new Error('an event leads back to never_started');
      memory?.set(taskId, { state: next, sequence: storedSequence });
      return { ok: true, state: next, sequence: storedSequence, changed: true, event };
    } catch (error) {
      // After a command that may have been stored, nothing is known either.
      memory?.delete(taskId);
      if (!(error instanceof VersionConflict)) throw error;
      remembered = undefined;
    }
  }
}
