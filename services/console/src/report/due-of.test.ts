import type { ReportRow } from '@holdfast/shared/contracts/http/report-http.ts';
import { expect, it } from 'vitest';
import { dueOf } from './due-of.ts';

const at = (hour: number) => new Date(hour * 3_600_000).toISOString();
const parts = [0, 8, 16].map((hour) => ({ name: '', start_time: at(hour), end_time: at(hour + 8) }));
const dueText = (expected: readonly number[], ...due: ReportRow['due']) =>
  dueOf(
    { by_part: expected.map((each) => ({ expected: each })) as unknown as ReportRow['by_part'], due },
    parts,
  );

it('the time in which ticks of a session were due reaches over parts, and is left out where it is all', () => {
  expect(dueText([8, 8, 8])).toBeUndefined();
  expect(dueText([0, 0, 0])).toBeUndefined();
  expect(dueText([])).toBeUndefined();
  expect(dueText([0, 8, 8])).toEqual({ from: at(8), to: at(24) });
  expect(
    dueText([2, 8, 1], { part: 0, from: at(6), to: at(8) }, { part: 2, from: at(16), to: at(17) }),
  ).toEqual({
    ...{ from: at(6), to: at(17) },
  });
  // A break within a part changes neither of its ends.
  expect(dueText([8, 2, 8], { part: 1, from: at(9), to: at(11) })).toBeUndefined();
});
