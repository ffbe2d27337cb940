/** The time to which a question about many sessions refers. */
export interface TimeAsked {
  readonly from: Date;
  readonly to: Date;
}
