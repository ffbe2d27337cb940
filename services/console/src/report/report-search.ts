import { useSearch } from '@tanstack/react-router';
import { type AddressedRange, timeRangeSearch } from '../time/time-range.ts';

export const splits = ['none', 'day', 'shift'] as const;
export type Split = (typeof splits)[number];

/** The state of the report in the address. */
export interface ReportSearch extends AddressedRange {
  readonly split?: Split | undefined;
  readonly site?: string | undefined;
  readonly session?: string | undefined;
  /** Name of the batch, order or shift. */
  readonly title?: string | undefined;
}

const textOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;

/** Leaves out unknown values. */
export function reportSearch(search: Record<string, unknown>): ReportSearch {
  return {
    ...timeRangeSearch(search),
    split: splits.find((each) => each === search.split),
    ...{ site: textOf(search.site), session: textOf(search.session), title: textOf(search.title) },
  };
}

export function useReportSearch() {
  const { split = 'none', title = '', from, to, ...rest } = useSearch({ from: '/report' });
  // Yesterday is the last complete day.
  return {
    ...rest,
    split,
    title,
    range: from === undefined ? { from: 'yesterday', to: 'today' } : { from, to },
  };
}
