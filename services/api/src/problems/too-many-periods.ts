import { both } from '@holdfast/driver/form-words.ts';
import { Problem } from './problem.ts';

export function tooManyPeriods(atMost: number): Problem {
  return new Problem(
    'too_many_periods',
    both(
      `At most ${atMost} periods are given at once, those of each row counted. Take a longer interval, a shorter time, or a smaller limit.`,
      `一次最多给出 ${atMost} 个时段（每行分别计数）。请取更长的间隔、更短的时间，或更小的 limit。`,
    ),
  );
}
