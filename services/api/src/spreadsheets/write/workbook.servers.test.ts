import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, inject, it } from 'vitest';
import { type TableRow, type WallTime, workbook } from './workbook.ts';

const python = inject('installedServers').pythonWithOpenpyxl;

const read = `
import json, sys, zipfile
from openpyxl import load_workbook
assert zipfile.ZipFile(sys.argv[1]).testzip() is None
book = load_workbook(sys.argv[1])
print(json.dumps([[s.title, [list(row) for row in s.iter_rows(values_only=True)]] for s in book], default=str))
`;

async function* batches<T>(...all: (readonly T[])[]): AsyncGenerator<readonly T[]> {
  yield* all;
}

describe.runIf(python !== null)('a workbook, as openpyxl reads it', () => {
  const sheetsOf = async (
    rows: AsyncIterable<readonly (TableRow | readonly WallTime[])[]>,
    rowsOfSheet?: number,
  ) => {
    const file = join(await temporaryFolder('workbook'), 'values.xlsx');
    const head = ['time', 'value'];
    await writeFile(file, workbook({ sheetName: 'values', head, rows, ...(rowsOfSheet && { rowsOfSheet }) }));
    const { stdout } = await promisify(execFile)(python ?? '', ['-c', read, file], { maxBuffer: 1e9 });
    return JSON.parse(stdout) as [string, unknown[][]][];
  };

  it('has numbers, booleans and texts as what they are, whatever they look like', async () => {
    const texts = ['=1+1', ' blanks ', '<&>"', '汽车', '0012', '\u0000\u0007', '\ud800', 'x'.repeat(300)];
    const rows: TableRow[] = [
      ['2026-01-01 00:00:00.000 +08:00', 1.5],
      ['', -1e300],
      [true, false],
      [null, '9007199254740993'],
      ...texts.map((text) => [text, 0]),
    ];
    expect(await sheetsOf(batches(rows))).toEqual([
      [
        'values 1',
        [
          ['time', 'value'],
          ['2026-01-01 00:00:00.000 +08:00', 1.5],
          [null, -1e300],
          [true, false],
          [null, '9007199254740993'],
          ...texts.map((text) => [text.replaceAll(/\p{Cc}|\p{Cs}/gu, '\ufffd'), 0]),
        ],
      ],
    ]);
  });

  it('has times as times, to the millisecond, and as texts where spreadsheets have none', async () => {
    const times = ['1900-03-01 00:00:00', '2026-10-25 02:59:59.001000', '9999-12-31 23:59:59.999000'];
    const others = ['1900-02-28 23:59:59.999', '1850-01-01 00:00:00.000'];
    const rows = [...times, ...others].map((time) => [{ wallMs: Date.parse(`${time.replace(' ', 'T')}Z`) }]);
    const [[, [, ...read] = []] = []] = await sheetsOf(batches<readonly WallTime[]>(rows));
    expect(read.map(([time]) => time)).toEqual([...times, ...others]);
  });

  it('begins a new sheet where one is full, and none for nothing', async () => {
    const some = (from: number, count: number): TableRow[] =>
      Array.from({ length: count }, (_, index) => [String(from + index), from + index]);
    const three = await sheetsOf(batches(some(0, 3), [], some(3, 4)), 3);
    expect(three.map(([title, rows]) => [title, rows.length])).toEqual([
      ['values 1', 4],
      ['values 2', 4],
      ['values 3', 2],
    ]);
    expect(three.flatMap(([, rows]) => rows.slice(1).map(([, value]) => value))).toEqual([
      0, 1, 2, 3, 4, 5, 6,
    ]);
    expect((await sheetsOf(batches(some(0, 3)), 3)).map(([title]) => title)).toEqual(['values 1']);
    expect(await sheetsOf(batches())).toEqual([['values 1', [['time', 'value']]]]);
  });
});
