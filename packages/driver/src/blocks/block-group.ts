import type { Text } from '@holdfast/texts/text.ts';
import type { Group } from '../requests.ts';
import type { ValueSink } from '../value-sink.ts';
import type { Block, BlockDecoder, BlockReading, Cells } from './block.ts';

/** A block with its decoders, made once for all devices with the same points. */
export interface DecodedBlock<A> extends Block<A> {
  readonly decoders: readonly BlockDecoder[];
  /** By point of the block, the place of its first value. */
  readonly firstValues: readonly number[];
  readonly values: readonly number[];
}

/** One read of a block. */
export class BlockGroup<A = unknown> implements Group {
  readonly block: DecodedBlock<A>;
  /** As `BlockReading.request` has made it. */
  readonly request: unknown;
  /** Whether it tests if a refused point can be read by now. */
  readonly isProbe: boolean;
  readonly #reading: BlockReading<A>;

  constructor(block: DecodedBlock<A>, reading: BlockReading<A>, isProbe = false) {
    this.block = block;
    this.request = reading.request(block);
    this.isProbe = isProbe;
    this.#reading = reading;
  }

  get key(): string {
    const { area, start, count } = this.block;
    return `${area} ${start}+${count}`;
  }

  get values(): readonly number[] {
    return this.block.values;
  }

  inWords(): Text {
    return this.#reading.inWords(this.block);
  }

  describe(): object {
    return this.#reading.describe(this.block);
  }

  /** Reports to the sink the values in the answer to exactly this request. */
  decode(raw: Cells, sink: ValueSink): void {
    const { points, decoders, firstValues, start } = this.block;
    for (let index = 0; index < points.length; index += 1) {
      const offset = (points[index]?.start ?? 0) - start;
      decoders[index]?.(raw, offset, firstValues[index] as number, sink);
    }
  }

  /** The cells of a value, for people. */
  rawOf(value: number, raw: Cells): readonly string[] {
    const { points, firstValues, start } = this.block;
    const index = firstValues.findIndex((first, at) => {
      const { count = 1 } = points[at]?.point ?? {};
      return value >= first && value < first + count;
    });
    const point = points[index];
    if (!point) return [];
    const { offset, width } = this.#reading.valueExtent(point.point, value - (firstValues[index] as number));
    const from = point.start - start + offset;
    const cells = Array.from({ length: width }, (_, at) => raw[from + at] ?? 0);
    return this.#reading.rawInWords(point.area, cells);
  }
}
