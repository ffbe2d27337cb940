import { clockAheadHeader, type Sample, sentAtHeader } from '@holdfast/shared/contracts/sample/sample.ts';

/** The part of a message that shows clock differences. */
export interface TimedMessage {
  /** When the broker stored it. */
  readonly time: Date;
  readonly headers?: { get(name: string): string } | undefined;
}

/**
 * How far the collector's clock is ahead of the broker's (negative: behind), as far as the message shows.
 *
 * The collector notes in a header when it sent the message, so that readings that waited hours for an absent broker are
 * not suspected. A message sent again from quarantine has the difference that was known when it first came. Without
 * that header only one thing is certain. Nothing is read after it was stored.
 */
export function clockAheadMs(message: TimedMessage, sample: Pick<Sample, 'read_at'>): number {
  const storedMs = message.time.getTime();
  const sentText = message.headers?.get(sentAtHeader) ?? '';
  const sentMs = sentText === '' ? Number.NaN : Number(sentText);
  if (Number.isFinite(sentMs)) return sentMs - storedMs;
  const knownText = message.headers?.get(clockAheadHeader) ?? '';
  return /^-?[0-9]{1,15}$/.test(knownText) ? Number(knownText) : Math.max(0, sample.read_at - storedMs);
}

/**
 * The difference in whole ms, for a message to be put away, or undefined if the message, which may be no sample, does
 * not tell.
 */
export function clockAheadMsOf(
  message: TimedMessage,
  sample: Pick<Sample, 'read_at'> = { read_at: Number.NaN },
): number | undefined {
  const aheadMs = clockAheadMs(message, sample);
  return Number.isFinite(aheadMs) ? Math.round(aheadMs) : undefined;
}
