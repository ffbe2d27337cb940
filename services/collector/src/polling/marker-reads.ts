import type { PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { arrayValues, planReads, type ReadMap } from '@holdfast/shared/domain/reading/plan-reads.ts';
import { isBitTable, pointWidth } from '@holdfast/shared/domain/register/point-layout.ts';
import type { ReadPlace } from '../ports.ts';

/** More would only be needed by a device that is late again and again. */
const mostMarkers = 8;

/**
 * Short reads of what is read of the device anyway, whose answers differ in function code or byte count. Each ends where a
 * value ends: some devices refuse half of one.
 */
export function markerReads(map: ReadMap<PointConfig>): readonly ReadPlace[] {
  const byShape = new Map<string, ReadPlace>();
  for (const { table, address, points } of planReads(map, map.readable)) {
    const spans = points
      .flatMap(({ point }) => (point.count === undefined ? [point] : arrayValues(point)))
      .map((point) => ({ from: point.address, end: point.address + pointWidth(point) }))
      .sort((a, b) => a.from - b.from);
    let end = address;
    for (const [index, span] of spans.entries()) {
      end = Math.max(end, span.end);
      const next = spans[index + 1];
      if (next && next.from < end) continue;
      const quantity = end - address;
      const shape = `${table} ${isBitTable(table) ? Math.ceil(quantity / 8) : quantity}`;
      if (!byShape.has(shape)) byShape.set(shape, { table, address, quantity });
    }
  }
  return [...byShape.values()].sort((a, b) => wireBits(a) - wireBits(b)).slice(0, mostMarkers);
}

function wireBits({ table, quantity }: ReadPlace): number {
  return isBitTable(table) ? quantity : quantity * 16;
}
