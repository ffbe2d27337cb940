import type { History } from './history.ts';

/**
 * Sequences of the samples that a later holder fences: they lie in SAMPLES behind the first one of a higher epoch of their device,
 * and are for its first tick or a later one. What is for an earlier tick was read while the lease stood, however late it came.
 */
export function tooLateSamples({
  samples,
  changeSamples = [],
}: Pick<History, 'samples' | 'changeSamples'>): Set<number> {
  const tooLate = new Set<number>();
  /** By session and device, then epoch: the scheduled time of the first tick for which its first message answers. */
  const firstTicks = new Map<string, Map<number, number>>();
  for (const { sequence, sample } of inOrder([...samples, ...changeSamples])) {
    const { session, device, epoch, tick, through_tick = tick, since_tick = tick, part, period_ms } = sample;
    // A part names the tick that is not over, one more than the first tick of a holder that takes over within it.
    const lastMs = (part === undefined ? through_tick : tick - 2) * period_ms;
    const subject = `${session}/${device}`;
    const ofDevice = firstTicks.get(subject) ?? new Map<number, number>();
    firstTicks.set(subject, ofDevice);
    for (const [other, first] of ofDevice) {
      if (other > epoch && first <= lastMs) tooLate.add(sequence);
    }
    if (!ofDevice.has(epoch)) ofDevice.set(epoch, Math.min(tick, since_tick) * period_ms);
  }
  return tooLate;
}

/** The end of a subscribed device's tick is in both. */
function inOrder(recorded: History['samples']): History['samples'] {
  return recorded.toSorted((one, other) => one.sequence - other.sequence);
}
