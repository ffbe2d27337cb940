import { describe, expect, it } from 'vitest';
import { csvRows } from './csv-rows.ts';
import { fileLimits } from './list-file.ts';

const cells = (text: string) => csvRows(text).map(({ cells }) => cells);

describe('CSV', () => {
  it.each<[string, string, string[][]]>([
    [
      'ends of line of all kinds',
      'a,b\r\n1,2\n3,4\r5,6',
      [
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
      ],
    ],
    [
      'quoted cells',
      'a,"b, ""c""\nd"\n"",x',
      [
        ['a', 'b, "c"\nd'],
        ['', 'x'],
      ],
    ],
    [
      'semicolons',
      'a;b\n1,5;2',
      [
        ['a', 'b'],
        ['1,5', '2'],
      ],
    ],
    [
      'tabs',
      'a\tb\n1\t2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['empty cells at both ends', ',a,\n', [['', 'a']]],
    ['the apostrophe of an export', "'=1+1,''x,'x,-5", [['=1+1', "'x", "'x", '-5']]],
  ])('has %s', (_what, text, expected) => {
    expect(cells(text)).toEqual(expected);
  });

  it('numbers rows as a spreadsheet does, which shows empty ones and keeps a cell of two lines in one', () => {
    expect(csvRows('a\n\n"b\nc"\n,\nd\n').map(({ line }) => line)).toEqual([1, 3, 5]);
  });

  it('is refused beyond its limits, and where a quotation mark is never closed', () => {
    expect(() => csvRows('a\n"b\n')).toThrow('row 2 is never closed');
    expect(() => csvRows('x\n'.repeat(fileLimits.rows + 2))).toThrow('more than 50000 rows');
    expect(() => csvRows(`${','.repeat(1_000_000)}x`)).toThrow('beyond column 200');
    expect(() => csvRows(`a,b\n1,"${'x'.repeat(32_768)}"`)).toThrow('Cell B2 has more than 32767 characters');
    expect(() => csvRows(`${'x'.repeat(1_000)},`.repeat(100))).toThrow(
      'At cell BN1 its row has more than 65536',
    );
    expect(() => csvRows(`${','.repeat(150)}x\n`.repeat(20_000))).toThrow(
      'At row 19868 the list has more than',
    );
  });

  it('has no cells behind the last value of a row, however many separators stand there', () => {
    expect(csvRows(`a,b${','.repeat(1_000_000)}\n`)).toEqual([{ line: 1, cells: ['a', 'b'] }]);
  });
});
