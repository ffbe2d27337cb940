import {
  isBitTable,
  type PointLayout,
  pointWidth,
  type RegisterTable,
} from '@holdfast/driver-modbus/layout/point-layout.ts';
import { encodePoint } from '@holdfast/driver-modbus/values/encode.ts';
import type { RegisterImage } from '../memory/register-image.ts';
import { tableMemory } from '../memory/table-memory.ts';
import type { UnitMemory } from '../memory/unit-memory.ts';

/** One value of a machine: where it is, and what it is at a time (ms since 1970), in engineering units. */
export interface MachinePoint extends PointLayout {
  readonly code: string;
  /** Chinese and English. */
  readonly name: string;
  /** Zero-based. */
  readonly address: number;
  readonly unit: string;
  readonly writable?: boolean;
  readonly valueAt: (nowMs: number) => number | boolean;
}

export interface Machine {
  readonly code: string;
  /** Chinese and English. */
  readonly name: string;
  readonly unitId: number;
  readonly points: readonly MachinePoint[];
}

type PointDefaults = 'table' | 'data_type' | 'byte_order' | 'scale' | 'offset' | 'unit';

/** A uint16 holding register, unless said otherwise. */
export function machinePoint(
  point: Omit<MachinePoint, PointDefaults> & Partial<Pick<MachinePoint, PointDefaults>>,
): MachinePoint {
  return {
    table: 'holding_register',
    data_type: 'uint16',
    byte_order: 'ABCD',
    scale: 1,
    offset: 0,
    unit: '',
    ...point,
  };
}

/** The memory of a machine: a point that can be written stays as it was written, all others move on. */
export function memoryOfMachine(machine: Machine): RegisterImage | UnitMemory {
  // A machine that takes no writes at all answers them with another exception than one that protects an address.
  if (!machine.points.some(({ writable }) => writable)) return imageOf(machine);
  return tableMemory({
    fixed: [],
    moving: machine.points.map((point) => ({
      table: point.table,
      address: point.address,
      width: isBitTable(point.table) ? 1 : pointWidth(point),
      rawAt: (nowMs) => encodePoint(point, point.valueAt(nowMs)),
      isWritable: point.writable === true,
    })),
    holesAreZero: false,
    isReadOnly: false,
  });
}

/** The registers that the machine's points fill; others do not exist. */
export function imageOf(machine: Machine): RegisterImage {
  return {
    coil: bits(machine, 'coil'),
    discrete_input: bits(machine, 'discrete_input'),
    input_register: registers(machine, 'input_register'),
    holding_register: registers(machine, 'holding_register'),
  };
}

type Cell = { readonly point: MachinePoint; readonly index: number };

function bits(
  machine: Machine,
  table: RegisterTable,
): (address: number, nowMs: number) => boolean | undefined {
  const cells = cellsOf(machine, table);
  return (address, nowMs) => {
    const cell = cells.get(address);
    return cell && Boolean(encodePoint(cell.point, cell.point.valueAt(nowMs))[0]);
  };
}

function registers(
  machine: Machine,
  table: RegisterTable,
): (address: number, nowMs: number) => number | undefined {
  const cells = cellsOf(machine, table);
  return (address, nowMs) => {
    const cell = cells.get(address);
    return cell && Number(encodePoint(cell.point, cell.point.valueAt(nowMs))[cell.index]);
  };
}

function cellsOf(machine: Machine, table: RegisterTable): ReadonlyMap<number, Cell> {
  const cells = new Map<number, Cell>();
  for (const point of machine.points.filter((each) => each.table === table)) {
    const width = isBitTable(table) ? 1 : pointWidth(point);
    for (let index = 0; index < width; index++) {
      if (cells.has(point.address + index))
        throw new Error(`${machine.code}: ${point.code} overlaps another`);
      cells.set(point.address + index, { point, index });
    }
  }
  return cells;
}
