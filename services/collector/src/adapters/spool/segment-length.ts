/** A full spool loses its samples segment by segment, so it loses at most a sixteenth of itself at a time. */
const segmentsAtLeast = 16;
const leastBytes = 16 * 1024;
const mostBytes = 4 * 1024 * 1024;

/** How long a file of a spool may be. */
export function segmentLength(spoolMaxBytes: number): number {
  return Math.max(leastBytes, Math.min(mostBytes, Math.floor(spoolMaxBytes / segmentsAtLeast)));
}
