import { forms } from '@holdfast/drivers/bodies.ts';
import { expect, it } from 'vitest';
import { classicOf, readAddress } from './address-reading.ts';

const notations = forms()[0]?.notations ?? [];

it('an address is read as the manual means it, with its table where the digit names one', () => {
  const addresses = ['40001', '465536', '30101', '00017', '0x1F', '100'].map((text) =>
    readAddress(text, notations),
  );
  expect(addresses).toEqual([
    { wire: 0, sets: { table: 'holding_register' } },
    { wire: 65_535, sets: { table: 'holding_register' } },
    { wire: 100, sets: { table: 'input_register' } },
    { wire: 16, sets: { table: 'coil' } },
    { wire: 31, sets: {} },
    { wire: 100, sets: {} },
  ]);
  expect(['D100', '', '40000', '99999'].map((text) => readAddress(text, notations))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

it('an address on the wire is also given as in manuals that count from 1', () => {
  const of = (table: string, wire: number) => classicOf(wire, () => table, notations);
  expect([of('holding_register', 0), of('input_register', 100), of('coil', 9_999)]).toEqual([
    '40001',
    '30101',
    '010000',
  ]);
  expect(of('', 0)).toBeUndefined();
});
