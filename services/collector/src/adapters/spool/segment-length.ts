/** A spool is lost segment by segment when it is full, so a sixteenth of it is the most that goes at a time. */
const segmentsAtLeast = 16;
const leastBytes = 16 * 1024;
const mostBytes = 4 * 1024 * 1024;

/** How long a file of a spool may be. */
export function segmentLength(spoolMaxBytes: number): number {
  return Math.max(leastBytes, Math.min(mostBytes, Math.floor(spoolMaxBytes / segmentsAtLeast)));
}
