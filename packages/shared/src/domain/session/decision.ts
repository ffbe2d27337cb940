import type { SessionEvent } from './events.ts';

/** Why a command is refused. HTTP statuses are mapped in the API, once. */
export type SessionRefusal =
  | {
      readonly code: 'task_already_active';
      readonly sessionId: string;
      readonly status: 'running' | 'paused';
    }
  | { readonly code: 'session_not_found'; readonly sessionId: string }
  | { readonly code: 'session_ended'; readonly sessionId: string; readonly status: 'stopped' | 'error' }
  | { readonly code: 'session_paused'; readonly sessionId: string }
  | { readonly code: 'time_limit_reached'; readonly sessionId: string; readonly hardLimitAt: string }
  /**
   * It was changed since by another command: the change was worked out from a version that the session no longer has.
   */
  | { readonly code: 'configuration_moved_on'; readonly sessionId: string; readonly configVersion: number }
  /** The change before it is not in force yet. */
  | { readonly code: 'reconfiguration_pending'; readonly sessionId: string; readonly effectiveAt: string };

/** No event is a success that had nothing to do. */
export type SessionDecision =
  | { readonly ok: true; readonly event: SessionEvent | undefined }
  | { readonly ok: false; readonly refusal: SessionRefusal };

export const nothingToDo: SessionDecision = { ok: true, event: undefined };

export function accept(event: SessionEvent): SessionDecision {
  return { ok: true, event };
}

export function refuse(refusal: SessionRefusal): SessionDecision {
  return { ok: false, refusal };
}
