import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteOrders,
  type DataType,
  dataTypes,
  isBitTable,
  type PointLayout,
  pointWidth,
  type RegisterTable,
  registerTables,
  valueCodes,
} from '../layout/point-layout.ts';
import { pointDecoder } from '../values/decode.ts';
import { type Reading, readingsSink } from '../values/testing/decode-point.ts';
import { mapReads, planReads, type ReadBlock, type ReadLimits } from './plan-reads.ts';

type Point = PointLayout & { readonly code: string; readonly address: number };

function point(code: string, address: number, rest: Partial<Point> = {}): Point {
  return {
    code,
    address,
    table: 'holding_register',
    data_type: 'uint16',
    byte_order: 'ABCD',
    scale: 1,
    offset: 0,
    ...rest,
  };
}

const open: ReadLimits = {
  maxRegisters: 125,
  maxBits: 2_000,
  maxHole: 0,
  excluded: [],
  maxUnneeded: Number.POSITIVE_INFINITY,
};

function shape(blocks: readonly ReadBlock<Point>[]): string[] {
  return blocks.map(({ address, quantity, points }) => {
    return `${address}+${quantity}: ${points.map((each) => `${each.point.code}@${each.offset}`).join(' ')}`;
  });
}

describe('the requests of a tick', () => {
  const points = [point('a', 10), point('b', 12), point('c', 16), point('d', 40)];

  it('go over holes as far as the device allows that', () => {
    const all = (limits: Partial<ReadLimits>) =>
      shape(planReads(mapReads(points, { ...open, ...limits }), points));
    expect(all({ maxHole: 0 })).toEqual(['10+1: a@0', '12+1: b@0', '16+1: c@0', '40+1: d@0']);
    expect(all({ maxHole: 1 })).toEqual(['10+3: a@0 b@2', '16+1: c@0', '40+1: d@0']);
    expect(all({ maxHole: 3 })).toEqual(['10+7: a@0 b@2 c@6', '40+1: d@0']);
  });

  it('go over registers of points that are not due, as long as these are not too many', () => {
    const map = (limits: Partial<ReadLimits>) => mapReads(points, { ...open, maxHole: 100, ...limits });
    const due = [points[0], points[2]] as Point[];
    expect(shape(planReads(map({}), due))).toEqual(['10+7: a@0 c@6']);
    expect(shape(planReads(map({ maxUnneeded: 4 }), due))).toEqual(['10+1: a@0', '16+1: c@0']);
  });

  it('never touch what is excluded, and name the points that lie there', () => {
    const excluded = [{ table: 'holding_register', from: 11, to: 12 }] as const;
    const map = mapReads(points, { ...open, maxHole: 100, excluded });
    expect(map.unreadable).toEqual([{ point: points[1], reason: 'excluded' }]);
    expect(shape(planReads(map, map.readable))).toEqual(['10+1: a@0', '16+25: c@0 d@24']);
  });

  it('read an array around what is excluded of it', () => {
    const zones = point('zone', 10, { count: 6 });
    const excluded = [{ table: 'holding_register', from: 12, to: 13 }] as const;
    const map = mapReads([zones], { ...open, maxHole: 100, excluded });
    expect(map.unreadable.map((each) => each.point.code)).toEqual(['zone[2]', 'zone[3]']);
    expect(shape(planReads(map, map.readable))).toEqual([
      '10+2: zone[0]@0 zone[1]@1',
      '14+2: zone[4]@0 zone[5]@1',
    ]);
  });

  it('stay apart where the device was found not to take them together', () => {
    const dense = [point('a', 0), point('b', 1), point('c', 2), point('d', 8)];
    const cuts = [
      { table: 'holding_register', address: 1 },
      { table: 'holding_register', address: 8 },
    ] as const;
    const map = mapReads(dense, { ...open, maxHole: 9 }, cuts);
    expect(shape(planReads(map, map.readable))).toEqual(['0+1: a@0', '1+2: b@0 c@1', '8+1: d@0']);
  });

  it('take an array apart that is wider than the device allows, and refuse such a text', () => {
    const list = point('list', 0, { count: 5, data_type: 'float32' });
    const text = point('text', 20, { data_type: 'string', length: 9 });
    const map = mapReads([list, text], { ...open, maxRegisters: 4 });
    expect(map.unreadable).toEqual([{ point: text, reason: 'wider_than_device_limit' }]);
    expect(shape(planReads(map, map.readable))).toEqual([
      '0+4: list[0]@0 list[1]@2',
      '4+4: list[2]@0 list[3]@2',
      '8+2: list[4]@0',
    ]);
  });
});

