import { atWall, dateBefore, dateIn, wallOf } from './zone-clock.ts';

/**
 * `2026-11-27 22:57:20`, with the year first in every language, or without the year, or `yesterday 22:57`. A time alone
 * belongs to the day that is shown, or to the day before.
 */
const typedForm =
  /^(?:(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?[\sT,，]+|(\D+?)[\s,，]*(?:at\s+)?)?(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?$/i;
/** Names of days, with how many days ago they are. */
const namedDays: Readonly<Record<string, number>> = {
  ...{ today: 0, yesterday: 1, 'the day before yesterday': 2, 'day before yesterday': 2 },
  ...{ 今天: 0, 今日: 0, 昨天: 1, 昨日: 1, 前天: 2, 前日: 2 },
};

/**
 * The moment in a typed text, by the clock of the zone, or undefined while the text is none.
 * @param upTo a time alone, or a day without its year, never means a later moment: just after midnight, 23:55 belongs to
 * the day before
 */
export function momentTyped(text: string, zone: string, reference: Date, upTo?: Date): Date | undefined {
  const match = typedForm.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, name, ...clock] = match;
  const today = dateIn(zone, upTo ?? new Date());
  const onDay = (date: string) => momentOf(clock, date.split('-'), zone);
  const isLate = (moment: Date | undefined) => moment !== undefined && upTo !== undefined && moment > upTo;
  if (name !== undefined) {
    const days = namedDays[name.trim().toLowerCase()];
    return days === undefined ? undefined : onDay(dateBefore(today, days));
  }
  if (month !== undefined) {
    const inYear = (of: string) => momentOf(clock, [of, month, day], zone);
    if (year !== undefined) return inYear(year);
    const thisYear = Number(today.slice(0, 4));
    const moment = inYear(`${thisYear}`);
    // Also for a 29th of February that this year does not have.
    const isOfYearBefore = isLate(moment) || (upTo !== undefined && moment === undefined);
    return isOfYearBefore ? inYear(`${thisYear - 1}`) : moment;
  }
  const dayShown = dateIn(zone, reference);
  const moment = onDay(dayShown);
  return isLate(moment) ? onDay(dateBefore(dayShown, 1)) : moment;
}

function momentOf(
  [hour, minute, second]: readonly (string | undefined)[],
  [year, month, day]: readonly (string | undefined)[],
  zone: string,
): Date | undefined {
  const two = (part: string | undefined) => (part ?? '0').padStart(2, '0');
  const wall = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
  const asUtc = new Date(`${wall}Z`);
  // Refuses days that do not exist, such as a 31st that Date would count on from the 30th.
  const isReal = !Number.isNaN(asUtc.getTime()) && asUtc.toISOString().startsWith(wall);
  return isReal ? atWall(zone, wall) : undefined;
}

/** A moment in the form in which it can be typed. */
export function typedAs(zone: string, at: Date, withSeconds: boolean): string {
  return wallOf(zone, at)
    .slice(0, withSeconds ? 19 : 16)
    .replace('T', ' ');
}
