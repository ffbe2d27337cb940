import { useSearch } from '@tanstack/react-router';

export const valueShows = ['all', 'attention', 'uncertain', 'chosen'] as const;
export type ValueShow = (typeof valueShows)[number];

/** The state of the live values in the address: points of a session, of a device, or any; left out parts have defaults. */
export interface ValuesSearch {
  readonly session?: string | undefined;
  readonly device?: string | undefined;
  /** Chosen points, as `DEVICE/POINT`. */
  readonly points?: readonly string[] | undefined;
  readonly shown?: ValueShow | undefined;
  readonly find?: string | undefined;
}

/** Leaves out unknown values. */
export function valuesSearch(search: Record<string, unknown>): ValuesSearch {
  return {
    session: textOf(search.session),
    device: textOf(search.device),
    points: pointsSearch(search.points),
    shown: valueShows.find((each) => each === search.shown),
    find: textOf(search.find),
  };
}

/** Names of points in an address, each once; in an address typed by hand they need not be a list. */
export function pointsSearch(search: unknown): readonly string[] | undefined {
  const names = [search].flat().filter((name) => typeof name === 'string' && name.includes('/'));
  return names.length === 0 ? undefined : ([...new Set(names)] as string[]);
}

/** A code as text: the address gives a code of digits as a number. */
function textOf(search: unknown): string | undefined {
  return typeof search === 'string' || typeof search === 'number' ? String(search) || undefined : undefined;
}

const noPoints: readonly string[] = [];

export function useValuesSearch() {
  const { session, device, points = noPoints, shown: show = 'all', find = '' } = useSearch({ from: '/live' });
  return { session, device, points, show, find };
}
