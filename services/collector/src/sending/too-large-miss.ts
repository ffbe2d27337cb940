import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
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
  return missOf(sample, { cause: 'too_large', detail: tooLargeDetail(sample, size) });
}

/** The fault and what to do, in words. */
export function tooLargeDetail({ device }: Sample, { bytes, limitBytes, bound }: TooLarge): string {
  const limit = limitBytes === undefined ? 'fewer' : `${limitBytes} at most`;
  const raise = bound === undefined ? '' : `raise ${bound}, or `;
  return `a sample of device ${device} has ${bytes} bytes and may have ${limit}: ${raise}spread its points over several tasks`;
}
