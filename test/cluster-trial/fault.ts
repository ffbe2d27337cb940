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
  /** Chooses whom it hits, as things are now, and does it. */
  hurt(world: ClusterWorld): Promise<Hurt>;
  /** Operators command as fast as they can. */
  readonly isInBurst?: boolean;
  /** The most that it may cost. */
  readonly allowed: Allowance;
}

export interface Hurt {
  /** Collectors whose sessions feel it, by what they are or are connected to. */
  readonly collectors: readonly Host[];
  /** The part that was hit, in words. */
  readonly whom: string;
  /** Packets are lost or late by it: otherwise it did not happen. */
  readonly isOfNetwork?: boolean;
  /** Undoes it. */
  heal(): Promise<void>;
}

/** In ms. */
export interface Allowance {
  /** Without a reading: devices of the hurt part, and all others (none unless said). */
  readonly unreadMs: number;
  readonly othersUnreadMs?: number;
  /** Commands refused although the log had a leader, and the cluster too. */
  readonly refusedWithLeaderMs: number;
  /** Until a read shows what a command did (one second unless said). */
  readonly shownAfterMs?: number;
}
