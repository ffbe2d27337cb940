import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { likelyNotations, readSheetAddress, sheetNotations, showSheetAddress } from './sheet-address.ts';

const cell = (text: string, isNumber = false) => ({ text, isNumber });
const read = (text: string, notation = 'classic', fields: object = {}, isNumber = false) =>
  readSheetAddress(cell(text, isNumber), notation, fields);
const likely = (texts: readonly string[], fields: object = {}) =>
  likelyNotations(texts.map((text) => ({ cell: cell(text), fields })));
const holding = { table: 'holding_register' };

describe('an address in a spreadsheet', () => {
  it.each<[string, object]>([
    ['40001', { table: 'holding_register', address: 0 }],
    ['400001', { table: 'holding_register', address: 0 }],
    ['465536', { table: 'holding_register', address: 65_535 }],
    ['4x1', { table: 'holding_register', address: 0 }],
    ['3X19', { table: 'input_register', address: 18 }],
    ['00017', { table: 'coil', address: 16 }],
    ['40150.3', { table: 'holding_register', address: 149, bit: 3 }],
    ['40150.10', { table: 'holding_register', address: 149, bit: 10 }],
    ['400001#LB', { table: 'holding_register', address: 0, byte_order: 'CDAB' }],
    [' 40001 ', { table: 'holding_register', address: 0 }],
    ['0x001F', { address: 31 }],
  ])('%s names a place in the classic notation', (text, place) => {
    expect(read(text)).toEqual({ ok: true, place });
  });

  it('names the unit, too, as Neuron writes it', () => {
    expect(read('7!400001.3#BB')).toEqual({
      ok: true,
      place: { table: 'holding_register', address: 0, bit: 3, byte_order: 'ABCD' },
      connection: { unit_id: 7 },
    });
    expect(read('1!400001.20H', 'classic', { data_type: 'string' })).toMatchObject({ place: { length: 10 } });
  });

  it('is counted as its column counts', () => {
    expect(read('40001', 'from_0', holding)).toEqual({ ok: true, place: { address: 40_001 } });
    expect(read('1', 'from_1', holding)).toEqual({ ok: true, place: { address: 0 } });
    expect(read('5.3', 'from_0', holding)).toEqual({ ok: true, place: { address: 5, bit: 3 } });
  });

  it.each<[string, string, string, boolean?]>([
    ['1', 'classic', 'drop zeros'],
    ['50001', 'classic', 'no classic address'],
    ['40000', 'classic', 'counts from 1'],
    ['465537', 'classic', 'counts from 1 to 65536'],
    ['30001', 'classic', 'is of the table input_register, not holding_register'],
    ['40150.1', 'classic', 'may have lost a zero', true],
    ['D100', 'classic', 'no classic address'],
    ['0', 'from_1', 'counts from 1'],
    ['D100', 'from_0', 'no whole number'],
  ])('%s is refused in words where it is %s', (text, notation, words, isNumber = false) => {
    const result = read(text, notation, holding, isNumber);
    expect(inEnglish(result)).toMatchObject({ ok: false, message: expect.stringContaining(words) });
  });

  it('is shown in each notation as it is read in it', () => {
    for (const { name } of sheetNotations) {
      for (const place of [
        { table: 'coil', address: 0 },
        { table: 'holding_register', address: 65_535 },
      ]) {
        const { table, address } = showSheetAddress(place, name);
        const parsed = readSheetAddress(cell(String(address)), name, table === null ? {} : { table });
        expect(parsed).toEqual({ ok: true, place: name === 'classic' ? place : { address: place.address } });
      }
    }
  });

  it('leaves open what a column can mean, the likeliest first', () => {
    expect(likely(['40001', '30001'])).toEqual(['classic']);
    expect(likely(['40001', '40003'], holding)).toEqual(['classic', 'from_0']);
    expect(likely(['1', '3'], holding)).toEqual(['from_0', 'from_1']);
    expect(likely(['0', '40001'], holding)).toEqual(['from_0']);
    expect(likely(['0x0000'], holding)).toEqual(['from_0']);
    expect(likely(['4x1'], holding)).toEqual(['classic']);
  });
});
