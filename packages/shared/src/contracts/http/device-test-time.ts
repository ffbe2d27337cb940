/** A test of a device takes no longer than this, and a second for the way to the collector and back. */
export const deviceTestMs = 20_000;
