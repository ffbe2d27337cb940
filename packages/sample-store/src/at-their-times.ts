import {
  type Changes,
  integerFlag,
  sourceTimeFlag,
  uncertainFlag,
} from '@holdfast/shared/contracts/sample/changes.ts';
import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import type { StorableSample } from './sample-store.ts';

/** The values of one device at one millisecond. */
export interface Moment {
  readonly sample: StorableSample;
  /** The sample that had these values. */
  readonly of: StorableSample;
}

/**
 * The values of samples as they are stored: those of a subscribed device at their own times, all others at the time of
 * their tick.
 */
export function atTheirTimes(samples: readonly StorableSample[]): readonly Moment[] {
  return samples.flatMap((sample) => {
    const { changes, ...rest } = sample;
    return changes ? momentsOf(changes, sample, rest) : [{ sample, of: sample }];
  });
}

/** True if some values have times of their own. */
export function haveOwnTimes(samples: readonly StorableSample[]): boolean {
  return samples.some(({ changes }) => changes !== undefined);
}

interface Values {
  readonly values: Record<string, PointValue>;
  readonly integers: Record<string, string>;
  readonly uncertain: Set<string>;
  readonly sourceTimed: Set<string>;
}

function momentsOf(changes: Changes, of: StorableSample, rest: StorableSample): Moment[] {
  const { miss: _, values: __, integers: ___, uncertain: ____, ...about } = rest;
  const byTime = new Map<number, Values>();
  for (const code of Object.keys(changes)) {
    for (const [offset, value, flags = 0] of changes[code] ?? []) {
      const time = of.time + offset;
      let at = byTime.get(time);
      if (!at) {
        at = { values: emptied(), integers: emptied(), uncertain: new Set(), sourceTimed: new Set() };
        byTime.set(time, at);
      }
      // The last of several values in one millisecond stays.
      delete at.values[code];
      delete at.integers[code];
      at.uncertain.delete(code);
      at.sourceTimed.delete(code);
      if (flags & integerFlag) at.integers[code] = String(value);
      else at.values[code] = value;
      if (flags & uncertainFlag) at.uncertain.add(code);
      if (flags & sourceTimeFlag) at.sourceTimed.add(code);
    }
  }
  return [...byTime].map(([time, { values, integers, uncertain, sourceTimed }]) => ({
    of,
    sample: { ...about, time, values, integers, uncertain: [...uncertain], sourceTimed },
  }));
}

/** Codes are chosen by users: `__proto__` is one like any other. */
function emptied<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
