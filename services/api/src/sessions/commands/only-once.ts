import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import { evolve } from '@holdfast/shared/domain/session/evolve.ts';
import { neverStarted, type SessionState } from '@holdfast/shared/domain/session/state.ts';
import {
  AppendOutcomeUnknown,
  type EventStore,
  StoreUnavailable,
} from '@holdfast/shared/event-store/event-store.ts';
import type { CommandOutcome } from '@holdfast/shared/sessions/handle-command.ts';
import type { CommandAttempt } from '../../ports.ts';

interface OwnEvent {
  /** The state right after the event. */
  readonly state: Exclude<SessionState, { status: 'never_started' }>;
  readonly sequence: number;
  readonly event: SessionEvent;
}

type Accepted = Extract<CommandOutcome, { ok: true }>;

/**
 * Runs a command, unless its first try was already carried out. It looks for the first try by its id before running and,
 * since the two may be on their way at the same time, again after a refusal.
 */
export async function onlyOnce(
  events: EventStore,
  taskId: string,
  { commandId, isRepeat }: CommandAttempt,
  run: () => Promise<Accepted>,
): Promise<Accepted> {
  const find = async (): Promise<Accepted | undefined> => {
    const own = await readOwnEvent(events, taskId, commandId);
    return own && { ok: true, changed: true, ...own };
  };
  if (isRepeat) {
    const before = await find().catch((cause: unknown) => {
      // The first try may have succeeded.
      if (!(cause instanceof StoreUnavailable)) throw cause;
      throw new AppendOutcomeUnknown(subjects.lifecycle(taskId), commandId, { cause });
    });
    if (before) return before;
  }
  try {
    return await run();
  } catch (error) {
    // The first try looks as well: a repeat right behind it, under the same id, may have been quicker.
    const after = await find().catch((cause: unknown) => {
      // An unreadable log does not prove that nothing was stored, and neither did the attempt.
      if (!(cause instanceof StoreUnavailable)) throw cause;
      return undefined;
    });
    if (after) return after;
    throw error;
  }
}

/**
 * Reads from the log the event that the command with this id led to: the broker itself remembers ids for two minutes only.
 * @throws StoreUnavailable
 */
async function readOwnEvent(
  events: EventStore,
  taskId: string,
  commandId: string,
): Promise<OwnEvent | undefined> {
  for await (const { message, sequence } of events.read(subjects.lifecycle(taskId))) {
    const decoded = decodeSessionEvent(message);
    if (decoded.kind !== 'lifecycle' || decoded.metadata.id !== commandId) continue;
    const { event, metadata } = decoded;
    const state = evolve(neverStarted, { event, sequence, time: metadata.time });
    if (state.status !== 'never_started') return { state, sequence, event };
  }
  return undefined;
}
