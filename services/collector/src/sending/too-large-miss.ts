import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { missOf } from './miss-of.ts';

/** The part of a sample that was too large, and for whom. */
export interface TooLarge {
  readonly bytes: number;
  /** Undefined where the refusal did not say. */
  readonly limitBytes: number | undefined;
  /** The setting to raise so that it would be taken, or undefined if no setting helps. */
  readonly bound: string | undefined;
}

/** The same tick as a miss, under the same message id: its values are lost, but the tick is accounted for. */
export function tooLargeMiss(sample: Sample, size: TooLarge): Sample {
  return missOf(sample, { cause: 'too_large', detail: tooLargeText(sample, size) });
}

/** The fault and what to do. */
export function tooLargeText({ device }: Sample, { bytes: count, limitBytes: most, bound }: TooLarge): Text {
  const about = { device, count };
  if (most === undefined) {
    return bound === undefined
      ? collectorText('sample_too_large_unknown', about)
      : collectorText('sample_too_large_unknown_raise_bound', { ...about, bound });
  }
  return bound === undefined
    ? collectorText('sample_too_large', { ...about, most })
    : collectorText('sample_too_large_raise_bound', { ...about, most, bound });
}
