/** How the outbox is doing, for logs, status and metrics. */
export interface OutboxHealth {
  /** Samples in memory that are not confirmed. */
  readonly waitingInMemory: number;
  readonly spooledSamples: number;
  readonly spooledBytes: number;
  /**
   * Given up in a full buffer since the start of the process. A few of them may turn out to have been stored: those
   * that were on their way when the broker fell silent.
   */
  readonly dropped: number;
  /** Sent as misses because the broker takes no message of their size; since the start of the process. */
  readonly tooLarge: number;
  /** Gap notices about dropped samples that are not confirmed. */
  readonly unsentNotices: number;
  readonly damagedRecords: number;
}
