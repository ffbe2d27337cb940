import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type AddressedRange, timeRangeSearch } from '../time/time-range.ts';
import { type Show, shows } from './summaries.ts';

/** The state of the list in the address; parts that are left out have their defaults. */
export interface SessionsSearch extends AddressedRange {
  readonly show?: Show | undefined;
  readonly find?: string | undefined;
  /** Id of the session that is shown next to the list. */
  readonly session?: string | undefined;
}

/** Leaves out unknown values. */
export function sessionsSearch(search: Record<string, unknown>): SessionsSearch {
  const { find, session } = search;
  return {
    ...timeRangeSearch(search),
    show: shows.find((each) => each === search.show),
    find: typeof find === 'string' || typeof find === 'number' ? String(find) : undefined,
    session: typeof session === 'string' ? session : undefined,
  };
}

export function useSessionsSearch() {
  const { show = 'all', from = '-24h', to, find = '', session } = useSearch({ from: '/sessions' });
  const range = useMemo(() => ({ from, to }), [from, to]);
  return { show, range, find, session };
}
