import type { History, Violation } from '../history.ts';
import { sampleKey, tickKey } from '../tick-keys.ts';
import { tooLateSamples } from '../too-late-samples.ts';

/** I6 at the sink: a sample behind a later holder's first one counts for no tick that this later holder answers for. */
export function fencedTicks(history: History): Violation[] {
  const tooLate = tooLateSamples(history);
  const admitted = new Set<string>();
  const fenced = new Map<string, number>();
  for (const { sequence, sample } of history.samples) {
    const key = `${sampleKey(sample)}/${sample.epoch}`;
    if (tooLate.has(sequence)) fenced.set(key, sequence);
    else admitted.add(key);
  }
  const { values, misses } = history.database ?? {};
  return [...(values ?? []), ...(misses ?? [])].flatMap((row): Violation[] => {
    const { session, device, tick, epoch } = row;
    const key = `${tickKey(row)}/${epoch}`;
    const sequence = fenced.get(key);
    if (sequence === undefined || admitted.has(key)) return [];
    const what = `tick ${tick} of epoch ${epoch} is in the database, though it came too late (SAMPLES ${sequence})`;
    return [{ invariant: 'I6', subject: `${session}/${device}`, what }];
  });
}
