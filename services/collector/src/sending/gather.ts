/**
 * Samples of so many ms go to the broker in one piece. Each piece costs a system call here, and wakes the broker to read,
 * store and answer: with 15,000 messages a second gathering takes a fifth off what one costs the collector.
 */
export const gatherMs = 2;
