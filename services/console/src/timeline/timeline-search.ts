import { useSearch } from '@tanstack/react-router';
import { type AddressedRange, timeRangeSearch } from '../time/time-range.ts';

export const kinds = ['all', 'session', 'devices', 'missing'] as const;
export type FeedKind = (typeof kinds)[number];

/** The state of a timeline in the address; without an end it continues. */
export interface TimelineSearch extends AddressedRange {
  readonly kind?: FeedKind | undefined;
  readonly only?: 'abnormal' | undefined;
  readonly as?: 'json' | undefined;
  /** The chosen moment. */
  readonly at?: string | undefined;
  /** `whole` draws idle time at its full length. */
  readonly idle?: 'whole' | undefined;
}

/** Leaves out unknown values. */
export function timelineSearch(search: Record<string, unknown>): TimelineSearch {
  const { at } = search;
  return {
    ...timeRangeSearch(search),
    kind: kinds.find((each) => each === search.kind),
    only: search.only === 'abnormal' ? 'abnormal' : undefined,
    as: search.as === 'json' ? 'json' : undefined,
    at: typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? new Date(at).toISOString() : undefined,
    idle: search.idle === 'whole' ? 'whole' : undefined,
  };
}

export function useTimelineSearch() {
  return useSearch({ from: '/sessions/$id/timeline' });
}
