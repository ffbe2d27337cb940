import { median } from '../median.ts';

/** Resident memory of a process, looked at every second, in MiB. */
export interface ResidentThirds {
  readonly first: number;
  readonly second: number;
  readonly last: number;
  readonly most: number;
}

/** Medians of the thirds of a time: they show whether a process grows. @throws RangeError for no looks */
export function inThirds(residentMib: readonly number[]): ResidentThirds {
  const third = Math.max(1, Math.floor(residentMib.length / 3));
  const from = Math.min(third, residentMib.length - 1);
  return {
    first: median(residentMib.slice(0, third)),
    second: median(residentMib.slice(from, from + third)),
    last: median(residentMib.slice(-third)),
    most: Math.max(...residentMib),
  };
}
