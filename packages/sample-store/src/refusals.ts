import type { Refusal, RefusedValue, StorableSample } from './sample-store.ts';

/** A long list of reasons does not help. */
const reasonsNamed = 3;

/** Describes in words which of a sample's values are refused. */
export function refusalOf(sample: StorableSample, refused: readonly RefusedValue[]): Refusal {
  const reasons = refused.slice(0, reasonsNamed).map(({ code, reason }) => `${code}: ${reason}`);
  const more = refused.length - reasons.length;
  return {
    sample,
    codes: refused.length >= codesOf(sample).length ? 'all' : refused.map(({ code }) => code),
    reason: reasons.join('; ') + (more > 0 ? `; and ${more} more` : ''),
  };
}

/** Codes of the points of which the sample has values. */
export function codesOf({ values, integers, changes }: StorableSample): string[] {
  return [values, integers, changes].flatMap((of) => Object.keys(of ?? {}));
}

/** The same sample with only the wanted values. */
export function withValues(sample: StorableSample, isWanted: (code: string) => boolean): StorableSample {
  const { plainValues: _, values, integers, changes, ...rest } = sample;
  const withoutRefused = <T>(of: Readonly<Record<string, T>> | undefined) =>
    of && Object.fromEntries(Object.entries(of).filter(([code]) => isWanted(code)));
  return {
    ...rest,
    ...(values ? { values: withoutRefused(values) } : {}),
    ...(integers ? { integers: withoutRefused(integers) } : {}),
    ...(changes ? { changes: withoutRefused(changes) } : {}),
  };
}
