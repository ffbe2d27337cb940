import {
  firstByte,
  isBitTable,
  isSingleBit,
  isSingleByte,
  type PointExtent,
  pointWidth,
  type RegisterTable,
  registersPerValue,
  registerTables,
  valueCodes,
} from '../layout/point-layout.ts';

/** The fields of a point that a plan depends on. */
export type PlannablePoint = PointExtent & {
  readonly code: string;
  /** Zero-based protocol address. */
  readonly address: number;
};

/** Addresses of one table, both included. */
export interface AddressRange {
  readonly table: RegisterTable;
  readonly from: number;
  readonly to: number;
}

export interface ReadLimits {
  /** Largest read of registers, and of bits. */
  readonly maxRegisters: number;
  readonly maxBits: number;
  /** Registers or bits in a row that no point wants and that may be read to merge two requests. */
  readonly maxHole: number;
  /** Ranges that are never read, not even within a larger block. */
  readonly excluded: readonly AddressRange[];
  /**
   * Registers (times 16: bits) that may be read to merge two requests although only points that are not due want them.
   * On a slow line many of them cost more than another request.
   */
  readonly maxUnneeded: number;
}

export interface PlannedPoint<P> {
  readonly point: P;
  /** Registers, or bits, from the start of the block. */
  readonly offset: number;
  readonly width: number;
}

/** One read request, and the points that its reply serves. */
export interface ReadBlock<P = PlannablePoint> {
  readonly table: RegisterTable;
  /** Zero-based protocol address. */
  readonly address: number;
  /** Registers, or bits. */
  readonly quantity: number;
  readonly points: readonly PlannedPoint<P>[];
}

export interface UnreadablePoint<P> {
  readonly point: P;
  readonly reason: 'beyond_table_end' | 'wider_than_device_limit' | 'excluded';
}

/** A cut in front of `address`: no request may read both this address and the one before it. */
export interface ReadCut {
  readonly table: RegisterTable;
  readonly address: number;
}

/** Addresses `from` to `end` (not included) over which requests may go as far as their length allows. */
interface ReadableArea {
  readonly from: number;
  readonly end: number;
}

export interface ReadMap<P> {
  readonly limits: ReadLimits;
  readonly readable: readonly P[];
  readonly unreadable: readonly UnreadablePoint<P>[];
  readonly areas: ReadonlyMap<RegisterTable, readonly ReadableArea[]>;
}

const addressesPerTable = 0x1_0000;

/**
 * Maps the registers that requests to a device may read: those that its points want, and allowed holes between them.
 * All plans of the device, whatever points are due, stay within this map.
 *
 * A value is never split over two requests, whose replies may stem from two moments. An array that is wider than a
 * request, or of which a part is excluded, is taken apart into its values (which get the codes that they have in the
 * array); a text that is wider cannot be read. `unreadable` names the points that no request can read, which are in no plan.
 *
 * @param cuts learned from the device: places where it refuses requests that nothing here forbids
 */
export function mapReads<P extends PlannablePoint>(
  points: readonly P[],
  limits: ReadLimits,
  cuts: readonly ReadCut[] = [],
): ReadMap<P> {
  const readable: P[] = [];
  const unreadable: UnreadablePoint<P>[] = [];
  for (const point of points.flatMap((each) => splitArray(each, limits))) {
    const reason = whyUnreadable(point, limits);
    if (reason) unreadable.push({ point, reason });
    else readable.push(point);
  }
  const areas = new Map(
    registerTables.map((table) => {
      const ofTable = readable.filter((point) => point.table === table);
      const excluded = limits.excluded.filter((range) => range.table === table);
      const cutsOfTable = cuts.filter((cut) => cut.table === table).map(({ address }) => address);
      return [table, areasOf(ofTable, limits.maxHole, excluded, cutsOfTable)] as const;
    }),
  );
  return { limits, readable, unreadable, areas };
}

/**
 * The fewest requests that read each of the points once, all of which are readable in the map.
 * In the order of tables and addresses.
 */
export function planReads<P extends PlannablePoint>(map: ReadMap<P>, due: readonly P[]): ReadBlock<P>[] {
  return registerTables.flatMap((table) => {
    const points = due
      .filter((point) => point.table === table)
      // At one address narrow points come before wide ones. They may still fit where a wide one does not.
      .sort((a, b) => a.address - b.address || pointWidth(a) - pointWidth(b));
    return points.length === 0 ? [] : planTable(table, points, map);
  });
}

