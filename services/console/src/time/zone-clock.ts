const clocks = new Map<string, Intl.DateTimeFormat>();

/** The time that a clock in the zone shows: `2026-11-27T08:00:00`. */
export function wallOf(zone: string, at: Date): string {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    // Swedish writes dates as ISO does.
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    clocks.set(zone, clock);
  }
  return clock.format(at).replace(' ', 'T');
}

const dayMs = 86_400_000;

/** When a clock in the zone shows this time: the first time in an hour that comes twice, as much later in a skipped one. */
export function atWall(zone: string, wall: string): Date {
  const asUtc = Date.parse(`${wall}Z`);
  const ahead = (at: number) => Date.parse(`${wallOf(zone, new Date(at))}Z`) - Math.floor(at / 1_000) * 1_000;
  // Tries offsets of a day before and after: west of UTC the clock changes hours after the same time in UTC.
  const [before = 0, after = 0] = [asUtc - dayMs, asUtc + dayMs].map((at) => asUtc - ahead(at));
  const isShown = (at: number) => ahead(at) === asUtc - at;
  return new Date(!isShown(before) && isShown(after) ? after : before);
}

/** A date some days before another: `2026-11-27`. */
export function dateBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * dayMs).toISOString().slice(0, 10);
}

/** The date that a calendar in the zone shows, some days before this time: `2026-11-27`. */
export function dateIn(zone: string, at: Date, daysAgo = 0): string {
  return dateBefore(wallOf(zone, at).slice(0, 10), daysAgo);
}

/** Midnight in the zone, some days before today's. */
export function midnight(zone: string, now: Date, daysAgo = 0): Date {
  return atWall(zone, `${dateIn(zone, now, daysAgo)}T00:00:00`);
}
