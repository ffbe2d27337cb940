import type { Host } from './network/network.ts';
import type { ClusterWorld } from './world.ts';

/** One thing that happens to a cluster. */
export interface ClusterFault {
  readonly name: string;
  /** In words, for the table. */
  readonly what: string;
  /** Part of the short run. */
  readonly isShort?: boolean;
  /** How long it lasts, between hurt and heal. */
  readonly forMs: number;
  /** Chooses whom it hits, as things are now, and hurts them. */
  hurt(world: ClusterWorld): Promise<Hurt>;
  /** Whether operators send commands as fast as they can. */
  readonly isInBurst?: boolean;
  /** How long operators wait for an answer to a command (4 s unless said). */
  readonly answerWithinMs?: number;
  /** The most that it may cost. */
  readonly allowed: Allowance;
}

export interface Hurt {
  /** Collectors whose sessions feel it: the hit ones, or those connected to what was hit. */
  readonly collectors: readonly Host[];
  /** The part that was hit, in words. */
  readonly whom: string;
  /** Whether it loses or delays packets: if none was, it did not happen. */
  readonly isOfNetwork?: boolean;
  /** Undoes it. */
  heal(): Promise<void>;
}

/** In ms. */
export interface Allowance {
  /** How long devices of the hurt part go without a reading, and all others (not at all unless said). */
  readonly unreadMs: number;
  readonly othersUnreadMs?: number;
  /** How long commands are refused although both log and cluster have a leader. */
  readonly refusedWithLeaderMs: number;
  /** How long until a read shows what a command did (one second unless said). */
  readonly shownAfterMs?: number;
  /** How long until a device of a session that is started meanwhile is read (as long as it takes unless said). */
  readonly readAfterMs?: number;
  /** How long after the heal until the database has all that was read before it (as long as it takes unless said). */
  readonly storedAfterMs?: number;
}
