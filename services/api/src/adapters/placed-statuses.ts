import type { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import type { EpochClaims } from '@holdfast/shared/sessions/epoch-claims.ts';

/** Takes collectors at their word about sessions that the log has given to them; what they say of others is nobody's word. */
export function placedStatuses(board: StatusBoard, claims: EpochClaims): StatusBoard['watch'] {
  return (onStatus) =>
    board.watch((taskId, status) => {
      const { session, collector, epoch } = status;
      const claim = { session, task: taskId, collector, epoch };
      const tell = (isPlaced: boolean) => {
        if (isPlaced) onStatus(taskId, status);
      };
      const known = claims.known(claim);
      if (known !== undefined) tell(known);
      // Where the log cannot be read now it is said again within seconds.
      else void claims.isPlaced(claim).then(tell, () => undefined);
    });
}
