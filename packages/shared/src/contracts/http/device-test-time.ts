/** A test of a device takes no longer than this, plus a second for the round trip to the collector. */
export const deviceTestMs = 20_000;
