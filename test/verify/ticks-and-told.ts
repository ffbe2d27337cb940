import { accountsForTick } from '@holdfast/sample-store/tick-coverage.ts';
import type { RecordedSample } from './history.ts';

/**
 * Parts what samples say of their ticks from the values that subscribed devices told. A sample only keeps that there were
 * such values: they have times of their own, and are judged one by one.
 */
export function ticksAndTold(recorded: readonly RecordedSample[]): {
  readonly samples: RecordedSample[];
  readonly told: RecordedSample[];
} {
  return {
    told: recorded.filter(({ sample }) => sample.changes !== undefined),
    samples: recorded
      .filter(({ sample }) => accountsForTick(sample))
      .map((each) => (each.sample.changes ? { ...each, sample: { ...each.sample, changes: {} } } : each)),
  };
}
