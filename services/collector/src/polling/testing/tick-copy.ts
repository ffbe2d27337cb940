import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import type { JsonBytes } from '../../samples/json-bytes.ts';
import type { Tick } from '../../samples/tick.ts';

/** A result with its readings as an object, copied when it was reported. */
export interface TickCopy extends Omit<Tick, 'readings'> {
  readonly values: Readonly<Record<string, PointValue>>;
  readonly integers?: Readonly<Record<string, string>> | undefined;
  readonly uncertain?: readonly string[] | undefined;
  readonly readCount: number;
  readonly sentCount: number;
}

export function copyTick({ readings, ...result }: Tick): TickCopy {
  const { values, integers, uncertain, readCount, sentCount, integerCount } = readings;
  // JSON.parse would not notice a name that is there twice.
  if (Object.keys(members(values)).length !== sentCount - integerCount)
    throw new Error('a value stands there twice');
  return {
    ...result,
    values: members(values) as Record<string, PointValue>,
    integers: integers && (members(integers) as Record<string, string>),
    uncertain: uncertain && [...uncertain],
    readCount,
    sentCount,
  };
}

function members(json: JsonBytes): Record<string, unknown> {
  return JSON.parse(`{${new TextDecoder().decode(json.view()).slice(1)}}`);
}
