import type { PlantClock } from '@holdfast/shared/domain/plant-clock.ts';

/** As the plant's clock shows it, with how far it is ahead: `2026-11-26 06:00:00 +08:00`. */
export function localTime(clock: Pick<PlantClock, 'aheadMs'>, atMs: number): string {
  return shown(clock, atMs, 19);
}

/** The same with milliseconds: `2026-11-26 06:00:00.250 +08:00`. */
export function exactLocalTime(clock: Pick<PlantClock, 'aheadMs'>, atMs: number): string {
  return shown(clock, atMs, 23);
}

/** No zone changes its clock but at a quarter of an hour. */
const quarterMs = 15 * 60_000;

/** The same clock for whoever asks it millions of times, one moment after the other. */
export function rememberingClock(clock: Pick<PlantClock, 'aheadMs'>): Pick<PlantClock, 'aheadMs'> {
  let quarter = Number.NaN;
  let aheadMs = 0;
  return {
    aheadMs: (atMs) => {
      const now = Math.floor(atMs / quarterMs);
      if (now !== quarter) aheadMs = clock.aheadMs(atMs);
      quarter = now;
      return aheadMs;
    },
  };
}

function shown(clock: Pick<PlantClock, 'aheadMs'>, atMs: number, length: number): string {
  const aheadMs = clock.aheadMs(atMs);
  const text = new Date(atMs + aheadMs).toISOString().slice(0, length).replace('T', ' ');
  const minutes = Math.abs(aheadMs) / 60_000;
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0');
  return `${text} ${aheadMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
