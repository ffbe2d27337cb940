import { useSearch } from '@tanstack/react-router';
import { type AddressedRange, timeRangeSearch } from '../time/time-range.ts';
import { pointsSearch } from '../values/values-search.ts';

/** The API draws no more at once, and nobody tells more apart. */
export const trendsAtMost = 20;

export interface TrendsSearch extends AddressedRange {
  /** `DEVICE/POINT`, in the order in which they are shown. */
  readonly points?: readonly string[] | undefined;
}

/** Leaves out what nobody knows. */
export function trendsSearch(given: Record<string, unknown>): TrendsSearch {
  return { points: pointsSearch(given.points)?.slice(0, trendsAtMost), ...timeRangeSearch(given) };
}

const noPoints: readonly string[] = [];

export function useTrendsSearch() {
  const { points = noPoints, from = '-1h', to } = useSearch({ from: '/trends' });
  return { points, range: { from, to } };
}
