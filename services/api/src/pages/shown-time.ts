/** `2026-03-01 06:00 UTC`: nobody knows the clock of a browser without scripts. */
export function shownTime(rfc3339: string): string {
  return `${rfc3339.slice(0, 10)} ${rfc3339.slice(11, 16)} UTC`;
}