const anyPoint = fc
  .record({
    table: fc.constantFrom(...registerTables),
    address: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 65_500, max: 65_535 })),
    data_type: fc.constantFrom(...dataTypes),
    byte_order: fc.constantFrom(...byteOrders),
    bit: fc.option(fc.nat(15), { nil: undefined }),
    byte: fc.option(fc.constantFrom('high' as const, 'low' as const), { nil: undefined }),
    length: fc.integer({ min: 1, max: 12 }),
    count: fc.option(fc.integer({ min: 1, max: 24 }), { nil: undefined }),
  })
  .map(({ length, bit, byte, ...rest }) => ({
    ...rest,
    ...(rest.data_type === 'string' ? { length, count: undefined } : {}),
    ...(rest.data_type === 'bool' ? { bit } : {}),
    ...(rest.data_type === 'int8' || rest.data_type === 'uint8' ? { byte } : {}),
  }));

const anySituation = fc.record({
  points: fc
    .array(anyPoint, { minLength: 1, maxLength: 50 })
    .map((list) => list.map((each, index) => point(`p${index}`, each.address, each))),
  limits: fc.record({
    maxRegisters: fc.integer({ min: 1, max: 20 }),
    maxBits: fc.integer({ min: 1, max: 20 }),
    maxHole: fc.integer({ min: 0, max: 6 }),
    maxUnneeded: fc.constantFrom(Number.POSITIVE_INFINITY, 0, 3),
    excluded: fc.array(
      fc
        .record({
          table: fc.constantFrom(...registerTables),
          from: fc.integer({ min: 0, max: 70 }),
          length: fc.nat(4),
        })
        .map(({ table, from, length }) => ({ table, from, to: from + length })),
      { maxLength: 5 },
    ),
  }),
  cuts: fc.array(
    fc.record({ table: fc.constantFrom(...registerTables), address: fc.integer({ min: 0, max: 70 }) }),
    { maxLength: 4 },
  ),
  isDue: fc.infiniteStream(fc.boolean()),
});

