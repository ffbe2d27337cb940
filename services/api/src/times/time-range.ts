import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { onItsWayMs } from '@holdfast/shared/domain/gaps/lost-after-sending.ts';
import { validationFailed } from '../problems/problem.ts';
import { timeOf } from './relative-time.ts';

const dayMs = 86_400_000;

/** The time to which a question about many sessions refers. */
export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
}

/**
 * The time that a question about many sessions covers; by default it is 24 hours long and ends some seconds ago.
 * @throws Problem
 */
export function timeRangeOf(query: { from?: string | undefined; to?: string | undefined }): TimeRange {
  const now = new Date();
  const end = query.to ? timeOf('to', query.to, now) : new Date(now.getTime() - onItsWayMs);
  // A tick that is not due yet cannot be missing.
  const to = end > now ? now : end;
  const from = query.from ? timeOf('from', query.from, now) : new Date(Math.max(0, to.getTime() - dayMs));
  if (from < to) return { from, to };
  const message = from > now ? fieldText('not_in_the_future') : fieldText('must_be_before', { other: 'to' });
  throw validationFailed([{ path: 'from', message }]);
}
