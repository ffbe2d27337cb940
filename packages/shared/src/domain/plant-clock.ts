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
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(atMs)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
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
 * The period of one length that contains a moment. Whole days begin at midnight, weeks on Mondays; shorter periods are
 * counted from each midnight on, so that a day of 23 hours has 23 of one hour.
 */
export function periodAt(clock: PlantClock, intervalMs: number): (atMs: number) => Period {
  const isOfDays = intervalMs % dayMs === 0;
  const days = isOfDays ? intervalMs / dayMs : 1;
  // Day 4 was a Monday.
  const offset = isOfDays && days % 7 === 0 ? 4 : 0;
  let whole: Period = { fromMs: 0, toMs: 0 };
  return (atMs) => {
    if (atMs < whole.fromMs || atMs >= whole.toMs) {
      // A clock put back over midnight shows the end of a day once more after the next one has begun.
      const date = clock.dayOf(atMs);
      const day = clock.at(date + 1) <= atMs ? date + 1 : date;
      const first = Math.floor((day - offset) / days) * days + offset;
      whole = { fromMs: clock.at(first), toMs: clock.at(first + days) };
    }
    if (isOfDays) return whole;
    const fromMs = whole.fromMs + Math.floor((atMs - whole.fromMs) / intervalMs) * intervalMs;
    return { fromMs, toMs: Math.min(fromMs + intervalMs, whole.toMs) };
  };
}

/** The periods of one length that touch a time, in order. */
export function periodsOf(
  clock: PlantClock,
  { fromMs, toMs, intervalMs }: Period & { readonly intervalMs: number },
): Period[] {
  const periods: Period[] = [];
  const at = periodAt(clock, intervalMs);
  for (let period = at(fromMs); period.fromMs < toMs; period = at(period.toMs)) periods.push(period);
  return periods;
}

/** Periods of equal length, from `fromMs` on. */
export interface EvenSpan extends Period {
  readonly intervalMs: number;
}

/**
 * The periods that touch a time, as few spans of equal ones as there can be: databases count intervals of one length,
 * and only a day on which the clock is changed has another one. The first span may begin earlier, and the last one end
 * later. A length that neither divides a day nor is one of whole days is counted from 1970 on.
 */
export function evenSpans(clock: PlantClock, { fromMs, toMs, intervalMs }: EvenSpan): EvenSpan[] {
  if (intervalMs % dayMs !== 0 && dayMs % intervalMs !== 0) {
    const aheadMs = clock.aheadMs(fromMs);
    const first = Math.floor((fromMs + aheadMs) / intervalMs) * intervalMs - aheadMs;
    return [{ fromMs: first, toMs, intervalMs }];
  }
  const spans: EvenSpan[] = [];
  const stepMs = Math.max(intervalMs, dayMs);
  const stepAt = periodAt(clock, stepMs);
  for (let step = stepAt(fromMs); step.fromMs < toMs; step = stepAt((spans.at(-1) as EvenSpan).toMs)) {
    const lengthMs = step.toMs - step.fromMs;
    if (lengthMs === stepMs) {
      const evenMs = changeAfter(clock, step.fromMs, toMs + stepMs) - step.fromMs;
      let endMs = step.fromMs + Math.max(1, Math.floor(evenMs / stepMs)) * stepMs;
      // A clock that is put back at midnight prolongs the last of these days.
      if (endMs > step.toMs && stepAt(endMs).fromMs !== endMs) endMs -= stepMs;
      spans.push({ fromMs: step.fromMs, toMs: endMs, intervalMs });
      continue;
    }
    const wholeMs = intervalMs === stepMs ? 0 : Math.floor(lengthMs / intervalMs) * intervalMs;
    const restMs = lengthMs - wholeMs;
    if (wholeMs > 0) spans.push({ fromMs: step.fromMs, toMs: step.fromMs + wholeMs, intervalMs });
    if (restMs > 0) spans.push({ fromMs: step.fromMs + wholeMs, toMs: step.toMs, intervalMs: restMs });
  }
  return spans;
}

/** Two changes of a clock are further apart: around Ramadan, Morocco's come a month apart. */
const weekMs = 7 * dayMs;
/** The zones' rules for later are anyone's guess; a question up to the year 9999 must not take seconds. */
const rulesUntilMs = Date.UTC(2100, 0, 1);

/** The first moment after which the clock is ahead by another amount; `untilMs` when there is none before. */
function changeAfter(clock: PlantClock, fromMs: number, untilMs: number): number {
  const aheadMs = clock.aheadMs(fromMs);
  for (let atMs = fromMs; atMs < Math.min(untilMs, rulesUntilMs); atMs += weekMs) {
    if (clock.aheadMs(atMs + weekMs) === aheadMs) continue;
    let [same, other] = [atMs, atMs + weekMs];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (clock.aheadMs(middle) === aheadMs) same = middle;
      else other = middle;
    }
    return Math.min(other, untilMs);
  }
  return untilMs;
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
