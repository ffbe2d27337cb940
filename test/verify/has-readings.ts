import { countChanges } from '@holdfast/shared/contracts/sample/changes.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** Whether a sample has anything for the database; it has nothing when nothing had changed enough to be sent. */
export function hasReadings({
  values,
  integers,
  changes,
}: Pick<Sample, 'values' | 'integers' | 'changes'>): boolean {
  if (countChanges(changes) > 0) return true;
  return Object.keys(values ?? {}).length > 0 || Object.keys(integers ?? {}).length > 0;
}
