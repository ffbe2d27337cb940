import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** The message of a sample, reduced to the values of some points: everything else in it is stored already. */
export function partOfSample(message: string, codes: readonly string[]): string {
  const { miss: _, uncertain, values, integers, changes, ...sample } = JSON.parse(message) as Sample;
  const codesOfPart = new Set(codes);
  const part = <T>(of: Readonly<Record<string, T>> | undefined): Record<string, T> | undefined => {
    const entries = Object.entries(of ?? {}).filter(([code]) => codesOfPart.has(code));
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  };
  const doubtful = uncertain?.filter((code) => codesOfPart.has(code));
  return JSON.stringify({
    ...sample,
    ...(doubtful?.length ? { uncertain: doubtful } : {}),
    changes: part(changes),
    integers: part(integers),
    values: part(values),
  });
}