describe('any plan', () => {
  it('reads each point that is due exactly once, whole and where it lies; what cannot be read is named', () => {
    fc.assert(
      fc.property(anySituation, ({ points, limits, cuts, isDue }) => {
        const map = mapReads(points, limits, cuts);
        const pointsOfMap = [...map.readable, ...map.unreadable.map((each) => each.point)];
        expect(pointsOfMap.flatMap(valueCodes).sort()).toEqual(points.flatMap(valueCodes).sort());
        const due = map.readable.filter(() => isDue.next().value);
        const planned = planReads(map, due).flatMap((block) =>
          block.points.map((each) => {
            expect(each.point.table).toBe(block.table);
            expect(block.address + each.offset).toBe(each.point.address);
            expect(each.width).toBe(pointWidth(each.point));
            expect(each.offset + each.width).toBeLessThanOrEqual(block.quantity);
            return each.point.code;
          }),
        );
        expect(planned.sort()).toEqual(due.map(({ code }) => code).sort());
      }),
    );
  });

  it('breaks no limit, touches nothing that is excluded and goes over no larger hole than allowed', () => {
    fc.assert(
      fc.property(anySituation, ({ points, limits, cuts, isDue }) => {
        const map = mapReads(points, limits, cuts);
        const addresses = wantedAddresses(map.readable);
        for (const block of planReads(
          map,
          map.readable.filter(() => isDue.next().value),
        )) {
          const end = block.address + block.quantity;
          expect(block.quantity).toBeLessThanOrEqual(
            isBitTable(block.table) ? limits.maxBits : limits.maxRegisters,
          );
          expect(end).toBeLessThanOrEqual(65_536);
          for (const { table, from, to } of limits.excluded) {
            if (table === block.table) expect(from < end && to >= block.address).toBe(false);
          }
          let hole = 0;
          for (let address = block.address; address < end; address += 1) {
            hole = addresses.has(`${block.table} ${address}`) ? 0 : hole + 1;
            expect(hole).toBeLessThanOrEqual(limits.maxHole);
          }
        }
      }),
    );
  });

  it('needs no more requests than the best that trying everything finds', () => {
    const small = fc.record({
      points: fc
        .array(
          fc.tuple(fc.integer({ min: 0, max: 11 }), fc.constantFrom<DataType>('uint16', 'uint32', 'uint64')),
          {
            minLength: 1,
            maxLength: 7,
          },
        )
        .map((list) => list.map(([address, data_type], index) => point(`p${index}`, address, { data_type }))),
      limits: fc.record({
        maxRegisters: fc.integer({ min: 4, max: 7 }),
        maxHole: fc.nat(3),
        excluded: fc.array(
          fc.nat(12).map((from) => ({ table: 'holding_register' as const, from, to: from })),
          { maxLength: 2 },
        ),
      }),
      isDue: fc.infiniteStream(fc.boolean()),
    });
    fc.assert(
      fc.property(small, ({ points, limits, isDue }) => {
        const map = mapReads(points, { ...open, ...limits });
        const due = map.readable.filter(() => isDue.next().value);
        expect(planReads(map, due)).toHaveLength(fewestRequests(map.readable, due, map.limits));
      }),
      { numRuns: 300 },
    );
  });

  it('gives back what each point says by itself, whatever the device holds', () => {
    fc.assert(
      fc.property(
        anySituation,
        fc.array(fc.nat({ max: 0xffff }), { minLength: 97, maxLength: 97 }),
        ({ points, limits, cuts }, image) => {
          // A function of the address, so that overlapping points see the same registers.
          const register = (address: number): number => image[address % image.length] ?? 0;
          const map = mapReads(points, limits, cuts);
          const addressesRead = planReads(map, map.readable).flatMap((block) => {
            const raw = rawAt(block.table, block.address, block.quantity, register);
            return block.points.flatMap((each) => decoded(each.point, raw, each.offset));
          });
          const unreadable = new Set(map.unreadable.map((each) => each.point.code));
          const alone = points
            .filter(({ code }) => !unreadable.has(code))
            .flatMap((each) => decoded(each, rawAt(each.table, each.address, pointWidth(each), register), 0))
            .filter(({ code }) => !unreadable.has(code));
          const byCode = (a: Reading, b: Reading) => (a.code < b.code ? -1 : 1);
          expect(addressesRead.sort(byCode)).toEqual(alone.sort(byCode));
        },
      ),
    );
  });
});

function decoded(each: Point, raw: readonly number[] | readonly boolean[], offset: number): Reading[] {
  const readings: Reading[] = [];
  pointDecoder(each)(raw, offset, 0, readingsSink(valueCodes(each), readings));
  return readings;
}

function rawAt(
  table: RegisterTable,
  address: number,
  quantity: number,
  register: (address: number) => number,
): number[] | boolean[] {
  const words = Array.from({ length: quantity }, (_, index) => register(address + index));
  return isBitTable(table) ? words.map((word) => word % 2 === 1) : words;
}

function wantedAddresses(points: readonly Point[]): Set<string> {
  return new Set(
    points.flatMap((each) =>
      Array.from({ length: pointWidth(each) }, (_, index) => `${each.table} ${each.address + index}`),
    ),
  );
}

/** The fewest requests, found by trying every allowed window at the leftmost open point. */
function fewestRequests(points: readonly Point[], due: readonly Point[], limits: ReadLimits): number {
  const addresses = wantedAddresses(points);
  const isAllowed = (start: number, end: number): boolean => {
    let hole = 0;
    for (let address = start; address < end; address += 1) {
      if (limits.excluded.some(({ from, to }) => address >= from && address <= to)) return false;
      hole = addresses.has(`holding_register ${address}`) ? 0 : hole + 1;
      if (hole > limits.maxHole) return false;
    }
    return true;
  };
  const spans = due.map((each) => [each.address, each.address + pointWidth(each)] as const);
  const search = (remaining: typeof spans): number => {
    if (remaining.length === 0) return 0;
    const start = Math.min(...remaining.map(([from]) => from));
    let best = Number.POSITIVE_INFINITY;
    for (let end = start + 1; end <= start + limits.maxRegisters; end += 1) {
      if (!isAllowed(start, end)) continue;
      const rest = remaining.filter(([from, to]) => !(from >= start && to <= end));
      if (rest.length < remaining.length) best = Math.min(best, 1 + search(rest));
    }
    return best;
  };
  return search(spans);
}
