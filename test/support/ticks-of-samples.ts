import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import {
  countTicks,
  intersection,
  normalise,
  type TickRange,
  type TickRanges,
} from '@holdfast/shared/domain/gaps/tick-ranges.ts';

export interface TicksOfDevice {
  /** Ticks that a sample answers for, with values or with a miss that the device or the collector caused. */
  readonly answered: TickRanges;
  /** Ticks that were declared lost in a full buffer. */
  readonly declaredLost: TickRanges;
  /** Both together; one range when nothing is missing in between. */
  readonly all: TickRanges;
  /** Messages that answer for a tick for which there is one already. */
  readonly doubled: number;
  /** Ticks that are both answered and declared lost. */
  readonly overlapping: number;
}

/** The ticks in SAMPLES of each device, by its code. */
export function ticksOfSamples(samples: readonly Sample[]): Map<string, TicksOfDevice> {
  const byDevice = Map.groupBy(samples, ({ device }) => device);
  return new Map([...byDevice].map(([device, of]) => [device, ticksOfDevice(of)]));
}

function ticksOfDevice(samples: readonly Sample[]): TicksOfDevice {
  const range = ({ tick, through_tick }: Sample): TickRange => ({ from: tick, to: through_tick ?? tick });
  const isLoss = ({ miss }: Sample) => miss?.cause === 'buffer_full';
  const answering = samples.filter((sample) => !isLoss(sample));
  const answered = normalise(answering.map(range));
  const declaredLost = normalise(samples.filter(isLoss).map(range));
  return {
    answered,
    declaredLost,
    all: normalise([...answered, ...declaredLost]),
    doubled: answering.length - countTicks(answered),
    overlapping: countTicks(intersection(answered, declaredLost)),
  };
}
