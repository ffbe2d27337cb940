/** The events of a connection. None comes any more once `close` was called, and none before the opening call returns. */
export interface ChannelEvents {
  /** It can be written to. */
  onOpen(): void;
  /** The first `count` bytes of `bytes` have come; the rest, and all of it after the call, is somebody else's. */
  onBytes(bytes: Uint8Array, count: number): void;
  /** It could not be opened, or it is over. Comes once, and `close` is still to be called. */
  onFailure(reason: string, cause: unknown): void;
}

/** A TCP connection or an open serial line. */
export interface Channel {
  /** Once it is open. The channel takes the bytes over. */
  write(bytes: Buffer): void;
  /**
   * Ends it at once, as far as this side is concerned. Idempotent.
   * @param gently waits for a moment until the other side has closed too
   * @param onGone called once the same endpoint can be opened again, perhaps before `close` returns
   */
  close(gently: boolean, onGone: () => void): void;
}

export type OpenChannel = (events: ChannelEvents) => Channel;

/** A host name with several addresses fails with an AggregateError whose own message is empty. */
export function inWords(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return error.message || (first instanceof Error ? first.message : error.name);
}
