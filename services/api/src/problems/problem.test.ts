import { inLanguage, quoted } from '@holdfast/texts/text.ts';
import { expect, it } from 'vitest';
import { validationFailed } from './problem.ts';

it('lists the first hundred faults of a request, however many there are, and counts them all', () => {
  const faults = Array.from({ length: 10_000 }, (_, index) => ({
    path: `points.${index}.address`,
    message: quoted('must be a number'),
  }));
  const { members, detail } = validationFailed(faults);
  expect(members).toEqual({ errors: faults.slice(0, 100), more_errors: 9_900 });
  expect(inLanguage(detail, 'en')).toBe(
    'points.0.address: must be a number; points.1.address: must be a number; points.2.address: must be a number (and 9997 more)',
  );
});
