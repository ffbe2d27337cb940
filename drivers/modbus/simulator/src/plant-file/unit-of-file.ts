import type { RegisterTable } from '@holdfast/driver-modbus/layout/point-layout.ts';
import {
  firstByte,
  isBitTable,
  isSingleBit,
  isSingleByte,
  pointWidth,
} from '@holdfast/driver-modbus/layout/point-layout.ts';
import { type Encodable, encodePoint } from '@holdfast/driver-modbus/values/encode.ts';
import type { FileProblem } from '@holdfast/plant/plant-file/plant-file-error.ts';
import { list, type ValueCourse, valueCourse } from '@holdfast/plant/plant-file/value-course.ts';
import { seedOf } from '@holdfast/plant/seeded-random.ts';
import type { PlantFilePlace } from '@holdfast/plant/simulator.ts';
import { chiller } from '../machines/chiller.ts';
import { injectionMouldingMachine } from '../machines/injection-moulding-machine.ts';
import { type Machine, memoryOfMachine } from '../machines/machine.ts';
import { powerMeter } from '../machines/power-meter.ts';
import type { RegisterImage } from '../memory/register-image.ts';
import { type FixedCells, type MovingCells, tableMemory } from '../memory/table-memory.ts';
import type { UnitMemory } from '../memory/unit-memory.ts';
import type { MachineName, PointOfFile, UnitOfFile } from './plant-file-schema.ts';

const machines: Readonly<Record<MachineName, (number: number) => Machine>> = {
  injection_moulding_machine: injectionMouldingMachine,
  power_meter: powerMeter,
  chiller,
};

export interface UnitSurroundings extends PlantFilePlace {
  readonly device: string;
}

/** The memory of a unit of a plant file. */
export function memoryOfFile(
  unit: UnitOfFile,
  path: readonly PropertyKey[],
  surroundings: UnitSurroundings,
): UnitMemory | RegisterImage {
  if (unit.machine) return memoryOfMachine(machines[unit.machine](1));
  const claims = new Claims();
  const fixed: FixedCells[] = tablesOf(unit, path, claims, surroundings.complain);
  const moving: (MovingCells & { isWritable: boolean })[] = [];
  const codes = new Set<string>();
  unit.points.forEach((point, index) => {
    const at = [...path, 'points', index];
    const complain = (message: string, ...below: string[]): void =>
      surroundings.complain({ path: [...at, ...below], message });
    if (codes.has(point.code)) complain(`there are two points ${point.code}`, 'code');
    codes.add(point.code);
    if (!claims.takes(point)) complain('lies where something else lies already', 'address');
    let course: ValueCourse;
    try {
      course = courseOf(point, surroundings);
      for (const value of course.extremes) encodePoint(point, forPoint(point, value));
    } catch (error) {
      complain((error as Error).message, 'value');
      return;
    }
    moving.push(cellsOf(point, course, surroundings.startedAtMs));
  });
  return tableMemory({
    fixed,
    moving,
    holesAreZero: unit.holes === 'zero',
    isReadOnly: unit.read_only,
  });
}

function courseOf(point: PointOfFile, { device, readColumn }: UnitSurroundings): ValueCourse {
  const { value } = point;
  if (typeof value === 'object' && !Array.isArray(value) && value.csv) {
    const { file, column } = value.csv;
    try {
      return list(readColumn(file, column), value.csv);
    } catch (cause) {
      throw new Error(`${file} ${(cause as Error).message}`, { cause });
    }
  }
  return valueCourse(value, seedOf(`${device}/${point.code}`));
}

/** A single value fills every element of an array. */
function forPoint(
  { count }: PointOfFile,
  value: Encodable | readonly Encodable[],
): Encodable | readonly Encodable[] {
  return count === undefined || Array.isArray(value)
    ? value
    : Array<Encodable>(count).fill(value as Encodable);
}

function cellsOf(
  point: PointOfFile,
  course: ValueCourse,
  startedAtMs: number,
): MovingCells & { isWritable: boolean } {
  const isPart = isSingleBit(point) || isSingleByte(point);
  let last: unknown;
  let lastRaw: readonly (number | boolean)[] | undefined;
  return {
    table: point.table,
    address: point.address,
    width: pointWidth(point),
    isWritable: isWritableTable(point.table) && point.writable !== false,
    rawAt: (nowMs, present) => {
      const value = course.at(Math.max(0, nowMs - startedAtMs));
      if (lastRaw && !isPart && value === last) return lastRaw;
      last = value;
      try {
        lastRaw = encodePoint(point, forPoint(point, value), present);
      } catch {
        // A counter that its type cannot hold any more stays where it is.
      }
      return lastRaw ?? present;
    },
  };
}

function isWritableTable(table: RegisterTable): boolean {
  return table === 'coil' || table === 'holding_register';
}

function tablesOf(
  unit: UnitOfFile,
  path: readonly PropertyKey[],
  claims: Claims,
  complain: (problem: FileProblem) => void,
): FixedCells[] {
  const fixed: FixedCells[] = [];
  for (const [name, cells] of Object.entries(unit.tables)) {
    const table = name as RegisterTable;
    for (const [key, content] of Object.entries(cells ?? {})) {
      const at = [...path, 'tables', table, /^\d+$/.test(key) ? Number(key) : key];
      const [from = 0, to] = key.split('-').map(Number);
      const entries = Array.isArray(content) ? content : [content];
      const width = to === undefined ? entries.length : to - from + 1;
      if (width < 1 || from + width > 65_536) {
        complain({ path: at, message: 'must begin before it ends, and end at 65535 at most' });
        continue;
      }
      if (to !== undefined && entries.length !== 1 && entries.length !== width) {
        complain({ path: at, message: `has ${entries.length} values for ${width} addresses` });
        continue;
      }
      if (!isBitTable(table) && entries.some((value) => typeof value === 'boolean')) {
        complain({ path: at, message: 'is a register: it takes numbers' });
        continue;
      }
      const values = Array.from({ length: width }, (_, index) => Number(entries[index] ?? entries[0]));
      if (!claims.takesWhole(table, from, width)) {
        complain({ path: at, message: 'lies where something else lies already' });
      }
      fixed.push({ table, address: from, values, isWritable: isWritableTable(table) });
    }
  }
  return fixed;
}

/** The bits that are described already, cell by cell: two bits of a register may be two points. */
class Claims {
  readonly #bitsByCell = new Map<string, number>();

  takesWhole(table: RegisterTable, address: number, width: number): boolean {
    return Array.from({ length: width }, (_, at) => this.#take(table, address + at, 0xffff)).every(Boolean);
  }

  takes(point: PointOfFile): boolean {
    const { table, address, count = 1 } = point;
    const parts = isSingleBit(point)
      ? { first: point.bit ?? 0, perWord: 16 }
      : isSingleByte(point)
        ? { first: firstByte(point), perWord: 2 }
        : undefined;
    if (!parts) return this.takesWhole(table, address, pointWidth(point));
    return Array.from({ length: count }, (_, index) => {
      const position = parts.first + index;
      const within = position % parts.perWord;
      const mask = parts.perWord === 16 ? 1 << within : within === 0 ? 0xff00 : 0xff;
      return this.#take(table, address + Math.floor(position / parts.perWord), mask);
    }).every(Boolean);
  }

  #take(table: RegisterTable, address: number, mask: number): boolean {
    const key = `${table} ${address}`;
    const bits = this.#bitsByCell.get(key) ?? 0;
    this.#bitsByCell.set(key, bits | mask);
    return (bits & mask) === 0;
  }
}
