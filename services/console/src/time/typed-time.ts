import { atWall, wallOf } from './zone-clock.ts';

/** `2026-11-27 22:57:20`, with its parts in the order in which years come first in every language; the clock alone is of the day that is shown, or of the one before. */
const typedForm =
  /^(?:(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[\sT,，]+)?(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?$/;

const dayMs = 24 * 60 * 60_000;

/**
 * The moment that somebody has typed by the clock of the zone; undefined while it is none.
 * @param latest the clock alone is not of a later moment: just after midnight 23:55 is that of the day before
 */
export function momentTyped(typed: string, zone: string, shown: Date, latest?: Date): Date | undefined {
  const found = typedForm.exec(typed.trim());
  if (!found) return undefined;
  if (found[1] !== undefined) return momentOf(found, found.slice(1, 4), zone);
  const ofDay = (day: Date) => momentOf(found, wallOf(zone, day).split(/[-T]/), zone);
  const moment = ofDay(shown);
  const isLate = moment !== undefined && latest !== undefined && moment > latest;
  return isLate ? ofDay(new Date(shown.getTime() - dayMs)) : moment;
}

function momentOf(
  found: readonly string[],
  [year, month, day]: readonly (string | undefined)[],
  zone: string,
): Date | undefined {
  const two = (part: string | undefined) => (part ?? '0').padStart(2, '0');
  const wall = `${year}-${two(month)}-${two(day)}T${two(found[4])}:${two(found[5])}:${two(found[6])}`;
  const asUtc = new Date(`${wall}Z`);
  // No month has 31 days just because a clock counts on from its 30th.
  const isReal = !Number.isNaN(asUtc.getTime()) && asUtc.toISOString().startsWith(wall);
  return isReal ? atWall(zone, wall) : undefined;
}

/** A moment as it is typed. */
export function typedAs(zone: string, at: Date, withSeconds: boolean): string {
  return wallOf(zone, at)
    .slice(0, withSeconds ? 19 : 16)
    .replace('T', ' ');
}
