const dayMs = 86_400_000;
const minuteMs = 60_000;

/** A time from `fromMs` on, up to `toMs`, in ms since 1970. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A part of the plant's day with a name; it ends when the next one begins. */
export interface Shift {
  readonly name: string;
  /** `HH:MM` by the plant's clock. */
  readonly start: string;
}

/** The clock on a plant's wall, which may be put forward and back. Days are counted from 1970-01-01, which is 0. */
export interface PlantClock {
  readonly zone: string;
  /** How far it is ahead of UTC at a moment, in ms. */
  aheadMs(atMs: number): number;
  dayOf(atMs: number): number;
  /** When it first shows so many minutes after midnight; if it leaps over them, the moment of the leap. */
  at(day: number, minutes?: number): number;
}

/** @param zone IANA name or offset (`+08:00`) that this Node knows */
export function plantClock(zone: string): PlantClock {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const aheadMs = (atMs: number): number => {
    const shown: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(atMs)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
  };
  return {
    zone,
    aheadMs,
    dayOf: (atMs) => Math.floor((atMs + aheadMs(atMs)) / dayMs),
    at(day, minutes = 0) {
      const shownMs = day * dayMs + minutes * minuteMs;
      const before = aheadMs(shownMs - dayMs);
      const moments = [before, aheadMs(shownMs + dayMs)]
        .map((ahead) => ({ ahead, atMs: shownMs - ahead }))
        .filter(({ ahead, atMs }) => aheadMs(atMs) === ahead)
        .map(({ atMs }) => atMs);
      return moments.length > 0 ? Math.min(...moments) : shownMs - before;
    },
  };
}

/**
 * Periods of one length that touch a time, in order. Whole days begin at midnight, weeks on Mondays; shorter periods are
 * counted from each midnight on, so that a day of 23 hours has 23 of one hour.
 */
export function periodsOf(
  clock: PlantClock,
  { fromMs, toMs, intervalMs }: Period & { readonly intervalMs: number },
): Period[] {
  const periods: Period[] = [];
  const put = (period: Period) => {
    if (period.toMs > fromMs && period.fromMs < toMs) periods.push(period);
  };
  const days = intervalMs / dayMs;
  if (Number.isInteger(days)) {
    // Day 4 was a Monday.
    const offset = days % 7 === 0 ? 4 : 0;
    const first = Math.floor((clock.dayOf(fromMs) - offset) / days) * days + offset;
    for (let day = first; clock.at(day) < toMs; day += days) {
      put({ fromMs: clock.at(day), toMs: clock.at(day + days) });
    }
    return periods;
  }
  for (let day = clock.dayOf(fromMs); clock.at(day) < toMs; day += 1) {
    const nextMs = clock.at(day + 1);
    for (let atMs = clock.at(day); atMs < nextMs; atMs += intervalMs) {
      put({ fromMs: atMs, toMs: Math.min(atMs + intervalMs, nextMs) });
    }
  }
  return periods;
}

/** Shifts that touch a time, in order. */
export function shiftsWithin(
  clock: PlantClock,
  shifts: readonly Shift[],
  { fromMs, toMs }: Period,
): (Period & { readonly name: string })[] {
  const inOrder = shifts
    .map(({ name, start }) => ({ name, minutes: minutesOf(start) }))
    .sort((one, other) => one.minutes - other.minutes);
  const begins: { readonly name: string; readonly atMs: number }[] = [];
  for (let day = clock.dayOf(fromMs) - 1; day <= clock.dayOf(toMs) + 1; day += 1) {
    for (const { name, minutes } of inOrder) begins.push({ name, atMs: clock.at(day, minutes) });
  }
  return begins.flatMap(({ name, atMs }, index) => {
    const endMs = begins[index + 1]?.atMs;
    return endMs !== undefined && endMs > fromMs && atMs < toMs && atMs < endMs
      ? [{ name, fromMs: atMs, toMs: endMs }]
      : [];
  });
}

function minutesOf(start: string): number {
  const [hours = 0, minutes = 0] = start.split(':').map(Number);
  return hours * 60 + minutes;
}
