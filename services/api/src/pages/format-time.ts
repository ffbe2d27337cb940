/** `2026-03-01 06:00 UTC`: without scripts, the browser's time zone is unknown. */
export function formatTime(rfc3339: string): string {
  return `${rfc3339.slice(0, 10)} ${rfc3339.slice(11, 16)} UTC`;
}
