const hourMs = 3_600_000;

/**
 * A zone of whole hours by whose clock it was past noon when this was loaded, so that no day of a plant there ends during
 * a test. Never UTC, which the browsers and databases of tests go by.
 */
export const zoneOfNoon = ((now: Date) => {
  const hours = 12 - now.getUTCHours() || 1;
  const [sign, others, ahead] = [hours > 0 ? '+' : '-', hours > 0 ? '-' : '+', Math.abs(hours)];
  return {
    // Their names count to the west.
    name: `Etc/GMT${others}${ahead}`,
    offsetMs: hours * hourMs,
    /** `+08:00` */
    offset: `${sign}${String(ahead).padStart(2, '0')}:00`,
    /** As the console shows it: `UTC+8`. */
    shown: `UTC${sign}${ahead}`,
  };
})(new Date());
