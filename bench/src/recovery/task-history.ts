import type { SessionLogEvent } from '@holdfast/shared/contracts/session-events.ts';
import { sessionIdOf } from '@holdfast/shared/domain/session/session-id.ts';
import type { SeededRandom } from '../seeded-random.ts';

export type HistoryEnd = 'running' | 'paused' | 'stopped';

type Step = 'start' | 'assign' | 'pause' | 'resume' | 'stop';

/** Events that a task's last run needs to end like this. */
export function shortestHistory(end: HistoryEnd): number {
  return end === 'running' ? 2 : 3;
}

/**
 * The events of one task: runs that were stopped, and a last one that stands as `end` says. Sessions are moved
 * and paused as they are in a plant: by failovers and by breaks.
 */
export class TaskHistory {
  readonly taskId: string;
  readonly #taskCode: string;
  readonly #steps: readonly Step[];
  readonly #collectorIds: readonly string[];
  #next = 0;
  #run = 0;
  #startedAt = '';
  #assignments: number;

  /** @param length number of events, at least `shortestHistory(end)` */
  constructor(options: {
    taskId: string;
    end: HistoryEnd;
    length: number;
    collectorIds: readonly string[];
    random: SeededRandom;
  }) {
    this.taskId = options.taskId;
    this.#taskCode = `line-${options.taskId}`;
    this.#collectorIds = options.collectorIds;
    this.#steps = stepsOf(options.end, options.length, options.random);
    this.#assignments = Number(options.taskId);
  }

  /** The next event, or undefined when all have happened. `time` is RFC 3339. */
  next(time: string): SessionLogEvent | undefined {
    const step = this.#steps[this.#next];
    if (step === undefined) return undefined;
    this.#next += 1;
    if (step === 'start') {
      this.#run += 1;
      this.#startedAt = time;
    }
    const sessionId = sessionIdOf(this.taskId, this.#run);
    const identity = {
      sessionId,
      taskId: this.taskId,
      taskCode: this.#taskCode,
      configVersion: 1,
      startedAt: this.#startedAt,
      by: 'operator',
    };
    switch (step) {
      case 'start':
        return {
          type: 'session.started',
          ...identity,
          metadata: { order: `A-${this.#run}`, shift: 'early' },
        };
      case 'pause':
        return { type: 'session.paused', ...identity, reason: 'tool change' };
      case 'resume':
        return { type: 'session.resumed', ...identity, reason: 'resume' };
      case 'stop':
        return { type: 'session.stopped', ...identity, reason: 'order finished' };
      case 'assign':
        return this.#assign(sessionId);
      default:
        return step satisfies never;
    }
  }

  /** The collector that was given the session last. */
  lastCollectorId(): string {
    return this.#collectorIds[this.#assignments % this.#collectorIds.length] ?? '';
  }

  #assign(sessionId: string): SessionLogEvent {
    const before = this.#steps[this.#next - 2];
    this.#assignments += 1;
    return {
      type: 'session.assigned',
      sessionId,
      taskId: this.taskId,
      collectorId: this.lastCollectorId(),
      configVersion: 1,
      reason: before === 'start' ? 'start' : before === 'resume' ? 'resume' : 'failover',
      refusals: 0,
    };
  }
}

function stepsOf(end: HistoryEnd, length: number, random: SeededRandom): Step[] {
  const steps: Step[] = [];
  const lastRun = shortestHistory(end);
  if (length < lastRun) throw new RangeError(`${length} events are too few to end ${end}`);
  const complete = shortestHistory('stopped');
  while (length - steps.length >= complete + lastRun) {
    const spare = length - steps.length - complete - lastRun;
    steps.push('start', 'assign', ...middleOf(random.below(Math.min(spare, 9) + 1), random), 'stop');
  }
  steps.push('start', 'assign', ...middleOf(length - steps.length - lastRun, random));
  if (end === 'paused') steps.push('pause');
  if (end === 'stopped') steps.push('stop');
  return steps;
}

/** Exactly `length` steps that a running session takes and after which it runs and is placed. */
function middleOf(length: number, random: SeededRandom): Step[] {
  const steps: Step[] = [];
  while (steps.length < length) {
    if (length - steps.length >= 3 && random.below(4) > 0) steps.push('pause', 'resume', 'assign');
    else steps.push('assign');
  }
  return steps;
}
