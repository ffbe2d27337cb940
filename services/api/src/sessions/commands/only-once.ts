import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import {
  AppendOutcomeUnknown,
  type EventStore,
  StoreUnavailable,
} from '@holdfast/shared/event-store/event-store.ts';
import type { CommandOutcome } from '@holdfast/shared/sessions/handle-command.ts';
import type { CommandAttempt } from '../../ports.ts';
import { readOwnEvent } from './read-own-event.ts';

type Accepted = Extract<CommandOutcome, { ok: true }>;

/**
 * Runs a command, unless its first try was carried out already: that is found by its id, before and, as the two may
 * be on their way at the same time, after a refusal.
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
      // The first try is not known to have failed.
      if (!(cause instanceof StoreUnavailable)) throw cause;
      throw new AppendOutcomeUnknown(subjects.lifecycle(taskId), commandId, { cause });
    });
    if (before) return before;
  }
  try {
    return await run();
  } catch (error) {
    // The first try looks too: a repeat that came right behind it may have been quicker, under the same id.
    const after = await find().catch((cause: unknown) => {
      // A log that cannot be read does not tell that nothing was stored, where the attempt could not tell either.
      if (!(cause instanceof StoreUnavailable)) throw cause;
      return undefined;
    });
    if (after) return after;
    throw error;
  }
}
