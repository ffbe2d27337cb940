import type { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { type EpochBook, isPlacedSo, type LoggedAt } from '@holdfast/shared/sessions/epoch-book.ts';

/** Takes collectors at their word about sessions that the log has given to them; what they say of others is nobody's word. */
export function placedStatuses(board: StatusBoard, epochs: EpochBook): StatusBoard['watch'] {
  return (onStatus) =>
    board.watch((taskId, status) => {
      const { session, collector, epoch } = status;
      const tell = (found: LoggedAt) => {
        if (isPlacedSo(found, { session, task: taskId, collector })) onStatus(taskId, status);
      };
      const known = epochs.known(epoch);
      if (known) tell(known);
      // Where the log cannot be read now it is said again within seconds.
      else void epochs.find(epoch).then(tell, () => undefined);
    });
}
