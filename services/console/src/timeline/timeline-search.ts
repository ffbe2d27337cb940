import { useSearch } from '@tanstack/react-router';
import { type AddressedRange, timeRangeSearch } from '../time/time-range.ts';

export const kinds = ['all', 'session', 'devices', 'missing'] as const;
export type FeedKind = (typeof kinds)[number];

/** A timeline as an address asks for it; without an end it goes on. */
export interface TimelineSearch extends AddressedRange {
  readonly kind?: FeedKind | undefined;
  readonly only?: 'abnormal' | undefined;
  readonly as?: 'json' | undefined;
  /** The moment that is looked at. */
  readonly at?: string | undefined;
  /** Whether idle time is drawn as long as it was. */
  readonly idle?: 'whole' | undefined;
}

/** Leaves out what nobody knows. */
export function timelineSearch(given: Record<string, unknown>): TimelineSearch {
  const { at } = given;
  return {
    ...timeRangeSearch(given),
    kind: kinds.find((each) => each === given.kind),
    only: given.only === 'abnormal' ? 'abnormal' : undefined,
    as: given.as === 'json' ? 'json' : undefined,
    at: typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? new Date(at).toISOString() : undefined,
    idle: given.idle === 'whole' ? 'whole' : undefined,
  };
}

export function useTimelineSearch() {
  return useSearch({ from: '/sessions/$id/timeline' });
}
