import { InvalidMeasurement } from '../benchmark.ts';

/** Samples that may always be on their way, however little is read. */
const alwaysAllowed = 1_000;

/**
 * Samples that still wait for the broker would count as ticks that were lost.
 * @param perSecond samples that are made a second; so many are on their way at any time
 * @throws InvalidMeasurement
 */
export function requireSent(waiting: number, perSecond: number): void {
  if (isOnItsWay(waiting, perSecond)) return;
  throw new InvalidMeasurement(
    `${waiting} samples wait for the broker, which takes fewer than the ${perSecond} that are read a second: raise --period-ms`,
  );
}

/** Waits while the samples of a start become fewer. @throws InvalidMeasurement when they do not */
export async function untilSent(waitingNow: () => Promise<number>, perSecond: number): Promise<void> {
  let before = Number.POSITIVE_INFINITY;
  for (;;) {
    const waiting = await waitingNow();
    if (waiting >= before) requireSent(waiting, perSecond);
    if (isOnItsWay(waiting, perSecond)) return;
    before = waiting;
  }
}

function isOnItsWay(waiting: number, perSecond: number): boolean {
  return waiting <= Math.max(alwaysAllowed, perSecond);
}
