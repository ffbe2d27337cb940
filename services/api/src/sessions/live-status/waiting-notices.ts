import type { WaitingNotice } from '@holdfast/shared/contracts/waiting-notice.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';

/** Hands over every notice that there is and then every change (undefined: gone); returns what ends it. */
export type WatchNotices = (
  onNotice: (taskId: string, notice: WaitingNotice | undefined) => void,
) => Promise<() => void>;

/** Why sessions wait for a collector, as the supervisor last said it. */
export interface WaitingNotices {
  /** Begins to watch, in place of the former watch; called again after every reconnect. */
  watch(notices: WatchNotices): Promise<void>;
  of(taskId: number): WaitingNotice | undefined;
  stop: Stop;
}

/**
 * The supervisor's notices, kept here so that a list of sessions costs no question to the broker. While that is
 * away the last ones stand: nobody can be placed meanwhile.
 */
export function startWaitingNotices(): WaitingNotices {
  let notices = new Map<string, WaitingNotice>();
  let stopWatch: (() => void) | undefined;
  return {
    watch: async (watchNotices) => {
      stopWatch?.();
      stopWatch = undefined;
      // The bucket is in memory: a broker that was restarted has forgotten it, and so must we.
      const fresh = new Map<string, WaitingNotice>();
      notices = fresh;
      stopWatch = await watchNotices((taskId, notice) => {
        if (notice) fresh.set(taskId, notice);
        else fresh.delete(taskId);
      });
    },
    of: (taskId) => notices.get(String(taskId)),
    stop: async () => stopWatch?.(),
  };
}
