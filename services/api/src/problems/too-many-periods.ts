import { Problem } from './problem.ts';
import { problemsText } from './texts.ts';

export function tooManyPeriods(atMost: number): Problem {
  return new Problem('too_many_periods', problemsText('too_many_periods', { atMost }));
}
