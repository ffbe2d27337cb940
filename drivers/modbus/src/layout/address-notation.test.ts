import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { inLanguage, type Language } from '@holdfast/texts/text.ts';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { addressDoubt, parseAddress } from './address-notation.ts';
import { registerTables } from './point-layout.ts';

describe('an address', () => {
  test.each([
    [0, 'coil', 'coil', 0],
    [40001, 'holding_register', 'holding_register', 40001],
    ['0x0', 'coil', 'coil', 0],
    ['0x1F', 'input_register', 'input_register', 31],
    ['0XFFFF', 'holding_register', 'holding_register', 65_535],
    ['00001', undefined, 'coil', 0],
    ['10001', undefined, 'discrete_input', 0],
    ['30008', undefined, 'input_register', 7],
    ['40001', undefined, 'holding_register', 0],
    ['49999', 'holding_register', 'holding_register', 9_998],
    ['400001', undefined, 'holding_register', 0],
    ['465536', undefined, 'holding_register', 65_535],
    [5, undefined, undefined, 5],
  ] as const)('%j with the table %s lies in %s at %d', (notation, givenTable, table, address) => {
    expect(parseAddress(notation, givenTable)).toEqual({ ok: true, table, address });
  });

  test.each([
    ['40001', 'input_register', 'table', 'is of the table holding_register'],
    ['10001', 'coil', 'table', 'is of the table discrete_input'],
    ['40000', undefined, 'address', 'counts from 1'],
    ['465537', undefined, 'address', 'counts from 1 to 65536'],
    [-1, 'coil', 'address', 'outside 0…65535'],
    [65_536, 'coil', 'address', 'outside 0…65535'],
    [1.5, 'coil', 'address', 'outside 0…65535'],
    ['100', 'coil', 'address', 'is no address'],
    ['50001', 'coil', 'address', 'is no address'],
    ['4x0001', 'holding_register', 'address', '"40001"'],
    ['0x12345', 'coil', 'address', 'is no address'],
    ['1F', 'coil', 'address', 'is no address'],
    ['', 'coil', 'address', 'is no address'],
    [' 40001', undefined, 'address', 'is no address'],
  ] as const)('%j with the table %s is refused', (notation, givenTable, field, message) => {
    expect(inEnglish(parseAddress(notation, givenTable))).toMatchObject({
      ok: false,
      field,
      message: expect.stringContaining(message),
    });
  });

  it('in any text is inside the table or refused', () => {
    const table = fc.constantFrom(undefined, ...registerTables);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'0x1349AfF -'), maxLength: 7 }),
        table,
        (text, givenTable) => {
          const parsed = parseAddress(text, givenTable);
          if (!parsed.ok) return;
          expect(parsed.address).toBeGreaterThanOrEqual(0);
          expect(parsed.address).toBeLessThanOrEqual(65_535);
        },
      ),
    );
  });
});

describe('a number that reads as the classic notation of its table', () => {
  it('is doubted, with what either reading is', () => {
    const doubtIn = (language: Language, ...place: Parameters<typeof addressDoubt>) => {
      const doubt = addressDoubt(...place);
      return doubt && inLanguage(doubt, language);
    };
    expect(doubtIn('en', 40_001, 'holding_register')).toBe(
      '40001 without quotes is the zero-based address 40001 ("440002" in the classic notation). If the manual\'s 40001 is meant, which is the zero-based 0, write it in quotes: "40001"',
    );
    expect(doubtIn('en', 30_017, 'input_register')).toContain('which is the zero-based 16,');
    expect(doubtIn('zh', 30_017, 'input_register')).toContain('即从 0 开始的 16，');
    expect(doubtIn('en', 10_001, 'discrete_input')).toContain('"110002" in the classic notation');
  });

  it.each([
    ['40001', 'holding_register'],
    ['0x9C41', 'holding_register'],
    [40_001, 'input_register'],
    [40_000, 'holding_register'],
    [50_000, 'holding_register'],
    [1, 'coil'],
    [0, 'holding_register'],
    [undefined, 'holding_register'],
  ])('is not doubted where it is %j of %s', (notation, table) => {
    expect(addressDoubt(notation, table)).toBeUndefined();
  });
});
