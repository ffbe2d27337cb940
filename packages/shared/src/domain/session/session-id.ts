/**
 * A session's id is its task's id and the number of the run: `7-3` is the third run of task 7. A command on a
 * session therefore finds its task without a database, and two starts at the same moment ask for the same id,
 * of which the log accepts one.
 */
export function sessionIdOf(taskId: string, run: number): string {
  return `${taskId}-${run}`;
}

export interface ParsedSessionId {
  readonly taskId: string;
  readonly run: number;
}

const SESSION_ID = /^([1-9][0-9]{0,14})-([1-9][0-9]{0,8})$/;

export function parseSessionId(sessionId: string): ParsedSessionId | undefined {
  const match = SESSION_ID.exec(sessionId);
  if (!match?.[1] || !match[2]) return undefined;
  return { taskId: match[1], run: Number(match[2]) };
}
