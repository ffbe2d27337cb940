import { useSearch } from '@tanstack/react-router';
import { type Range, ranges, type Show, shows } from './summaries.ts';

/** The list as an address asks for it; all that it leaves out is as usual. */
export interface SessionsSearch {
  readonly show?: Show | undefined;
  readonly range?: Range | undefined;
  readonly find?: string | undefined;
  /** Id of the one that is shown beside the list. */
  readonly session?: string | undefined;
}

/** Leaves out what nobody knows. */
export function sessionsSearch(given: Record<string, unknown>): SessionsSearch {
  const { find, session } = given;
  return {
    show: shows.find((each) => each === given.show),
    range: ranges.find((each) => each === given.range),
    find: typeof find === 'string' || typeof find === 'number' ? String(find) : undefined,
    session: typeof session === 'string' ? session : undefined,
  };
}

export function useSessionsSearch() {
  const { show = 'all', range = '24h', find = '', session } = useSearch({ from: '/sessions' });
  return { show, range, find, session };
}
