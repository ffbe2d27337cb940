import type { PlacementEvent } from '@holdfast/shared/domain/placement/events.ts';
import { type ConfigLeg, configLegs } from '@holdfast/shared/domain/session/config-legs.ts';
import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import type { History } from './history.ts';

export interface Stored<E> {
  readonly event: E;
  readonly sequence: number;
  /** The event's own time, in ms since 1970. */
  readonly timeMs: number;
  readonly storedAtMs: number;
}

/** One session as the log has it. */
export interface SessionHistory {
  readonly sessionId: string;
  readonly taskId: string;
  /** The version that it was started with. */
  readonly configVersion: number;
  readonly lifecycle: readonly Stored<SessionEvent>[];
  readonly placements: readonly Stored<PlacementEvent>[];
}

export function sessionHistories(history: Pick<History, 'events'>): Map<string, SessionHistory> {
  const sessions = new Map<
    string,
    SessionHistory & { lifecycle: Stored<SessionEvent>[]; placements: Stored<PlacementEvent>[] }
  >();
  for (const { sequence, storedAtMs, decoded } of history.events) {
    if (decoded.kind === 'unreadable') continue;
    const { event, metadata } = decoded;
    const timeMs = Date.parse(metadata.time);
    let session = sessions.get(event.sessionId);
    if (!session) {
      const configVersion = 'configVersion' in event ? event.configVersion : 0;
      session = {
        sessionId: event.sessionId,
        taskId: event.taskId,
        configVersion,
        lifecycle: [],
        placements: [],
      };
      sessions.set(event.sessionId, session);
    }
    const times = { sequence, timeMs, storedAtMs };
    if (decoded.kind === 'lifecycle') session.lifecycle.push({ event: decoded.event, ...times });
    else if (decoded.kind === 'placement') session.placements.push({ event: decoded.event, ...times });
  }
  return sessions;
}

/** A time during which a session was certainly not running, on the broker's clock. */
export interface IdleInterval {
  readonly fromMs: number;
  readonly toMs: number;
  /** Sequence and type of the event that ended the running. */
  readonly sequence: number;
  readonly type: SessionEvent['type'];
}

/**
 * From the storing of the event that ended the running to the command that began it again. An event's own time is that of
 * its command, before it was stored.
 */
export function idleIntervals(lifecycle: readonly Stored<SessionEvent>[]): IdleInterval[] {
  const idle: IdleInterval[] = [];
  let since: Stored<SessionEvent> | undefined;
  for (const event of lifecycle) {
    const { type } = event.event;
    if (type === 'session.reconfigured') continue;
    const isRunning = type === 'session.started' || type === 'session.resumed';
    if (isRunning && since) {
      const toMs = Math.min(event.timeMs, event.storedAtMs);
      idle.push({ fromMs: since.storedAtMs, toMs, sequence: since.sequence, type: since.event.type });
      since = undefined;
    } else if (!isRunning) since ??= event;
  }
  if (since) {
    const { sequence, event } = since;
    idle.push({
      fromMs: since.storedAtMs,
      toMs: Number.POSITIVE_INFINITY,
      sequence,
      type: event.type,
    });
  }
  return idle;
}

/** The versions of the session's configuration, one after the other; that of its first event if there is no other. */
export function legsOf({ lifecycle, configVersion }: SessionHistory): ConfigLeg[] {
  const legs = configLegs(lifecycle);
  return legs.length > 0 ? legs : [{ fromMs: Number.NEGATIVE_INFINITY, configVersion }];
}

export function isRunningAtTheEnd({ lifecycle }: SessionHistory): boolean {
  const last = lifecycle.findLast(({ event }) => event.type !== 'session.reconfigured')?.event.type;
  return last === 'session.started' || last === 'session.resumed';
}
