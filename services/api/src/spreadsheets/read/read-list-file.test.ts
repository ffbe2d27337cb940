import { expect, it } from 'vitest';
import { readListFile } from './read-list-file.ts';

it('knows a file by what is in it', async () => {
  expect(await readListFile(Buffer.from('a,b\n1,2'))).toEqual({
    format: 'csv',
    encoding: 'utf-8',
    sheets: [
      {
        name: '',
        rows: [
          { line: 1, cells: ['a', 'b'] },
          { line: 2, cells: ['1', '2'] },
        ],
      },
    ],
  });
});

it.each<[string, Buffer, string]>([
  ['is empty', Buffer.from(''), 'is empty'],
  ['has empty rows alone', Buffer.from(',,\n,,\n'), 'is empty'],
  ['is an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '.xls'],
  ['is too long', Buffer.alloc(10 * 1_048_576 + 1, 0x20), 'at most 10 MiB'],
])('a file that %s is refused in words', async (_what, bytes, words) => {
  await expect(readListFile(bytes)).rejects.toThrow(words);
});
