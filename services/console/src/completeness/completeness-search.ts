import { useSearch } from '@tanstack/react-router';
import { type AddressedRange, timeRangeSearch } from '../time/time-range.ts';

export const mapViews = ['session', 'device', 'hours'] as const;
export type MapView = (typeof mapViews)[number];
export const mapSorts = ['name', 'missing'] as const;
export type MapSort = (typeof mapSorts)[number];

/** The state of the screen in the address. */
export interface CompletenessSearch extends AddressedRange {
  readonly by?: MapView | undefined;
  readonly sort?: MapSort | undefined;
  readonly find?: string | undefined;
  /** The row of the chosen cell, or the row whose hours are shown: a session or a device. The whole plant when left out. */
  readonly session?: string | undefined;
  readonly device?: string | undefined;
  /** Beginning of the chosen period, RFC 3339; yesterday when left out. */
  readonly cell?: string | undefined;
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Leaves out unknown values. */
export function completenessSearch(search: Record<string, unknown>): CompletenessSearch {
  const { cell, find } = search;
  return {
    ...timeRangeSearch(search),
    by: mapViews.find((each) => each === search.by),
    sort: mapSorts.find((each) => each === search.sort),
    find: typeof find === 'number' ? String(find) : textOf(find),
    session: textOf(search.session),
    device: textOf(search.device),
    cell: typeof cell === 'string' && !Number.isNaN(Date.parse(cell)) ? cell : undefined,
  };
}

export function useCompletenessSearch() {
  const {
    by = 'session',
    sort = 'name',
    find = '',
    from = '-28d',
    to,
    ...rest
  } = useSearch({
    from: '/completeness',
  });
  return { ...rest, by, sort, find, range: { from, to } };
}
