import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import { sessionIdOf } from '@holdfast/shared/domain/session/session-id.ts';

type Status = 'none' | 'running' | 'paused' | 'stopped' | 'failed';

/** The legal order of a task's lifecycle, said once more and independently of `decide`. */
export class LifecycleChain {
  readonly #taskId: string;
  #status: Status = 'none';
  #run = 0;

  constructor(taskId: string) {
    this.#taskId = taskId;
  }

  /** @returns what is wrong with it, undefined when nothing is */
  next(event: SessionEvent): string | undefined {
    const before = this.#status;
    if (event.type === 'session.started') {
      if (before === 'running' || before === 'paused') return `a second active session after ${before}`;
      this.#run += 1;
      this.#status = 'running';
    } else {
      const problem = this.#follows(event, before);
      if (problem) return problem;
    }
    const expected = sessionIdOf(this.#taskId, this.#run);
    if (event.sessionId !== expected) return `is of ${event.sessionId}, the task's run is ${expected}`;
    return undefined;
  }

  #follows(event: Exclude<SessionEvent, { type: 'session.started' }>, before: Status): string | undefined {
    const wrong = `${event.type} after ${before}`;
    switch (event.type) {
      case 'session.paused':
        if (before !== 'running') return wrong;
        this.#status = 'paused';
        return undefined;
      case 'session.resumed':
        if (event.reason === 'resume' ? before !== 'paused' : before !== 'running' && before !== 'failed') {
          return `${wrong} (${event.reason})`;
        }
        this.#status = 'running';
        return undefined;
      case 'session.reconfigured':
        return before === event.status ? undefined : `${wrong} (${event.status})`;
      case 'session.stopped':
        if (before === 'none' || before === 'stopped') return wrong;
        this.#status = 'stopped';
        return undefined;
      case 'session.failed':
        if (before !== 'running') return wrong;
        this.#status = 'failed';
        return undefined;
      default:
        return event satisfies never;
    }
  }
}
