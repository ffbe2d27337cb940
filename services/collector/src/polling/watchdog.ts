import type { Timers } from '@holdfast/shared/runtime/timers.ts';
import type { DevicePoller } from './device-poller.ts';
import type { Endpoint } from './endpoint.ts';

export interface Watched {
  readonly poller: Pick<DevicePoller, 'silentMs' | 'restart' | 'periodMs'>;
  readonly endpoint: Pick<Endpoint, 'isOverdue' | 'restart'>;
  /** Logged as an error: it should never be needed. */
  readonly onStall: (problem: string) => void;
}

const watchEveryMs = 5_000;
const silentPeriods = 10;
/** A device may wait behind many that do not answer. */
const silentAtLeastMs = 120_000;

/**
 * Restarts what hangs. It watches results, not sockets: whatever state a connection seems to be in, a device without a
 * result for long, not even a miss, is restarted, and so is a bus whose request does not end in its time. A process
 * that stood still finds everything late when it continues, so only what is late at two looks in a row counts.
 * @param watched asked at each look: a session's devices change
 * @returns what ends the watch
 */
export function watchPolling(watched: () => Iterable<Watched>, timers: Timers): () => void {
  let wereOverdue = new Set<unknown>();
  let wereSilent = new Set<unknown>();
  let cancel = timers.after(watchEveryMs, look);
  return () => cancel();

  function look(): void {
    const overdue = new Set<unknown>();
    const silent = new Set<unknown>();
    for (const { poller, endpoint, onStall } of watched()) {
      if (endpoint.isOverdue() && !overdue.has(endpoint)) {
        if (wereOverdue.has(endpoint)) {
          onStall('a request did not end in its time: its connection is given up and made anew');
          endpoint.restart();
        } else overdue.add(endpoint);
      }
      const silentMs = poller.silentMs();
      if (silentMs <= Math.max(silentAtLeastMs, silentPeriods * poller.periodMs)) continue;
      if (wereSilent.has(poller)) {
        onStall(
          `it has come to no result for ${Math.round(silentMs / 1_000)} s: its polling is started anew`,
        );
        poller.restart();
      } else silent.add(poller);
    }
    wereOverdue = overdue;
    wereSilent = silent;
    cancel = timers.after(watchEveryMs, look);
  }
}
