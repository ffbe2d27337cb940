import type { Text } from '@holdfast/texts/text.ts';
import type { DevicePoint } from '../device.ts';
import type { PointValue } from '../point.ts';
import type { Command } from '../requests.ts';
import type { FieldProblem } from '../spec.ts';
import type { ValueSink } from '../value-sink.ts';

/** Cells of one area of a device's memory: words, or bits as 0 and 1. */
export type Cells = ArrayLike<number>;

/** Cells next to each other. */
export interface Extent {
  readonly area: string;
  readonly start: number;
  readonly count: number;
}

/** A point with its number in the device's list, and the cells that it takes. */
export interface BlockPoint<A> extends Extent {
  readonly point: DevicePoint<A>;
  readonly at: number;
}

/** One read, and the points that its answer serves. */
export interface Block<A> extends Extent {
  readonly points: readonly BlockPoint<A>[];
}

/**
 * Reports all values of a point to the sink. @param start of the point in the block; @param at place of its first value
 */
export type BlockDecoder = (raw: Cells, start: number, at: number, sink: ValueSink) => void;

/** How one device is read in blocks of cells. */
export interface BlockReading<A> {
  /** The device's code, for messages. */
  readonly code: string;
  /** Everything on which `extent`, `limit` and `decoder` depend besides the point. */
  readonly key: string;
  /** The areas in the order in which they are read. */
  readonly areas: readonly string[];
  extent(point: DevicePoint<A>): Extent;
  /** The cells that hold the point's value `index`. @returns `offset` from the start of the point */
  valueExtent(point: DevicePoint<A>, index: number): { readonly offset: number; readonly width: number };
  /** Most cells that one read of the area gives, and the connection's setting for it. */
  limit(area: string): { readonly most: number; readonly setting: string; readonly unit: string };
  decoder(point: DevicePoint<A>): BlockDecoder;
  /** The read of these cells, for the link. */
  request(extent: Extent): unknown;
  /** "D100-D119" */
  inWords(extent: Extent): Text;
  describe(extent: Extent): object;
  /** Raw cells of a value for people. */
  rawInWords(area: string, cells: readonly number[]): readonly string[];
  command(point: DevicePoint<A>, value: PointValue): Command | FieldProblem;
}
