import { appliedAtMost } from '@holdfast/shared/contracts/http/applied-sessions.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { contentOfTexts, type NumberedContent } from '../../configuration/config-versions.ts';
import { readTaskTexts } from '../../configuration/configured-task.ts';
import { tasksOfChanges } from '../../configuration/tasks-of-changes.ts';
import { openChangeSet } from '../../database/in-change.ts';
import type { Database } from '../../database/open-database.ts';
import { runningOrPausedSessionsOf } from '../queries/list-sessions.ts';
import { grantedOf, type ReadingSession } from './apply-to-sessions.ts';

/** Sessions that read what a dry run would change, with what they would read. */
export interface TriedSessions {
  readonly tasks: readonly number[];
  readonly sessions: readonly ReadingSession[];
  /** The content of a task of these sessions. @throws Problem for a task that no session could continue with */
  readonly wouldBe: (taskId: number) => NumberedContent;
}

/**
 * Reads these sessions within the transaction of the dry run, whose end other changes wait for; they are judged after it.
 * Undefined where the dry run would change nothing. @throws DatabaseUnavailable
 */
export async function triedSessions(
  transaction: Database,
  granted: GrantedSites,
): Promise<TriedSessions | undefined> {
  const set = await openChangeSet(transaction);
  if (set === undefined) return undefined;
  const tasks = await tasksOfChanges(transaction, [set]);
  const sessions = await runningOrPausedSessionsOf(transaction, tasks);
  const lookedAt = grantedOf(sessions, granted).visible.slice(0, appliedAtMost);
  const texts = await readTaskTexts(
    transaction,
    lookedAt.map(({ task_id }) => task_id),
  );
  const wouldBe = (taskId: number): NumberedContent => {
    const ofTask = texts.get(taskId);
    if (!ofTask) throw new Error(`task ${taskId} was not looked at`);
    return contentOfTexts(ofTask);
  };
  return { tasks, sessions, wouldBe };
}
