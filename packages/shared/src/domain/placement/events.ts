import type { ReasonWords } from '../session/events.ts';

/** Why a session was given to a collector. */
export type AssignReason = 'start' | 'recovery' | 'failover' | 'drain' | 'rebalance' | 'resume';

/**
 * Why a session was taken from its collector without being given to another at once. `drain`: the collector was asked to
 * let go, and stays up.
 */
export type ReleaseReason = 'refused' | 'rebalance' | 'drain' | 'recovery_disabled';

/** Whether the holder reads on until the session is taken from it for another one. */
export function isHandOver(reason: AssignReason | ReleaseReason): reason is 'rebalance' | 'drain' {
  return reason === 'rebalance' || reason === 'drain';
}

/**
 * Whether the session is to be recovered. One that is started, resumed or moved for balance has nothing to recover from.
 */
export function isRecovery(reason: AssignReason): boolean {
  return reason === 'recovery' || reason === 'failover' || reason === 'drain';
}

export interface SessionAssigned {
  readonly type: 'session.assigned';
  readonly sessionId: string;
  readonly taskId: string;
  readonly collectorId: string;
  /**
   * Version of the configuration snapshot that the session runs on: the writer judges by it what comes under this epoch.
   */
  readonly configVersion: number;
  readonly reason: AssignReason;
  /** How often in a row collectors have refused this session before this assignment. */
  readonly refusals: number;
}

export interface SessionReleased {
  readonly type: 'session.released';
  readonly sessionId: string;
  readonly taskId: string;
  /** The holder, and its epoch. */
  readonly collectorId: string;
  readonly epoch: number;
  readonly reason: ReleaseReason;
  readonly detail: ReasonWords;
  /** Refusals in a row, this one included. */
  readonly refusals: number;
}

export type PlacementEvent = SessionAssigned | SessionReleased;
