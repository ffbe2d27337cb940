import type { StorableSample } from './sample-store.ts';

/**
 * Splits a batch into runs, in the given order; in a run, no two samples have the same session, device and time. One
 * INSERT may not touch a row twice, but a redelivered message can be in one batch with its first delivery, and two
 * successive owners may have read the same tick.
 */
export function withoutRepeats(samples: readonly StorableSample[]): StorableSample[][] {
  const runs: StorableSample[][] = [];
  const occurrences = new Map<string, number>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.session, sample.device, sample.time]);
    const occurrence = occurrences.get(key) ?? 0;
    occurrences.set(key, occurrence + 1);
    const run = runs[occurrence];
    if (run) run.push(sample);
    else runs[occurrence] = [sample];
  }
  return runs;
}
