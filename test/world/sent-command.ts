import type { AnsweredCommand } from '../verify/history.ts';

export interface SentCommand extends AnsweredCommand {
  /** The HTTP status; undefined where no answer came, `left` where the client did not wait for one. */
  readonly status: number | 'left' | undefined;
}
