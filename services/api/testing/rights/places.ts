/** Where something is: at one site, at the other, at both or at none. Codes of everything there begin with the place. */
export const places = ['hall-1', 'hall-2', 'both', 'nowhere'] as const;
export type Place = (typeof places)[number];

export const sitesAt: Readonly<Record<Place, readonly string[]>> = {
  'hall-1': ['hall-1'],
  'hall-2': ['hall-2'],
  both: ['hall-1', 'hall-2'],
  nowhere: [],
};

/** The id of the thing of a kind that is at a place, or undefined if none can be there. */
export type IdAt = (
  kind: 'sites' | 'devices' | 'points' | 'tasks' | 'sessions',
  place: Place,
) => number | string | undefined;
