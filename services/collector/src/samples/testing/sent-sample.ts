import { messageOf, type OutgoingSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** What whoever receives it will read. */
export function sentSample(sample: OutgoingSample): Sample {
  return JSON.parse(Buffer.from(messageOf(sample)).toString()) as Sample;
}
