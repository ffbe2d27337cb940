import type { PointValue } from '@holdfast/driver/point.ts';
import { durationMs } from '../duration.ts';
import { seededRandom } from '../seeded-random.ts';
import type { ValueOfFile } from './value-schema.ts';

type Value = PointValue | readonly PointValue[];

/** The course of a value over time. */
export interface ValueCourse {
  /** Called with times that never go back, in ms since the start of the plant. */
  readonly at: (elapsedMs: number) => Value;
  /** The least and the greatest value, or all values. These have to fit into the registers. */
  readonly extremes: readonly Value[];
  readonly moves: boolean;
}

/** @param seed seed for a random course without one of its own */
export function valueCourse(value: ValueOfFile, seed: number): ValueCourse {
  if (typeof value !== 'object' || Array.isArray(value)) return constant(value);
  if (value.constant !== undefined) return constant(value.constant);
  if (value.ramp) {
    const { from, to, once } = value.ramp;
    const periodMs = durationMs(value.ramp.period);
    return moving([from, to], (elapsedMs) => {
      const part = once ? Math.min(elapsedMs / periodMs, 1) : (elapsedMs % periodMs) / periodMs;
      return from + (to - from) * part;
    });
  }
  if (value.sine) {
    const { middle, amplitude, phase } = value.sine;
    const periodMs = durationMs(value.sine.period);
    return moving(
      [middle - amplitude, middle + amplitude],
      (elapsedMs) => middle + amplitude * Math.sin(2 * Math.PI * (elapsedMs / periodMs + phase)),
    );
  }
  if (value.square) {
    const { low, high, duty } = value.square;
    const periodMs = durationMs(value.square.period);
    return moving([low, high], (elapsedMs) => ((elapsedMs % periodMs) / periodMs < duty ? high : low));
  }
  if (value.random_walk) return randomWalk(value.random_walk, seed);
  if (value.counter) return counter(value.counter);
  if (value.list) return list(value.list.values, value.list);
  throw new Error('a CSV column has to be read before it can be followed');
}

/** @param values one or more */
export function list(
  values: readonly PointValue[],
  { every, once }: { readonly every: string; readonly once: boolean },
): ValueCourse {
  const everyMs = durationMs(every);
  const last = values.length - 1;
  return moving(values, (elapsedMs) => {
    const index = Math.floor(elapsedMs / everyMs);
    return values[once ? Math.min(index, last) : index % values.length] ?? 0;
  });
}

function constant(value: Value): ValueCourse {
  return { at: () => value, extremes: [value], moves: false };
}

function moving(extremes: readonly Value[], at: (elapsedMs: number) => Value): ValueCourse {
  return { at, extremes, moves: true };
}

type Moving = Extract<ValueOfFile, { ramp?: unknown }>;

function randomWalk(walk: NonNullable<Moving['random_walk']>, seed: number): ValueCourse {
  const { step, min, max, start = (min + max) / 2 } = walk;
  const everyMs = durationMs(walk.every);
  const random = seededRandom(walk.seed ?? seed);
  let steps = 0;
  let value = start;
  // A reader that has not looked at a walk with steps of 10 ms for a day wants an answer, not every step.
  const longestWay = 100_000;
  return moving([min, max], (elapsedMs) => {
    const dueSteps = Math.floor(elapsedMs / everyMs);
    for (let remaining = Math.min(dueSteps - steps, longestWay); remaining > 0; remaining--) {
      value = Math.min(max, Math.max(min, value + (random() * 2 - 1) * step));
    }
    steps = Math.max(steps, dueSteps);
    return value;
  });
}

function counter({ start, step, every, wrap_at }: NonNullable<Moving['counter']>): ValueCourse {
  const everyMs = durationMs(every);
  // Steps until `wrap_at` is reached or passed.
  const round = wrap_at === undefined ? Number.POSITIVE_INFINITY : Math.ceil((wrap_at - start) / step);
  const last = Number.isFinite(round) ? start + step * (round - 1) : start;
  return moving(
    [start, last],
    (elapsedMs) => start + step * (Math.floor(elapsedMs / everyMs) % Math.max(round, 1)),
  );
}
