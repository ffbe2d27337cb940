import type { DevicePoint } from '@holdfast/driver/device.ts';
import { truthOf } from '@holdfast/driver/values/encode-words.ts';
import type { Encodable } from '@holdfast/driver/values/raw-value.ts';
import { connectionSchema } from '@holdfast/driver-melsec/layout/connection.ts';
import type { PlcPlace } from '@holdfast/driver-melsec/layout/notation.ts';
import type { MelsecPlace } from '@holdfast/driver-melsec/layout/place.ts';
import { placeOf, widthOf } from '@holdfast/driver-melsec/layout/plc-extent.ts';
import { parsePlace } from '@holdfast/driver-melsec/spec/point-rules.ts';
import { plcCells } from '@holdfast/driver-melsec/values/plc-value.ts';
import { list, type ValueCourse, valueCourse } from '@holdfast/plant/plant-file/value-course.ts';
import { seedOf } from '@holdfast/plant/seeded-random.ts';
import type { Described, PlantFilePlace } from '@holdfast/plant/simulator.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { PlcMemory } from '../plc-memory.ts';
import type { EndpointOfFile, PointOfFile } from './plant-file-schema.ts';

type Values = Encodable | readonly Encodable[];

/** The memory of a PLC of a plant file, with its points. */
export function memoryOfFile(
  { path, of }: Described<EndpointOfFile>,
  surroundings: PlantFilePlace,
): PlcMemory {
  const memory = new PlcMemory(of.sizes);
  const codes = new Set<string>();
  const bitsByCell = new Map<string, number>();
  of.points.forEach((point, index) => {
    const at = [...path, 'points', index];
    const complain = (field: string, message: string): void =>
      surroundings.complain({ path: [...at, field], message });
    if (codes.has(point.code)) complain('code', `there are two points ${point.code}`);
    codes.add(point.code);
    const placed = placedPoint(point, of, complain);
    if (!placed) return;
    if (!isFree(placed, bitsByCell)) complain('address', 'lies where something else lies already');
    if (!isThere(placed, memory)) {
      const { symbol } = placed.place.device;
      complain('address', `${symbol} of this PLC ends before it: give it more cells under sizes`);
      return;
    }
    try {
      fill(placed, courseOf(point, of.device, surroundings), memory, surroundings.startedAtMs);
    } catch (error) {
      complain('value', (error as Error).message);
    }
  });
  return memory;
}

interface PlacedPoint {
  readonly point: DevicePoint<MelsecPlace>;
  readonly place: PlcPlace;
  /** Words or bits that the point takes. */
  readonly width: number;
}

function placedPoint(
  { address, length, encoding, value: _, ...point }: PointOfFile,
  of: EndpointOfFile,
  complain: (field: string, message: string) => void,
): PlacedPoint | undefined {
  const { frame, data_code, series, max_words, max_bits } = of;
  const connection = connectionSchema.parse({
    ...{ host: 'plc', port: 1, frame, data_code, series, max_words, max_bits },
  });
  // Other clients may write what Holdfast never does: arrays, inputs and bits of words.
  const fields = { ...point, writable: false };
  const parsed = parsePlace({ address, length, encoding }, fields, connection);
  if (!parsed.ok) {
    for (const { field, message } of parsed.problems) complain(field, inLanguage(message, 'en'));
    return undefined;
  }
  // A PLC may hold what operators may not write.
  const placed = { ...fields, valid_min: undefined, valid_max: undefined, address: parsed.address };
  const place = placeOf(placed, series);
  return { point: placed, place, width: widthOf(placed, place) };
}

/** Takes the bits of a point. @returns whether none of them is another point's */
function isFree({ point, place, width }: PlacedPoint, bitsByCell: Map<string, number>): boolean {
  const { device, number, bit } = place;
  let isAlone = true;
  for (let at = 0; at < width; at += 1) {
    const key = `${device.symbol} ${number + at}`;
    const usedBits = bitsByCell.get(key) ?? 0;
    const mask = bit === undefined ? 0xffff : maskOf(bit, point.count ?? 1, at);
    if ((usedBits & mask) !== 0) isAlone = false;
    bitsByCell.set(key, usedBits | mask);
  }
  return isAlone;
}

/** Mask of those among `count` bits from `bit` on that are in the word `at`. */
function maskOf(bit: number, count: number, at: number): number {
  let mask = 0;
  for (let index = bit; index < bit + count; index += 1) {
    if (index >>> 4 === at) mask |= 1 << (index & 15);
  }
  return mask;
}

function isThere({ place, width }: PlacedPoint, memory: PlcMemory): boolean {
  return memory.read(place.device.symbol, place.number, width, 0) !== undefined;
}

function courseOf(
  { code, value }: PointOfFile,
  device: string,
  { readColumn }: Pick<PlantFilePlace, 'readColumn'>,
): ValueCourse {
  if (typeof value !== 'object' || Array.isArray(value) || !value.csv) {
    return valueCourse(value, seedOf(`${device}/${code}`));
  }
  const { file, column } = value.csv;
  try {
    return list(readColumn(file, column), value.csv);
  } catch (cause) {
    throw new Error(`${file} ${(cause as Error).message}`, { cause });
  }
}

/** @throws RangeError for a value that does not fit */
function fill(placed: PlacedPoint, course: ValueCourse, memory: PlcMemory, startedAtMs: number): void {
  const { device, number } = placed.place;
  const { width } = placed;
  const zeros = new Array<number>(width).fill(0);
  for (const value of course.extremes) cellsOf(placed, value, zeros);
  const present = [...(memory.read(device.symbol, number, width, startedAtMs) ?? zeros)];
  const first = cellsOf(placed, course.at(0), present);
  memory.set(device.symbol, number, first);
  if (!course.moves) return;
  memory.move(device.symbol, number, width, (nowMs, held) => {
    try {
      return cellsOf(placed, course.at(Math.max(0, nowMs - startedAtMs)), held);
    } catch {
      // A counter that its type cannot hold any more stays where it is.
      return held;
    }
  });
}

function cellsOf({ point, place }: PlacedPoint, value: Values, present: readonly number[]): number[] {
  const values = valuesOf(point, value);
  if (place.bit === undefined) return values.flatMap((each) => plcCells(point, place, each));
  const words = [...present];
  for (const [index, each] of values.entries()) {
    const position = place.bit + index;
    const mask = 1 << (position & 15);
    const word = words[position >>> 4] ?? 0;
    words[position >>> 4] = truthOf(point, each) ? word | mask : word & ~mask;
  }
  return words;
}

/** A single value fills every element of an array. */
function valuesOf({ count }: DevicePoint, value: Values): readonly Encodable[] {
  if (!isList(value)) return new Array<Encodable>(count ?? 1).fill(value);
  if (count === undefined) throw new RangeError('this point has one value, not a list');
  if (value.length === count) return value;
  throw new RangeError(`this point is an array of ${count} values, not of ${value.length}`);
}

function isList(value: Values): value is readonly Encodable[] {
  return Array.isArray(value);
}
