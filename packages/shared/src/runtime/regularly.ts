import type { Outage } from './outage-log.ts';
import type { Stop } from './started-parts.ts';
import { pause, systemTimers } from './timers.ts';

export interface RegularWork {
  /** From the end of a run to the beginning of the next one. */
  readonly everyMs: number;
  /** The same after a failure, if that is another time. */
  readonly afterFailureMs?: number;
  /** Whether a run makes sense now; otherwise it is left out. */
  readonly isPossible?: () => boolean;
  /** Notified of the runs, but not of those that were left out. */
  readonly outage: Outage;
}

/**
 * Does something now and from time to time, until it is stopped. Stopping waits for the run under way. A run that fails
 * is only reported.
 */
export function regularly(
  { everyMs, afterFailureMs, isPossible = () => true, outage }: RegularWork,
  run: (signal: AbortSignal) => Promise<unknown>,
): Stop {
  const stopping = new AbortController();
  const { signal } = stopping;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      let nextMs = everyMs;
      if (isPossible()) {
        try {
          await run(signal);
          outage.worked();
        } catch (error) {
          outage.failed(error);
          nextMs = afterFailureMs ?? everyMs;
        }
      }
      await pause(systemTimers, nextMs, signal);
    }
  };
  const working = loop();
  return async () => {
    stopping.abort();
    await working;
  };
}
