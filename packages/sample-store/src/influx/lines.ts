import type { Quality, RefusedValue, StorableSample } from '../sample-store.ts';
import type { Spelling } from './line-spelling.ts';
import type { RefusalLookup } from './refused-fields.ts';

export type Line =
  /** Some of its values may be left out. */
  | { readonly kind: 'line'; readonly text: string; readonly refused?: readonly RefusedValue[] }
  /** There is nothing to write: a miss. */
  | { readonly kind: 'nothing' }
  /** None of it can be written. */
  | { readonly kind: 'unrepresentable'; readonly problem: string };

export interface Head extends Spelling {
  readonly bytes: Buffer;
}

/** How samples are written in InfluxDB. */
export interface Lines {
  /** @param refusal why a value must not be written, where that is known beforehand */
  line(sample: StorableSample, refusal?: RefusalLookup): Line;
  /** The beginning of a line, up to its first space; only where all values of a tick may follow it. */
  head?(sample: StorableSample, quality: Quality): Head;
}
