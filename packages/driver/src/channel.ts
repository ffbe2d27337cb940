/** The events of a connection. None comes after `close` was called, and none before the opening call returns. */
export interface ChannelEvents {
  /** The channel can now be written to. */
  onOpen(): void;
  /** The first `count` bytes of `bytes` have come. The rest, and after the call all of it, belongs to another owner. */
  onBytes(bytes: Uint8Array, count: number): void;
  /** The channel could not be opened, or has ended. Comes once; `close` must still be called. */
  onFailure(reason: string, cause: unknown): void;
}

/** A TCP connection or an open serial line. */
export interface Channel {
  /** Allowed once the channel is open. The channel takes over the bytes. */
  write(bytes: Buffer): void;
  /**
   * Ends the channel at once, as far as this side is concerned. Idempotent.
   * @param gently waits a moment for the other side to close too
   * @param onGone called once the same endpoint can be opened again, perhaps before `close` returns
   */
  close(gently: boolean, onGone: () => void): void;
}

export type OpenChannel = (events: ChannelEvents) => Channel;

/** A host name with several addresses fails with an AggregateError, whose own message is empty. */
export function inWords(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return error.message || (first instanceof Error ? first.message : error.name);
}
