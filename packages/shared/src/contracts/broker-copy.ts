/**
 * The broker sets it on copies that it gives out by direct get. It sends those wherever the question's reply subject says, also
 * into a stream, with rights of its own: stored there, such a copy is nobody's word.
 */
export const brokerCopyHeader = 'Nats-Stream';

/** Whether a stored message is such a copy. */
export function isBrokerCopy(headers: { get(name: string): string } | undefined): boolean {
  return headers !== undefined && headers.get(brokerCopyHeader) !== '';
}
