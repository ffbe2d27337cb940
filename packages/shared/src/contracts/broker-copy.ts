/**
 * Header that the broker sets on copies from a direct get. It sends these to whatever reply subject the request names,
 * even into a stream, with rights of its own: a copy that is stored there has no author.
 */
export const brokerCopyHeader = 'Nats-Stream';

/** Whether a stored message is such a copy. */
export function isBrokerCopy(headers: { get(name: string): string } | undefined): boolean {
  return headers !== undefined && headers.get(brokerCopyHeader) !== '';
}
