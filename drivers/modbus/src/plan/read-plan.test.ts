import { dataTypes } from '@holdfast/driver/point.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteOrders,
  isBitTable,
  pointWidth,
  type RegisterTable,
  registerTables,
} from '../layout/point-layout.ts';
import type { RawBlock } from '../layout/requests.ts';
import { encodePoint } from '../values/encode.ts';
import { mapReads } from './plan-reads.ts';
import { readLimits } from './read-limits.ts';
import type { ReadBlock } from './read-plan.ts';
import { decodeBlock } from './testing/decoded-block.ts';
import {
  flatDeviceOf as deviceOf,
  type FlatDevice,
  type FlatPoint,
  flatPointOf as pointOf,
} from './testing/devices.ts';
import { planReads } from './testing/plan-reads.ts';

const device = (points: readonly FlatPoint[], rest: Parameters<typeof deviceOf>[0] = {}): FlatDevice =>
  deviceOf({ timeout_ms: 1_000, points: [...points], ...rest });

const unreadable = (config: FlatDevice) => mapReads(config.points, readLimits(config)).unreadable;

function shape(blocks: readonly ReadBlock[]): unknown[] {
  return blocks.map((block) => [
    block.table,
    block.address,
    block.quantity,
    block.points.map((planned) => `${planned.point.code}+${planned.offset}`).join(' '),
  ]);
}

describe('planning the reads of a device', () => {
  it('joins adjoining registers whatever their order in the configuration', () => {
    const blocks = planReads(
      device([pointOf('c', 12), pointOf('a', 10, { data_type: 'float32' }), pointOf('b', 13)]),
    );
    expect(shape(blocks)).toEqual([['holding_register', 10, 4, 'a+0 c+2 b+3']]);
  });

  it('never reads over a hole, not even of one register', () => {
    const blocks = planReads(device([pointOf('a', 10), pointOf('b', 12)]));
    expect(shape(blocks)).toEqual([
      ['holding_register', 10, 1, 'a+0'],
      ['holding_register', 12, 1, 'b+0'],
    ]);
  });

  it('reads overlapping points together: a status word and a bit of it', () => {
    const blocks = planReads(
      device([
        pointOf('word', 5),
        pointOf('any', 5, { data_type: 'bool' }),
        pointOf('wide', 5, { data_type: 'int32' }),
      ]),
    );
    expect(shape(blocks)).toEqual([['holding_register', 5, 2, 'word+0 any+0 wide+0']]);
  });

  it('keeps the tables apart', () => {
    const blocks = planReads(device(registerTables.map((table) => pointOf(table, 1, { table }))));
    expect(blocks.map((block) => block.table)).toEqual([...registerTables]);
  });

  it('starts a new request before a 32-bit value that would cross the device limit', () => {
    const blocks = planReads(
      device([pointOf('a', 0), pointOf('b', 1), pointOf('c', 2, { data_type: 'uint32' }), pointOf('d', 4)], {
        max_registers: 3,
      }),
    );
    expect(shape(blocks)).toEqual([
      ['holding_register', 0, 2, 'a+0 b+1'],
      ['holding_register', 2, 3, 'c+0 d+2'],
    ]);
  });

  it('reads 125 registers and 2000 bits at once and not one more', () => {
    const registers = Array.from({ length: 126 }, (_, i) => pointOf(`r${i}`, i));
    const bits = Array.from({ length: 2001 }, (_, i) => pointOf(`b${i}`, i, { table: 'coil' }));
    expect(planReads(device([...registers, ...bits])).map((block) => block.quantity)).toEqual([
      2000, 1, 125, 1,
    ]);
  });

  it('leaves out and names what no request can read', () => {
    const beyond = pointOf('beyond', 65535, { data_type: 'uint32' });
    const wide = pointOf('wide', 0, { data_type: 'int32' });
    expect(shape(planReads(device([beyond, pointOf('last', 65535)])))).toEqual([
      ['holding_register', 65535, 1, 'last+0'],
    ]);
    expect(unreadable(device([beyond]))).toEqual([{ point: beyond, reason: 'beyond_table_end' }]);
    const narrow = device([wide], { max_registers: 1 });
    expect(planReads(narrow)).toEqual([]);
    expect(unreadable(narrow)).toEqual([{ point: wide, reason: 'wider_than_device_limit' }]);
  });
});

const anyDevice = fc
  .record({
    points: fc.array(
      fc.record({
        table: fc.constantFrom(...registerTables),
        address: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 65500, max: 65535 })),
        data_type: fc.constantFrom(...dataTypes),
        byte_order: fc.constantFrom(...byteOrders),
      }),
      { minLength: 1, maxLength: 80 },
    ),
    max_registers: fc.integer({ min: 1, max: 20 }),
    max_bits: fc.integer({ min: 1, max: 20 }),
  })
  .map(({ points, ...limits }) =>
    device(
      points.map((each, index) => pointOf(`p${index}`, each.address, each)),
      limits,
    ),
  );

