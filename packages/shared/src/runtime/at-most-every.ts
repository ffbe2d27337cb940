import { systemTimers, type Timers } from './timers.ts';

/**
 * Runs at once when called, and once more after `ms` if it was called again meanwhile, however often: a run follows
 * every call.
 */
export function atMostEvery(ms: number, run: () => void, timers: Timers = systemTimers): () => void {
  let isResting = false;
  let isAskedAgain = false;
  const begin = (): void => {
    isResting = true;
    isAskedAgain = false;
    timers.after(ms, () => {
      isResting = false;
      if (isAskedAgain) begin();
    });
    run();
  };
  return () => {
    if (isResting) isAskedAgain = true;
    else begin();
  };
}
