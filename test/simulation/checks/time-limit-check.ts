import type { DecodedSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import type { TimeLimits } from '@holdfast/shared/domain/session/events.ts';
import { timeLimitReason } from '@holdfast/shared/domain/session/time-limits.ts';

/** Judges what the events of a task must say of time limits, independently of who keeps them. */
export class TimeLimitCheck {
  readonly #limits = new Map<string, TimeLimits>();
  readonly #warned = new Set<string>();

  /**
   * @param isClockSteady whether no clock was set back: else a process may write down an earlier time than it decided at
   * @returns what is wrong with it, undefined when nothing is
   */
  next(decoded: DecodedSessionEvent, isClockSteady: boolean): string | undefined {
    if (decoded.kind !== 'lifecycle' && decoded.kind !== 'warning') return undefined;
    const { event, metadata } = decoded;
    const { sessionId } = event;
    const isBefore = (limit: string | undefined) => limit === undefined || metadata.time < limit;
    if (event.type === 'session.started') {
      this.#limits.set(sessionId, event);
      return undefined;
    }
    const { softLimitAt, hardLimitAt } = this.#limits.get(sessionId) ?? {};
    if (event.type === 'session.warned') {
      if (this.#warned.has(sessionId)) return `${sessionId} is warned of twice`;
      this.#warned.add(sessionId);
      if (softLimitAt === undefined) return `${sessionId} is warned of without a limit`;
      return isClockSteady && isBefore(softLimitAt) ? `${sessionId} is warned of too early` : undefined;
    }
    if (event.softLimitAt !== softLimitAt || event.hardLimitAt !== hardLimitAt) {
      return `${event.type} of ${sessionId} has other limits than its start`;
    }
    if (event.type !== 'session.stopped' || event.reason !== timeLimitReason) return undefined;
    if (hardLimitAt === undefined) return `${sessionId} is stopped without a limit`;
    return isClockSteady && isBefore(hardLimitAt) ? `${sessionId} is stopped too early` : undefined;
  }
}
