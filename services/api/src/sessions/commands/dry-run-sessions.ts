import { randomUUID } from 'node:crypto';
import { appliedAtMost } from '@holdfast/shared/contracts/http/applied-sessions.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { sql } from 'kysely';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { contentOfTexts, type NumberedContent } from '../../configuration/config-versions.ts';
import { readTaskTexts } from '../../configuration/configured-task.ts';
import { tasksOfChanges } from '../../configuration/tasks-of-changes.ts';
import { openChangeSet } from '../../database/in-change.ts';
import type { Database } from '../../database/open-database.ts';
import { Problem } from '../../problems/problem.ts';
import { runningOrPausedSessionsOf } from '../queries/list-sessions.ts';
import { sessionsText } from '../texts.ts';
import { type ReadingSession, splitByGrant } from './apply-to-sessions.ts';
import type { SessionCommands } from './session-commands.ts';

/** Sessions that read what a dry run would change, with what they would read. */
export interface DryRunSessions {
  readonly tasks: readonly number[];
  readonly sessions: readonly ReadingSession[];
  /** The content of a task of these sessions. @throws Problem for a task that no session could continue with */
  readonly wouldBe: (taskId: number) => NumberedContent;
}

/**
 * Reads these sessions within the transaction of the dry run, whose end other changes wait for; they are judged after it.
 * Undefined where the dry run would change nothing. @throws DatabaseUnavailable
 */
export async function dryRunSessions(
  transaction: Database,
  granted: GrantedSites,
): Promise<DryRunSessions | undefined> {
  const set = await openChangeSet(transaction);
  if (set === undefined) return undefined;
  const tasks = await tasksOfChanges(transaction, [set]);
  const sessions = await runningOrPausedSessionsOf(transaction, tasks);
  const lookedAt = splitByGrant(sessions, granted).visible.slice(0, appliedAtMost);
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

const judgedWithinMs = 5_000;

/**
 * Refuses a change that sessions are to take, but one never can. It would exchange a device for another one. Called before
 * the change is committed, so only for changes that bring devices into tasks. Whatever cannot be found out in time is told
 * afterwards.
 * @throws Problem
 */
export async function requireSessionsCanTake(
  transaction: Database,
  {
    granted,
    commands,
    by,
    traceparent,
  }: {
    readonly granted: GrantedSites;
    readonly commands: Pick<SessionCommands, 'reconfigure'>;
    readonly by: string;
    readonly traceparent: string;
  },
): Promise<void> {
  const set = await openChangeSet(transaction);
  if (set === undefined) return;
  const { rows } = await sql<{ readonly brings: boolean }>`
    select exists (
      select from change_items where set_id = ${set} and (
        kind = 'task' and after ? 'device_ids' or kind = 'device' and after ?| array['code', 'enabled'])
    ) as brings`.execute(transaction);
  if (!rows[0]?.brings) return;
  const tried = await dryRunSessions(transaction, granted);
  if (!tried) return;
  const { sessions, wouldBe } = tried;
  const ended = new AbortController();
  let exchanged: Problem | undefined;
  const judging = Promise.all(
    sessions.map(async ({ session_id: sessionId }) => {
      try {
        await commands.reconfigure({
          ...{ sessionId, to: 'latest', reason: '', isTry: true, isForced: true, wouldBe, by },
          precondition: undefined,
          requireSites: () => undefined,
          attempt: { commandId: randomUUID(), isRepeat: false, traceparent },
        });
      } catch (error) {
        if (error instanceof Problem && error.code === 'cannot_run')
          exchanged ??= ofSession(error, sessionId);
      }
    }),
  );
  await Promise.race([judging, pause(systemTimers, judgedWithinMs, ended.signal)]);
  ended.abort();
  if (exchanged) throw exchanged;
}

function ofSession({ code, detail, members }: Problem, sessionId: string): Problem {
  return new Problem(code, sessionsText('nothing_was_changed_without_apply', { detail, sessionId }), {
    ...members,
    session_id: sessionId,
  });
}