/** Taking as much as fits from the left on is optimal for intervals on a line. */
function planTable<P extends PlannablePoint>(
  table: RegisterTable,
  points: readonly P[],
  { limits, areas }: ReadMap<P>,
): ReadBlock<P>[] {
  const limit = largestRead(table, limits);
  const maxUnneeded = limits.maxUnneeded * (isBitTable(table) ? 16 : 1);
  const readable = areas.get(table) ?? [];
  const blocks: { address: number; end: number; points: PlannedPoint<P>[] }[] = [];
  let area = 0;
  for (const point of points) {
    const width = pointWidth(point);
    const end = point.address + width;
    const areaBefore = area;
    while (area < readable.length - 1 && (readable[area] as ReadableArea).end <= point.address) area += 1;
    let block = blocks.at(-1);
    const isNew =
      !block ||
      area !== areaBefore ||
      point.address - block.end > maxUnneeded ||
      Math.max(block.end, end) - block.address > limit;
    if (!block || isNew) {
      block = { address: point.address, end, points: [] };
      blocks.push(block);
    }
    block.end = Math.max(block.end, end);
    block.points.push({ point, offset: point.address - block.address, width });
  }
  return blocks.map(({ address, end, points }) => ({ table, address, quantity: end - address, points }));
}

function areasOf(
  points: readonly PlannablePoint[],
  maxHole: number,
  excluded: readonly AddressRange[],
  cuts: readonly number[],
): ReadableArea[] {
  const spans = points
    .map((point) => ({ from: point.address, end: point.address + pointWidth(point) }))
    .sort((a, b) => a.from - b.from);
  const areas: { from: number; end: number }[] = [];
  for (const { from, end } of spans) {
    const last = areas.at(-1);
    const joins =
      last !== undefined &&
      (from < last.end ||
        (from - last.end <= maxHole &&
          !excluded.some((range) => range.from < from && range.to >= last.end) &&
          !cuts.some((cut) => cut >= last.end && cut <= from)));
    if (last && joins) last.end = Math.max(last.end, end);
    else areas.push({ from, end });
  }
  return areas;
}

function whyUnreadable(
  point: PlannablePoint,
  limits: ReadLimits,
): UnreadablePoint<unknown>['reason'] | undefined {
  const width = pointWidth(point);
  const { table, address } = point;
  if (address + width > addressesPerTable) return 'beyond_table_end';
  if (width > largestRead(table, limits)) return 'wider_than_device_limit';
  return isExcluded(point, limits) ? 'excluded' : undefined;
}

function largestRead(table: RegisterTable, { maxBits, maxRegisters }: ReadLimits): number {
  return isBitTable(table) ? maxBits : maxRegisters;
}

/** Takes apart an array that no single request can read, because it is too wide or a part of it must not be read. */
function splitArray<P extends PlannablePoint>(array: P, limits: ReadLimits): P[] {
  const isDivided = isWideArray(array, limits) || (array.count !== undefined && isExcluded(array, limits));
  return isDivided ? arrayValues(array) : [array];
}

function isExcluded(point: PlannablePoint, { excluded }: ReadLimits): boolean {
  const { table, address } = point;
  const end = address + pointWidth(point);
  return excluded.some((range) => range.table === table && range.from < end && range.to >= address);
}

export function isWideArray(point: PlannablePoint, limits: ReadLimits): boolean {
  return point.count !== undefined && pointWidth(point) > largestRead(point.table, limits);
}

/** The values of an array, each as a point of its own. */
export function arrayValues<P extends PlannablePoint>(array: P): P[] {
  return valueCodes(array).map((code, index) => ({
    ...array,
    ...placeInArray(array, index),
    code,
    count: undefined,
  }));
}

function placeInArray(
  array: PlannablePoint,
  index: number,
): Pick<PlannablePoint, 'address' | 'bit' | 'byte'> {
  const { address } = array;
  if (isBitTable(array.table)) return { address: address + index };
  if (isSingleBit(array)) {
    const position = (array.bit ?? 0) + index;
    return { address: address + (position >>> 4), bit: position & 15 };
  }
  if (isSingleByte(array)) {
    const position = firstByte(array) + index;
    return { address: address + (position >>> 1), byte: position % 2 === 0 ? 'high' : 'low' };
  }
  return { address: address + index * registersPerValue(array) };
}
