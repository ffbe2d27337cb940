import { describe, expect, it } from 'vitest';
import { formOf, parseValue } from './parse-value.ts';

describe('a value that a user enters', () => {
  it('is asked for in the form of its point', () => {
    expect(formOf({ data_type: 'bool', enumeration: null })).toBe('switch');
    expect(formOf({ data_type: 'uint16', enumeration: { 1: 'auto' } })).toBe('names');
    expect(formOf({ data_type: 'string', enumeration: null })).toBe('text');
    expect(formOf({ data_type: 'float32', enumeration: null })).toBe('number');
  });

  it('loses no digit, and is no number where it is none', () => {
    expect(parseValue('number', ' 21.5 ')).toBe(21.5);
    expect(parseValue('number', '-1e3')).toBe(-1_000);
    expect(parseValue('number', '9007199254740993')).toBe('9007199254740993');
    expect(['', 'warm', '0x10', '1,5', '1e999'].map((text) => parseValue('number', text))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });

  it('is a text as it was typed', () => {
    expect([parseValue('text', '007'), parseValue('text', ''), parseValue('switch', 'false')]).toEqual([
      '007',
      '',
      false,
    ]);
  });
});
