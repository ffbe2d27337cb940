import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** Whether anything of it is for the database; nothing is when nothing had changed enough to be sent. */
export function hasReadings({ values, integers }: Pick<Sample, 'values' | 'integers'>): boolean {
  return Object.keys(values ?? {}).length > 0 || Object.keys(integers ?? {}).length > 0;
}
