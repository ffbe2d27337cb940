import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** The message of a sample, reduced to the values of some points: everything else in it is stored already. */
export function partOfSample(message: string, codes: readonly string[]): string {
  const { miss: _, uncertain, values, integers, changes, ...sample } = JSON.parse(message) as Sample;
  const wanted = new Set(codes);
  const part = <T>(of: Readonly<Record<string, T>> | undefined): Record<string, T> | undefined => {
    const kept = Object.entries(of ?? {}).filter(([code]) => wanted.has(code));
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  };
  const doubtful = uncertain?.filter((code) => wanted.has(code));
  return JSON.stringify({
    ...sample,
    ...(doubtful?.length ? { uncertain: doubtful } : {}),
    changes: part(changes),
    integers: part(integers),
    values: part(values),
  });
}
