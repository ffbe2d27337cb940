import type { ReconfigureSession, UndoReconfiguration } from './commands.ts';
import { accept, nothingToDo, refuse, type SessionDecision } from './decision.ts';
import type { SessionReconfigured } from './events.ts';
import type { PausedSession, RunningSession } from './state.ts';

/** Time for the holder to hear of a change, and to load what it needs, before the change is in force. */
const aheadMs = 2_000;
const undoneWithinMs = 60_000;

/** When a change that is asked for now comes into force: a whole second, at which ticks of most periods begin. */
export function effectiveAtFor(now: string): string {
  return new Date(Math.ceil((Date.parse(now) + aheadMs) / 1_000) * 1_000).toISOString();
}

export function reconfigured(
  state: RunningSession | PausedSession,
  { configVersion, fromVersion, needs, change, by, reason, now }: ReconfigureSession,
): SessionDecision {
  const { session } = state;
  const { sessionId } = session;
  if (session.configVersion === configVersion) return nothingToDo;
  const pendingUntil = state.status === 'running' ? pendingOf(state, now) : undefined;
  if (pendingUntil !== undefined) {
    return refuse({ code: 'reconfiguration_pending', sessionId, effectiveAt: pendingUntil });
  }
  if (session.configVersion !== fromVersion) {
    return refuse({ code: 'configuration_moved_on', sessionId, configVersion: session.configVersion });
  }
  // Nothing of a paused session is read, so there is nothing to be in time for.
  const effectiveAt = state.status === 'paused' ? now : effectiveAtFor(now);
  return accept(
    changeOf(state, { configVersion, needs, change, by, reason, effectiveAt, cause: 'requested' }),
  );
}

/** Goes back while the change is the last thing that has happened to the session; later ones may build on it. */
export function undone(
  state: RunningSession | PausedSession,
  { configVersion, by, reason, now }: UndoReconfiguration,
): SessionDecision {
  if (state.status === 'paused' || state.session.configVersion !== configVersion) return nothingToDo;
  const { change: latest } = state;
  if (!latest || Date.parse(now) >= Date.parse(latest.undoUntil)) return nothingToDo;
  // It was taken back before it was in force, so there is nothing to go back to.
  if (latest.from.configVersion === configVersion) return nothingToDo;
  const isPending = pendingOf(state, now) !== undefined;
  const { configVersion: formerVersion, needs } = latest.from;
  const event = changeOf(state, {
    ...{ configVersion: formerVersion, needs, by, reason, cause: 'rolled_back' as const },
    effectiveAt: isPending ? now : effectiveAtFor(now),
    change: { added: 0, removed: 0, changed: 0, codes: [] },
  });
  // The change never was in force, and never will be. There is one configuration before and after.
  return accept(isPending ? { ...event, from: latest.from } : event);
}

function pendingOf({ change }: RunningSession, now: string): string | undefined {
  return change && Date.parse(now) < Date.parse(change.effectiveAt) ? change.effectiveAt : undefined;
}

type ChangeOf = Pick<
  SessionReconfigured,
  'configVersion' | 'change' | 'by' | 'reason' | 'effectiveAt' | 'cause'
> & { readonly needs: SessionReconfigured['needs'] | undefined };

function changeOf(
  state: RunningSession | PausedSession,
  { configVersion, needs, ...more }: ChangeOf,
): SessionReconfigured {
  const { needs: formerNeeds, ...session } = state.session;
  const running =
    state.status === 'running'
      ? {
          runningSince: state.runningSince,
          ...(state.attempt === undefined ? {} : { attempt: state.attempt }),
        }
      : {};
  return {
    type: 'session.reconfigured',
    ...session,
    configVersion,
    ...(needs ? { needs } : {}),
    ...more,
    status: state.status,
    ...running,
    from: { configVersion: state.session.configVersion, ...(formerNeeds ? { needs: formerNeeds } : {}) },
    undoUntil: new Date(Date.parse(more.effectiveAt) + undoneWithinMs).toISOString(),
  };
}
