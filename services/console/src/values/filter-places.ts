import { pointName } from '@holdfast/shared/contracts/http/point-name.ts';
import type { ValueBoard } from './value-board.ts';
import type { ValueShow } from './values-search.ts';

export interface PlaceCounts {
  readonly all: number;
  readonly attention: number;
  readonly uncertain: number;
}

/** Places of the points whose names contain all words of the search. */
export function placesMatching({ points }: ValueBoard, find: string): number[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const all = points.map((_, place) => place);
  if (words.length === 0) return all;
  return all.filter((place) => {
    const { device = '', code = '', name = '', unit = '' } = points[place] ?? {};
    const text = `${device} ${code} ${name} ${unit}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** @param nowMs on the server's clock */
export function countPlaces(board: ValueBoard, places: readonly number[], nowMs: number): PlaceCounts {
  let attention = 0;
  let uncertain = 0;
  for (const place of places) {
    const state = board.stateOf(place, nowMs);
    if (state === 'uncertain') uncertain += 1;
    else if (state !== 'good') attention += 1;
  }
  return { all: places.length, attention, uncertain };
}

export function filterPlaces(
  board: ValueBoard,
  places: readonly number[],
  { show, chosenPoints, nowMs }: { show: ValueShow; chosenPoints: ReadonlySet<string>; nowMs: number },
): readonly number[] {
  switch (show) {
    case 'all':
      return places;
    case 'uncertain':
      return places.filter((place) => board.stateOf(place, nowMs) === 'uncertain');
    case 'attention':
      return places.filter((place) => {
        const state = board.stateOf(place, nowMs);
        return state !== 'good' && state !== 'uncertain';
      });
    case 'chosen':
      return places.filter((place) => {
        const { device = '', code = '' } = board.points[place] ?? {};
        return chosenPoints.has(pointName({ device, point: code }));
      });
    default:
      return show satisfies never;
  }
}
