import {
  type DeviceConfig,
  type PointConfig,
  type RegisterTable,
  registerTables,
} from '@holdfast/shared/contracts/task-config.ts';
import { isBitTable, pointWidth } from '@holdfast/shared/domain/register/point-layout.ts';

export interface PlannedPoint {
  readonly point: PointConfig;
  /** Registers, or bits, from the start of the block. */
  readonly offset: number;
  readonly width: number;
}

/** One read request, and the points that its reply serves. */
export interface ReadBlock {
  readonly table: RegisterTable;
  /** Zero-based protocol address. */
  readonly address: number;
  /** Registers, or bits. */
  readonly quantity: number;
  readonly points: readonly PlannedPoint[];
}

export interface UnreadablePoint {
  readonly point: PointConfig;
  readonly reason: 'beyond_table_end' | 'wider_than_device_limit';
}

const addressesPerTable = 0x1_0000;

/**
 * The fewest requests that read every point of the device once, within its limits, asking for nothing that no
 * point wants: many devices answer a read over an unmapped register with exception 2, and the whole block is lost.
 * A value is never split over two requests, whose replies may stem from two moments.
 *
 * Points that no request can read are left out; `unreadablePoints` names them.
 */
export function planReads(device: DeviceConfig): readonly ReadBlock[] {
  return registerTables.flatMap((table) => planTable(table, device));
}

export function unreadablePoints(device: DeviceConfig): readonly UnreadablePoint[] {
  return device.points.flatMap((point): readonly UnreadablePoint[] => {
    const reason = whyUnreadable(point, device);
    return reason ? [{ point, reason }] : [];
  });
}

function whyUnreadable(point: PointConfig, device: DeviceConfig): UnreadablePoint['reason'] | undefined {
  const width = pointWidth(point);
  if (point.address + width > addressesPerTable) return 'beyond_table_end';
  return width > largestRead(point.table, device) ? 'wider_than_device_limit' : undefined;
}

function largestRead(table: RegisterTable, device: DeviceConfig): number {
  return isBitTable(table) ? device.max_bits : device.max_registers;
}

function planTable(table: RegisterTable, device: DeviceConfig): readonly ReadBlock[] {
  const limit = largestRead(table, device);
  const points = device.points
    .filter((point) => point.table === table && !whyUnreadable(point, device))
    // Narrow before wide at one address: the narrow one may still fit where the wide one does not.
    .sort((a, b) => a.address - b.address || pointWidth(a) - pointWidth(b));

  // Taking as much as fits from the left on is optimal for intervals on a line.
  const blocks: { address: number; end: number; points: PlannedPoint[] }[] = [];
  for (const point of points) {
    const width = pointWidth(point);
    const end = point.address + width;
    let block = blocks.at(-1);
    if (!block || point.address > block.end || end - block.address > limit) {
      block = { address: point.address, end, points: [] };
      blocks.push(block);
    }
    block.end = Math.max(block.end, end);
    block.points.push({ point, offset: point.address - block.address, width });
  }
  return blocks.map(({ address, end, points }) => ({ table, address, quantity: end - address, points }));
}
