import { recordFaults } from '../../support/change-record.ts';
import type { History, Violation } from '../history.ts';

/** I12: the configuration is what its change sets come to, and each of them begins where the one before it ended. */
export function changeRecord({ database }: Pick<History, 'database'>): Violation[] {
  const record = database?.changeRecord;
  return record === undefined
    ? []
    : recordFaults(record).map(({ thing, what }) => ({ invariant: 'I12', subject: thing, what }));
}
