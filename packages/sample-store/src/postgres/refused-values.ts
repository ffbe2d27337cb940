import { integerFlag } from '@holdfast/shared/contracts/sample/changes.ts';
import { beyondDouble, integerProblem } from '../exact-integer.ts';
import { refusalOf, withValues } from '../refusals.ts';
import type { Refusal, RefusedValue, StorableSample } from '../sample-store.ts';
import { timeProblem } from './day-partitions.ts';

/** Takes out values that PostgreSQL is known to refuse. It would refuse the whole batch for one of them. */
export function withoutRefused(samples: readonly StorableSample[]): {
  readonly storable: readonly StorableSample[];
  readonly refused: readonly Refusal[];
} {
  const refused: Refusal[] = [];
  const storable: StorableSample[] = [];
  for (const sample of samples) {
    const refusal = refusalIn(sample);
    if (refusal) refused.push(refusal);
    if (!refusal) storable.push(sample);
    else if (refusal.codes !== 'all') {
      const leftOut = new Set(refusal.codes);
      storable.push(withValues(sample, (code) => !leftOut.has(code)));
    }
  }
  return { storable: refused.length === 0 ? samples : storable, refused };
}

function refusalIn(sample: StorableSample): Refusal | undefined {
  const problem = timeProblem(sample);
  if (problem !== undefined) return { sample, codes: 'all', reason: problem };
  // Only numbers and booleans, as in nearly all samples.
  if (sample.plainValues && !sample.integers && !sample.changes) return undefined;
  const values = [...refusedTexts(sample), ...refusedIntegers(sample), ...refusedChanges(sample)];
  return values.length === 0 ? undefined : refusalOf(sample, values);
}

/** A text in PostgreSQL cannot have a NUL character. */
function* refusedTexts({ plainValues, values }: StorableSample): Iterable<RefusedValue> {
  if (plainValues !== undefined) return;
  for (const code in values) {
    const value = values[code];
    if (code.includes('\0')) yield { code, reason: 'PostgreSQL takes no NUL character in a name' };
    else if (typeof value === 'string' && value.includes('\0')) {
      yield { code, reason: 'PostgreSQL takes no NUL character in a text' };
    }
  }
}

function* refusedIntegers({ integers }: StorableSample): Iterable<RefusedValue> {
  for (const code in integers) {
    const integer = beyondDouble(integers[code] ?? '');
    const reason = code.includes('\0')
      ? 'PostgreSQL takes no NUL character in a name'
      : integer === undefined
        ? undefined
        : integerProblem(code, integer);
    if (reason !== undefined) yield { code, reason };
  }
}

/** Reports each point once: a single bad value makes all values of its point refused. */
function* refusedChanges({ time, changes }: StorableSample): Iterable<RefusedValue> {
  for (const code in changes) {
    for (const [offset, value, flags = 0] of changes[code] ?? []) {
      const ofOne = { [code]: value };
      const isInteger = (flags & integerFlag) !== 0;
      const problem = timeProblem({ time: time + offset });
      const [row] = isInteger
        ? refusedIntegers({ integers: ofOne } as unknown as StorableSample)
        : refusedTexts({ values: ofOne } as unknown as StorableSample);
      const reason = problem ?? row?.reason;
      if (reason === undefined) continue;
      yield { code, reason };
      break;
    }
  }
}
