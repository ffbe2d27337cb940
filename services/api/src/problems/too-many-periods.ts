import { Problem } from './problem.ts';

export function tooManyPeriods(atMost: number): Problem {
  return new Problem(
    'too_many_periods',
    `At most ${atMost} periods are given at once, those of each row counted. Take a longer interval, a shorter time, or a smaller limit.`,
  );
}
