/** How the outbox is doing, for logs, status and metrics. */
export interface OutboxHealth {
  /** Samples in memory that are not confirmed. */
  readonly waitingInMemory: number;
  readonly spooledSamples: number;
  readonly spooledBytes: number;
  /**
   * Samples given up in a full buffer since the start of the process. A few may turn out to have been stored: those
   * that were on their way when the broker fell silent.
   */
  readonly dropped: number;
  /** Samples sent as misses because the broker takes no message of their size; since the start of the process. */
  readonly tooLarge: number;
  /** Notices of dropped samples that are not confirmed. */
  readonly unsentNotices: number;
  readonly damagedRecords: number;
}
