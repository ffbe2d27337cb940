import type { ModbusPoint } from '../layout/modbus-device.ts';
import { isBitTable, pointWidth } from '../layout/point-layout.ts';
import type { ReadPlace } from '../layout/requests.ts';
import { arrayValues, planReads, type ReadBlock, type ReadMap } from './plan-reads.ts';

/** Only a device that is late again and again would need more. */
const mostMarkers = 8;

/**
 * Short reads within what is read of the device anyway, whose answers differ in function code or byte count. Each ends
 * where a value ends: some devices refuse half of a value.
 */
export function markerReads(map: ReadMap<ModbusPoint>): readonly ReadPlace[] {
  const shapes = new Set<string>();
  const places: ReadPlace[] = [];
  let beginnings = planReads(map, map.readable).map(beginningsOf);
  // Takes one marker of each block in turn: a device may be silent to a whole block.
  while (beginnings.length > 0 && places.length < mostMarkers) {
    for (const ofBlock of beginnings) {
      const place = ofBlock.find((each) => !shapes.has(shapeOf(each)));
      if (!place) continue;
      shapes.add(shapeOf(place));
      places.push(place);
    }
    beginnings = beginnings.filter((ofBlock) => ofBlock.some((each) => !shapes.has(shapeOf(each))));
  }
  return places.slice(0, mostMarkers).sort((a, b) => wireBits(a) - wireBits(b));
}

/** The shortest first. */
function beginningsOf({ table, address, points }: ReadBlock<ModbusPoint>): readonly ReadPlace[] {
  const spans = points
    .flatMap(({ point }) => (point.count === undefined ? [point] : arrayValues(point)))
    .map((point) => ({ from: point.address, end: point.address + pointWidth(point) }))
    .sort((a, b) => a.from - b.from);
  const places: ReadPlace[] = [];
  let end = address;
  for (const [index, span] of spans.entries()) {
    end = Math.max(end, span.end);
    const next = spans[index + 1];
    if (next && next.from < end) continue;
    places.push({ table, address, quantity: end - address });
  }
  return places;
}

function shapeOf({ table, quantity }: ReadPlace): string {
  return `${table} ${isBitTable(table) ? Math.ceil(quantity / 8) : quantity}`;
}

function wireBits({ table, quantity }: ReadPlace): number {
  return isBitTable(table) ? quantity : quantity * 16;
}
