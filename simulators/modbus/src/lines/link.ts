import type { RequestFrame } from '../framing/framing.ts';

/** One connection of a client, or the serial line as a whole. */
export interface Link {
  /** Unique in the plant. */
  readonly id: number;
  /** Nothing happens once the link is closed. */
  send(bytes: Buffer): void;
  /** As {@link send}, later, unless the link is closed by then. */
  sendAfter(bytes: Buffer, ms: number): void;
  reset(): void;
  /** From now on nothing is read, answered or closed, whatever the client does. */
  deaden(): void;
  /** A reply that waits for the next request. */
  held: Buffer | undefined;
}

export type OnRequest = (link: Link, request: RequestFrame) => void;

/** The line that a client connects to. */
export interface Line {
  openConnections(): number;
  /** To be called when a fault that acts on connections may have begun or ended. */
  connectionRulesChanged(): Promise<void>;
  /** Resets what is open and frees the port. Idempotent. */
  stop(): Promise<void>;
}