describe('any plan', () => {
  it('reads each readable point exactly once, where it lies', () => {
    fc.assert(
      fc.property(anyDevice, (config) => {
        const planned = planReads(config).flatMap((block) =>
          block.points.map((each) => {
            expect(each.point.table).toBe(block.table);
            expect(block.address + each.offset).toBe(each.point.address);
            expect(each.offset + each.width).toBeLessThanOrEqual(block.quantity);
            expect(each.width).toBe(pointWidth(each.point));
            return each.point.code;
          }),
        );
        const leftOut = unreadable(config).map((each) => each.point.code);
        expect([...planned, ...leftOut].sort()).toEqual(config.points.map((each) => each.code).sort());
      }),
    );
  });

  it('breaks no limit and asks for no register that no point wants', () => {
    fc.assert(
      fc.property(anyDevice, (config) => {
        for (const block of planReads(config)) {
          const limit = isBitTable(block.table) ? config.max_bits : config.max_registers;
          expect(block.quantity).toBeLessThanOrEqual(limit);
          expect(block.address + block.quantity).toBeLessThanOrEqual(65536);
          const addresses = new Set(
            block.points.flatMap(({ offset, width }) =>
              Array.from({ length: width }, (_, at) => offset + at),
            ),
          );
          expect(addresses.size).toBe(block.quantity);
        }
      }),
    );
  });

  it('needs no more requests than the best that trying everything finds', () => {
    const small = fc
      .record({
        points: fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), {
          minLength: 1,
          maxLength: 7,
        }),
        max_registers: fc.integer({ min: 2, max: 5 }),
      })
      .map(({ points, max_registers }) =>
        device(
          points.map(([address, wide], index) =>
            pointOf(`p${index}`, address, { data_type: wide ? 'uint32' : 'uint16' }),
          ),
          { max_registers },
        ),
      );
    fc.assert(
      fc.property(small, (config) => {
        expect(planReads(config).length).toBe(fewestRequests(config));
      }),
    );
  });

  it('gives a random image of the device back', () => {
    fc.assert(
      fc.property(
        anyDevice,
        fc.array(fc.nat({ max: 0xffff }), { minLength: 97, maxLength: 97 }),
        (config, image) => {
          // The image is a function of the address, so that overlapping points see the same registers.
          const register = (address: number): number => image[address % image.length] ?? 0;
          const blocks = planReads(config);
          const decoded = blocks.map((block) => decodeBlock(block, replyTo(block, register)));
          const values = Object.assign({}, ...decoded.flatMap((each) => [each.values, each.integers]));
          const problems = Object.assign({}, ...decoded.map((each) => each.problems));
          for (const { point: each } of blocks.flatMap((block) => block.points)) {
            const code = each.code;
            expect(code in values).not.toBe(code in problems);
            // Values from which the raw data do not follow: any non-zero is true, a text ends at its NUL, -0 is 0.
            const isLossy = each.data_type === 'bool' || each.data_type === 'string' || values[code] === 0;
            if (code in problems || isLossy) continue;
            const raw = rawAt(each.table, each.address, pointWidth(each), register);
            expect(encodePoint(each, values[code], raw.map(Number))).toEqual(raw);
          }
        },
      ),
    );
  });
});

describe('decoding a block', () => {
  const [block] = planReads(
    device([
      pointOf('power', 0, { data_type: 'float32', unit: 'kW' }),
      pointOf('broken', 2, { data_type: 'float32' }),
      pointOf('__proto__', 4),
    ]),
  );
  if (!block) throw new Error('the plan is empty');

  it('keeps the good values next to one that is no number', () => {
    const { values, problems } = decodeBlock(block, {
      kind: 'registers',
      values: [0x4148, 0, 0x7fc0, 0, 7],
    });
    expect(Object.entries(values)).toEqual([
      ['power', 12.5],
      ['__proto__', 7],
    ]);
    expect(problems).toEqual({ broken: 'not_a_number' });
  });

  it('makes no value of registers that are missing', () => {
    const { values, problems } = decodeBlock(block, { kind: 'registers', values: [0x4148, 0, 0] });
    expect(values).toEqual({ power: 12.5 });
    expect(Object.entries(problems)).toEqual([
      ['broken', 'incomplete'],
      ['__proto__', 'incomplete'],
    ]);
  });
});

function replyTo(block: ReadBlock, register: (address: number) => number): RawBlock {
  const raw = rawAt(block.table, block.address, block.quantity, register);
  return isBitTable(block.table)
    ? { kind: 'bits', values: raw.map(Boolean) }
    : { kind: 'registers', values: raw.map(Number) };
}

function rawAt(
  table: RegisterTable,
  address: number,
  quantity: number,
  register: (address: number) => number,
): (number | boolean)[] {
  return Array.from({ length: quantity }, (_, i) => {
    const content = register(address + i);
    return isBitTable(table) ? content % 2 === 1 : content;
  });
}

/** The fewest hole-free windows that hold all points whole, found by trying every window at the leftmost open point. */
function fewestRequests(config: FlatDevice): number {
  const spans = config.points.map((each) => [each.address, each.address + pointWidth(each)] as const);
  const search = (open: readonly (readonly [number, number])[]): number => {
    if (open.length === 0) return 0;
    const start = Math.min(...open.map(([from]) => from));
    let best = Number.POSITIVE_INFINITY;
    for (let end = start + 1; end <= start + config.max_registers; end++) {
      const inside = spans.filter(([from, to]) => from >= start && to <= end);
      const covered = new Set(inside.flatMap(([from, to]) => (to - from === 2 ? [from, from + 1] : [from])));
      if (covered.size < end - start) continue;
      const remaining = open.filter(([from, to]) => !(from >= start && to <= end));
      if (remaining.length < open.length) best = Math.min(best, 1 + search(remaining));
    }
    return best;
  };
  return search(spans);
}
