import { atTheirTimes, haveOwnTimes, type Moment } from '../at-their-times.ts';
import { codesOf } from '../refusals.ts';
import type { Refusal, StorableSample, WriteOutcome } from '../sample-store.ts';

type Write = (samples: readonly StorableSample[]) => Promise<WriteOutcome>;

/** Writes samples as lines of single moments, and reports refusals by the samples from which the moments come. */
export async function writeAtTheirTimes(
  samples: readonly StorableSample[],
  write: Write,
): Promise<WriteOutcome> {
  if (!haveOwnTimes(samples)) return write(samples);
  const moments = atTheirTimes(samples);
  const outcome = await write(moments.map(({ sample }) => sample));
  if (outcome.kind === 'written') return outcomeOf(refusalsOf(moments, outcome.refused ?? []));
  const [only] = samples;
  // With several samples, the caller finds out which one was rejected.
  if (samples.length > 1 || only === undefined) return outcome;
  const refused: Refusal[] = [];
  for (const { sample } of moments) {
    const ofOne = await write([sample]);
    if (ofOne.kind === 'rejected') refused.push({ sample, codes: 'all', reason: ofOne.reason });
    else refused.push(...(ofOne.refused ?? []));
  }
  const [refusal] = refusalsOf(moments, refused);
  if (refusal?.codes === 'all') return { kind: 'rejected', reason: refusal.reason };
  return outcomeOf(refusal ? [refusal] : []);
}

function outcomeOf(refused: readonly Refusal[]): WriteOutcome {
  return refused.length === 0 ? { kind: 'written' } : { kind: 'written', refused };
}

/** A point counts as refused as soon as one of its values is refused. */
function refusalsOf(moments: readonly Moment[], refused: readonly Refusal[]): Refusal[] {
  const whole = new Map(moments.map(({ sample, of }) => [sample, of]));
  const codes = new Map<StorableSample, Set<string>>();
  const reasons = new Map<StorableSample, string>();
  for (const { sample, codes: some, reason } of refused) {
    const of = whole.get(sample) ?? sample;
    const refusedCodes = codes.get(of) ?? new Set();
    codes.set(of, refusedCodes);
    for (const code of some === 'all' ? codesOf(sample) : some) refusedCodes.add(code);
    if (!reasons.has(of)) reasons.set(of, reason);
  }
  return [...codes].map(([sample, some]) => ({
    sample,
    codes: some.size >= codesOf(sample).length ? ('all' as const) : [...some],
    reason: reasons.get(sample) ?? '',
  }));
}
