/** Codes of JetStream for which its client has no name. */

/** "wrong last sequence": another client has written meanwhile. */
export const wrongLastSequence: readonly number[] = [10071, 10164];

/** The stream could not store a message, for whatever reason; "maximum bytes exceeded" among them. */
export const storeFailed = 10077;

/** The message was sent before, and is on its way into the stream. */
export const inProcess = 10158;
