import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergedRanges, narrowedLimits, withoutRanges } from './narrowed-limits.ts';
import type { AddressRange } from './plan-reads.ts';

const range = (from: number, to = from, table: AddressRange['table'] = 'holding_register') => ({
  table,
  from,
  to,
});
const configured = { max_registers: 100, max_bits: 2_000, excluded: [range(10, 20)] };

const anyRange = fc
  .record({
    table: fc.constantFrom('holding_register' as const, 'coil' as const),
    from: fc.nat(40),
    length: fc.nat(6),
  })
  .map(({ table, from, length }) => range(from, from + length, table));
const addressesOf = (ranges: readonly AddressRange[]) =>
  new Set(
    ranges.flatMap(({ table, from, to }) =>
      Array.from({ length: to - from + 1 }, (_, index) => `${table} ${from + index}`),
    ),
  );

describe('limits that a device has shown', () => {
  it('narrow what is configured, and leave its ranges as they were written', () => {
    expect(
      narrowedLimits(configured, { max_registers: 60, excluded: [range(18, 25), range(40), range(41)] }),
    ).toEqual({
      max_registers: 60,
      max_bits: 2_000,
      excluded: [range(10, 20), { ...range(21, 25), learned: true }, { ...range(40, 41), learned: true }],
    });
  });

  it('are nothing new where the configuration says as much or is narrower', () => {
    expect(narrowedLimits(configured, { excluded: [] })).toBeUndefined();
    expect(narrowedLimits(configured, { max_registers: 110, excluded: [range(12, 20)] })).toBeUndefined();
  });

  it('are not added beyond what a profile can hold', () => {
    const full = { ...configured, excluded: Array.from({ length: 999 }, (_, index) => range(index * 2)) };
    const narrowed = narrowedLimits(full, { excluded: [range(5_000), range(6_000)] });
    expect(narrowed?.excluded).toHaveLength(1_000);
    expect(narrowed && narrowedLimits(narrowed, { excluded: [range(6_000)] })).toBeUndefined();
  });

  it('never widen anything, and change nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.array(anyRange, { maxLength: 8 }),
        fc.array(anyRange, { maxLength: 8 }),
        fc.option(fc.integer({ min: 1, max: 125 }), { nil: undefined }),
        (before, excluded, max_registers) => {
          const from = { ...configured, excluded: before };
          const limits = { excluded, max_registers };
          const to = narrowedLimits(from, limits) ?? from;
          expect(to.max_registers).toBeLessThanOrEqual(from.max_registers);
          expect(to.excluded.slice(0, before.length)).toEqual(before);
          expect(addressesOf(to.excluded)).toEqual(addressesOf([...before, ...excluded]));
          expect(narrowedLimits(to, limits)).toBeUndefined();
        },
      ),
    );
  });
});

it('ranges are merged and taken away address by address', () => {
  fc.assert(
    fc.property(
      fc.array(anyRange, { maxLength: 8 }),
      fc.array(anyRange, { maxLength: 8 }),
      (ranges, removed) => {
        const merged = mergedRanges(ranges);
        expect(addressesOf(merged)).toEqual(addressesOf(ranges));
        expect(merged.length).toBeLessThanOrEqual(ranges.length);
        expect(addressesOf(withoutRanges(merged, removed))).toEqual(
          new Set([...addressesOf(ranges)].filter((each) => !addressesOf(removed).has(each))),
        );
      },
    ),
  );
});
