import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import type { SenderRefusals } from '@holdfast/shared/jetstream/consume/sender-refusals.ts';
import type { EpochClaims } from '@holdfast/shared/sessions/epoch-claims.ts';

/** Passes on what collectors say about sessions that the log has given to them, and drops what they say about others. */
export function placedStatuses(
  board: StatusBoard,
  claims: EpochClaims,
  refusals: SenderRefusals,
): (onStatus: (taskId: string, status: SessionLiveStatus) => void) => Promise<() => void> {
  return (onStatus) =>
    board.watch(
      (taskId, status) => {
        const { session, collector, epoch } = status;
        const claim = { session, task: taskId, collector, epoch };
        const tell = (isPlaced: boolean) => {
          if (isPlaced) onStatus(taskId, status);
        };
        const verdict = claims.cached(claim);
        if (verdict !== undefined) tell(verdict);
        // If the log cannot be read now, the collector says it again within seconds.
        else void claims.isPlaced(claim).then(tell, () => undefined);
      },
      { refusals },
    );
}
