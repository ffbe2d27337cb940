/** How the outbox is doing, for logs and status. */
export interface OutboxHealth {
  /** Samples in memory that are not confirmed. */
  readonly waitingInMemory: number;
  readonly spooledSamples: number;
  readonly spooledBytes: number;
  /** Since the start of the process. */
  readonly dropped: number;
  /** Gap notices about dropped samples that are not confirmed. */
  readonly unsentNotices: number;
  readonly damagedRecords: number;
}
