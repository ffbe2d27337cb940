import { useSearch } from '@tanstack/react-router';
import { type AddressedRange, timeRangeSearch } from '../time/time-range.ts';

export const ownershipViews = ['session', 'collector'] as const;
export type OwnershipView = (typeof ownershipViews)[number];

/** The state of the screen in the address. */
export interface OwnershipSearch extends AddressedRange {
  readonly by?: OwnershipView | undefined;
  readonly find?: string | undefined;
  /** The chosen moment, RFC 3339; the end of the time when left out. */
  readonly at?: string | undefined;
}

/** Leaves out unknown values. */
export function ownershipSearch(search: Record<string, unknown>): OwnershipSearch {
  const { find, at } = search;
  return {
    ...timeRangeSearch(search),
    by: ownershipViews.find((each) => each === search.by),
    find: typeof find === 'string' || typeof find === 'number' ? String(find) : undefined,
    at: typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? at : undefined,
  };
}

export function useOwnershipSearch() {
  const { by = 'session', find = '', at, from = '-24h', to } = useSearch({ from: '/ownership' });
  return { by, find, at: at === undefined ? undefined : Date.parse(at), range: { from, to } };
}
