import { useSearch } from '@tanstack/react-router';

export const valueShows = ['all', 'attention', 'uncertain', 'chosen'] as const;
export type ValueShow = (typeof valueShows)[number];

/** The live values as an address asks for them: points of a session, of a device, or any; all that it leaves out is as usual. */
export interface ValuesSearch {
  readonly session?: string | undefined;
  readonly device?: string | undefined;
  /** `DEVICE/POINT`, those that are chosen. */
  readonly points?: readonly string[] | undefined;
  readonly shown?: ValueShow | undefined;
  readonly find?: string | undefined;
}

/** Leaves out what nobody knows. */
export function valuesSearch(given: Record<string, unknown>): ValuesSearch {
  return {
    session: textOf(given.session),
    device: textOf(given.device),
    points: pointsSearch(given.points),
    shown: valueShows.find((each) => each === given.shown),
    find: textOf(given.find),
  };
}

/** Names of points out of an address, each once; one that was typed by hand need not be a list. */
export function pointsSearch(given: unknown): readonly string[] | undefined {
  const names = [given].flat().filter((name) => typeof name === 'string' && name.includes('/'));
  return names.length === 0 ? undefined : ([...new Set(names)] as string[]);
}

/** A code of digits only comes out of an address as a number. */
function textOf(given: unknown): string | undefined {
  return typeof given === 'string' || typeof given === 'number' ? String(given) || undefined : undefined;
}

const noPoints: readonly string[] = [];

export function useValuesSearch() {
  const { session, device, points = noPoints, shown: show = 'all', find = '' } = useSearch({ from: '/live' });
  return { session, device, points, show, find };
}
