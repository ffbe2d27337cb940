import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonBytes } from './json-bytes.ts';

const text = (json: JsonBytes) => new TextDecoder().decode(json.view());

describe('JSON that is written byte by byte', () => {
  it('has every number as JSON.stringify has it', () => {
    const json = new JsonBytes(1);
    const shifted = fc
      .tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 32 }), fc.integer({ min: -4, max: 9 }))
      .map(([digits, decimals]) => digits / 10 ** decimals);
    const edges = [
      0,
      -0,
      1,
      -1,
      10,
      2 ** 31 - 1,
      2 ** 31,
      -(2 ** 31),
      -(2 ** 31) - 1,
      2 ** 53,
      1e21,
      1e-7,
      0.1 + 0.2,
    ];
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      shifted,
      shifted.map((value) => value * 0.1 + 0.05),
      fc.constantFrom(
        ...edges,
        0.5,
        214_748_364.7,
        214_748_364.8,
        -2_147_483.648,
        999.999,
        0.001,
        1e-4,
        5e-324,
      ),
    );
    fc.assert(
      fc.property(number, (value) => {
        json.clear();
        json.number(value);
        expect(text(json)).toBe(JSON.stringify(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it('has every number that is whole digits and so many decimals as JSON.stringify has it', () => {
    const json = new JsonBytes(1);
    const digits = fc.oneof(
      fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }),
      fc.integer({ min: -2_000, max: 2_000 }),
    );
    fc.assert(
      fc.property(digits, fc.integer({ min: 1, max: 3 }), (whole, decimals) => {
        json.clear();
        json.decimal(whole, decimals);
        expect(text(json)).toBe(JSON.stringify(whole / 10 ** decimals));
      }),
      { numRuns: 5_000 },
    );
  });

  it('has whole numbers beyond 32 bits, such as times, as JSON.stringify has them', () => {
    const json = new JsonBytes(1);
    const long = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer({ min: 0, max: 999 }).map((above) => 1_000_000_000 * above + (above % 3)),
    );
    fc.assert(
      fc.property(long, (value) => {
        json.clear();
        json.number(value);
        expect(text(json)).toBe(JSON.stringify(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it('has every text as JSON.stringify has it, in UTF-8', () => {
    const json = new JsonBytes(1);
    // Half surrogate pairs too.
    const unit = fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }));
    const utf16 = fc.array(unit, { maxLength: 80 }).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(utf16, (value) => {
        json.clear();
        json.string(value);
        expect(text(json)).toBe(JSON.stringify(value));
      }),
    );
    json.clear();
    json.string('\ud800 "\\\n温度');
    expect(text(json)).toBe('"\\ud800 \\"\\\\\\n温度"');
  });
});
