import { firstSequenceHeader } from '@holdfast/shared/contracts/sample/sample.ts';

/**
 * Where a sample lay in the stream when it came for the first time; undefined for one that was never in quarantine. No
 * sample can have come later than it comes now.
 */
export function firstSequence(message: {
  readonly seq: number;
  readonly headers?: { get(name: string): string } | undefined;
}): number | undefined {
  const text = message.headers?.get(firstSequenceHeader) ?? '';
  if (!/^[1-9][0-9]{0,15}$/.test(text)) return undefined;
  return Math.min(Number(text), message.seq);
}
