import { useSearch } from '@tanstack/react-router';
import { type AddressedRange, timeRangeSearch } from '../time/time-range.ts';
import { pointsSearch } from '../values/values-search.ts';

/** Most curves at once: the API gives no more, and more could not be distinguished. */
export const trendsAtMost = 20;

export interface TrendsSearch extends AddressedRange {
  /** Points as `DEVICE/POINT`, in the order in which they are shown. */
  readonly points?: readonly string[] | undefined;
}

/** Leaves out unknown values. */
export function trendsSearch(search: Record<string, unknown>): TrendsSearch {
  return { points: pointsSearch(search.points)?.slice(0, trendsAtMost), ...timeRangeSearch(search) };
}

const noPoints: readonly string[] = [];

export function useTrendsSearch() {
  const { points = noPoints, from = '-1h', to } = useSearch({ from: '/trends' });
  return { points, range: { from, to } };
}
