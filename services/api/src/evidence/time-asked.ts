/** The time that a question about many sessions is about. */
export interface TimeAsked {
  readonly from: Date;
  readonly to: Date;
}
