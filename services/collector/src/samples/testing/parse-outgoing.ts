import { messageOf, type OutgoingSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** The sample as its receiver reads it. */
export function parseOutgoing(sample: OutgoingSample): Sample {
  return JSON.parse(Buffer.from(messageOf(sample)).toString()) as Sample;
}
