/** One connection of a client, or the serial line as a whole. */
export interface Link {
  /** Unique in the plant. */
  readonly id: number;
  /** Nothing happens once the link is closed. */
  send(bytes: Buffer): void;
  /** Like {@link send}, but later, unless the link is closed by then. */
  sendAfter(bytes: Buffer, ms: number): void;
  reset(): void;
  /** From now on nothing is read, answered or closed, whatever the client does. */
  deaden(): void;
  /** A reply that waits for the next request. */
  held: Buffer | undefined;
}

export type OnRequest<R> = (link: Link, request: R) => void;

/** Cuts the bytes of one connection or line into requests R, and keeps the bytes that are left over. */
export interface Framing<R> {
  /** Whole requests, in order. `broken`: the next request cannot be found any more, so the connection has to go. */
  take(chunk: Buffer): { readonly requests: readonly R[]; readonly broken: boolean };
  /** Called after silence, where frames end with it: the bytes left can only be a whole frame, or noise. */
  quiet?(): readonly R[];
  /** Whether bytes wait for more. */
  readonly isWaiting?: boolean;
}

/** The present rules for connections. */
export interface ConnectionRules {
  readonly isRefusing: boolean;
  /** Unset: any number. */
  readonly maxConnections?: number | undefined;
  /** The treatment of one connection more. It is closed, accepted and never served, or takes the place of the oldest. */
  readonly others: 'close' | 'ignore' | 'replace';
}

/** The line that a client connects to. */
export interface Line {
  openConnections(): number;
  /** Call this when a fault that acts on connections may have begun or ended. */
  connectionRulesChanged(): Promise<void>;
  /** Resets open connections and frees the port. Idempotent. */
  stop(): Promise<void>;
}
