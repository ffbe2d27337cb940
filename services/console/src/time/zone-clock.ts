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

/** When a clock in the zone shows that; of an hour that comes twice the first. */
export function atWall(zone: string, wall: string): Date {
  const asUtc = Date.parse(`${wall}Z`);
  const ahead = (at: number) => Date.parse(`${wallOf(zone, new Date(at))}Z`) - Math.floor(at / 1_000) * 1_000;
  const earlier = asUtc - ahead(asUtc - 86_400_000);
  return ahead(earlier) === asUtc - earlier ? new Date(earlier) : new Date(asUtc - ahead(asUtc));
}

/** Midnight in the zone, some days before today's. */
export function midnight(zone: string, now: Date, daysAgo = 0): Date {
  const today = wallOf(zone, now).slice(0, 10);
  const day = new Date(Date.parse(`${today}T00:00:00Z`) - daysAgo * 86_400_000).toISOString().slice(0, 10);
  return atWall(zone, `${day}T00:00:00`);
}
