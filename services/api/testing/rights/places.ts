/** Where something lies: at one site, at the other, at both, at none. The codes of all that is there begin with it. */
export const places = ['hall-1', 'hall-2', 'both', 'nowhere'] as const;
export type Place = (typeof places)[number];

export const sitesAt: Readonly<Record<Place, readonly string[]>> = {
  'hall-1': ['hall-1'],
  'hall-2': ['hall-2'],
  both: ['hall-1', 'hall-2'],
  nowhere: [],
};

/** Gives the id of the thing of a kind that lies at a place; undefined where none can. */
export type IdAt = (
  kind: 'sites' | 'devices' | 'points' | 'tasks' | 'sessions',
  place: Place,
) => number | string | undefined;
