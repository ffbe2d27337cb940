import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, inject, it } from 'vitest';
import { workbook } from '../write/workbook.ts';
import { type ZipEntry, zipArchive } from '../write/zip-archive.ts';
import { workbookSheets } from './workbook-sheets.ts';

const python = inject('installedServers').pythonWithOpenpyxl;

/** Runs a Python script that makes the workbook `path`, and returns the workbook. */
async function workbookOf(script: string): Promise<Buffer> {
  const path = join(await temporaryFolder('book'), 'book.xlsx');
  const whole = `import sys\nfrom datetime import datetime\nfrom openpyxl import Workbook\npath = sys.argv[1]\n${script}`;
  await promisify(execFile)(python ?? '', ['-c', whole, path]);
  return readFile(path);
}

describe.runIf(python !== null)('a workbook that openpyxl made', () => {
  it('has what stands in its cells, by their rows', async () => {
    const bytes = await workbookOf(`
b = Workbook(); s = b.active; s.title = '点位 1'
s.append(['设备', '地址', '系数'])
s['A3'] = 'press <1> & "2"'; s['B3'] = 40001; s['C3'] = 0.1
s['A4'] = True; s['B4'] = '00001'; s['C4'] = 1e-7
s['A5'] = ' blank '; s['D5'] = '😀'
hidden = b.create_sheet('hidden'); hidden['A1'] = 'x'; hidden.sheet_state = 'hidden'
b.create_sheet('second')['B2'] = 'y'
b.save(path)`);
    expect(await workbookSheets(bytes)).toEqual([
      {
        name: '点位 1',
        rows: [
          { line: 1, cells: ['设备', '地址', '系数'] },
          { line: 3, cells: ['press <1> & "2"', { number: '40001' }, { number: '0.1' }] },
          { line: 4, cells: ['true', '00001', { number: '1e-07' }] },
          { line: 5, cells: [' blank ', '', '', '😀'] },
        ],
      },
      { name: 'second', rows: [{ line: 2, cells: ['', 'y'] }] },
    ]);
  });

  it('has no values where formulas were not computed or failed, and where a date took their place', async () => {
    const bytes = await workbookOf(`
b = Workbook(); s = b.active
s['A1'] = '=1+1'; s['B1'] = '#DIV/0!'; s['C1'] = datetime(2026, 1, 2)
s['D1'] = 1.5; s['D1'].number_format = 'm/d'
s['E1'] = 1.5; s['E1'].number_format = '#,##0.00 "hours"'
s['F1'] = 1.5; s['F1'].number_format = '[Red]0.0'
b.save(path)`);
    const [row] = (await workbookSheets(bytes))[0]?.rows ?? [];
    expect(row?.cells).toEqual([
      { fault: 'formula_not_computed', shown: '' },
      { fault: 'formula_failed', shown: '#DIV/0!' },
      { fault: 'date', shown: expect.stringContaining('460') },
      { fault: 'date', shown: '1.5' },
      { number: '1.5' },
      { number: '1.5' },
    ]);
  });

  it('has the value of cells that are merged down a column in each of their rows, and says which', async () => {
    const bytes = await workbookOf(`
b = Workbook(); s = b.active; s.title = 's'
s.append(['一号车间']); s.merge_cells('A1:C1')
s.append(['设备', '点位', '站号'])
for name in ['a', 'b', 'c', 'd']: s.append(['press', name, 7])
s.merge_cells('A3:A5'); s.merge_cells('C3:C4'); s.merge_cells('B6:C6'); s.merge_cells('D3:D6')
b.save(path)`);
    const [sheet] = await workbookSheets(bytes);
    expect(sheet?.rows.map(({ cells }) => cells)).toEqual([
      ['一号车间'],
      ['设备', '点位', '站号'],
      ['press', 'a', { number: '7' }],
      ['press', 'b', { number: '7' }],
      ['press', 'c', { number: '7' }],
      ['press', 'd'],
    ]);
    expect(sheet?.merges).toEqual([
      { column: 0, firstLine: 3, lastLine: 5 },
      { column: 2, firstLine: 3, lastLine: 4 },
    ]);
  });

  it('is refused where merged cells would repeat a long text over and over', async () => {
    const bytes = await workbookOf(`
b = Workbook(); s = b.active
s.append(['x' * 30000, 'y'])
for _ in range(400): s.append([None, 'y'])
s.merge_cells('A1:A401')
b.save(path)`);
    await expect(workbookSheets(bytes)).rejects.toThrow('the list has more than');
  });

  it('is refused where it has a value in a column far out, however many that are', async () => {
    const far = await workbookOf(`b = Workbook(); b.active.cell(2, 16384, 'x'); b.save(path)`);
    await expect(workbookSheets(far)).rejects.toThrow('Row 2 has a value beyond column 200');
    const wide = await workbookOf(`
b = Workbook(write_only=True); s = b.create_sheet()
for _ in range(2): s.append(['x'] * 16384)
b.save(path)`);
    await expect(workbookSheets(wide)).rejects.toThrow('beyond column 200');
  });
});

async function* entries(
  all: readonly (readonly [name: string, content: string])[],
): AsyncGenerator<ZipEntry> {
  for (const [name, text] of all) {
    yield {
      name,
      content: (async function* () {
        yield text;
      })(),
    };
  }
}

const main = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const rels = (...all: (readonly [type: string, target: string])[]) =>
  `<Relationships>${all.map(([type, target], index) => `<Relationship Id="rId${index + 1}" Type="${main}/${type}" Target="${target}"/>`).join('')}</Relationships>`;
const archive = async (sheet: string, more: readonly (readonly [string, string])[] = []): Promise<Buffer> =>
  buffer(
    zipArchive(
      entries([
        ['_rels/.rels', rels(['officeDocument', 'xl/workbook.xml'])],
        [
          'xl/workbook.xml',
          '<workbook xmlns:r="x"><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>',
        ],
        [
          'xl/_rels/workbook.xml.rels',
          rels(['worksheet', 'worksheets/sheet1.xml'], ['sharedStrings', 'sharedStrings.xml']),
        ],
        ['xl/worksheets/sheet1.xml', sheet],
        ...more,
      ]),
    ),
  );
/** A workbook whose cells all refer to one text. */
const shared = ({
  text,
  rows,
  columns,
}: {
  readonly text: string;
  readonly rows: number;
  readonly columns: number;
}) =>
  archive(
    `<worksheet><sheetData>${`<row>${'<c t="s"><v>0</v></c>'.repeat(columns)}</row>`.repeat(rows)}</sheetData></worksheet>`,
    [['xl/sharedStrings.xml', `<sst><si><t>${text}</t></si></sst>`]],
  );
const cell = (inner: string) =>
  `<worksheet><sheetData><row><c t="inlineStr"><is><t>${inner}</t></is></c></row></sheetData></worksheet>`;

describe('a workbook', () => {
  it('of our own writer is read as it was written', async () => {
    const rows = async function* () {
      yield [
        ['press', 40_001, true, null, '=1+1'],
        ['', 'x', 0.1, '', null],
      ];
    };
    const bytes = await buffer(workbook({ sheetName: 'points', head: ['a', 'b'], rows: rows() }));
    expect(await workbookSheets(bytes)).toEqual([
      {
        name: 'points 1',
        rows: [
          { line: 1, cells: ['a', 'b'] },
          { line: 2, cells: ['press', { number: '40001' }, 'true', '', '=1+1'] },
          { line: 3, cells: ['', 'x', { number: '0.1' }] },
        ],
      },
    ]);
  });

  it('has characters that XML can only name', async () => {
    const [sheet] = await workbookSheets(await archive(cell('a&#x1F600;&lt;_x000D_&amp;')));
    expect(sheet?.rows[0]?.cells).toEqual(['a😀<\r&']);
  });

  it.each<[string, () => Promise<Buffer> | Buffer, string]>([
    [
      'is a bomb',
      async () => archive(cell('').replace('<row>', `<row>${'<x></x>'.repeat(16 * 1_048_576)}`)),
      'larger than 100 MiB',
    ],
    [
      'has a long text in a cell',
      async () => archive(cell('a'.repeat(32_768))),
      'Cell A1 has more than 32767',
    ],
    [
      'refers to a long text',
      async () => shared({ text: 'a'.repeat(90_000), rows: 1, columns: 2 }),
      'Cell A1 has more than 32767',
    ],
    [
      'refers often to a text in one row',
      async () => shared({ text: 'a'.repeat(3_000), rows: 1, columns: 100 }),
      'At cell V1 its row has more than 65536',
    ],
    [
      'refers often to a text in many rows',
      async () => shared({ text: 'a'.repeat(3_000), rows: 1_000, columns: 20 }),
      'At cell P175 the list has more than 10485760',
    ],
    [
      'has many empty cells before values far out',
      async () =>
        archive(
          `<worksheet><sheetData>${'<row><c r="GA1"><v>1</v></c></row>'.repeat(20_000)}</sheetData></worksheet>`,
        ),
      'At row 16394 the list has more than 3000000 cells',
    ],
    [
      'has a tag without end',
      async () => archive(`<worksheet a="${'x'.repeat(200_000)}"/>`),
      'cannot be read',
    ],
    ['has tags in tags', async () => archive('<a>'.repeat(1_000)), 'cannot be read'],
    ['is cut off', async () => (await archive(cell('x'))).subarray(0, 300), 'is damaged'],
    [
      'was changed behind its sum',
      async () => {
        const bytes = await archive(cell('x'));
        // A size in the directory that makes a reader read more than there is.
        bytes.writeUInt32LE(0xffff_fff0, bytes.indexOf(Buffer.from('504b0102', 'hex')) + 20);
        return bytes;
      },
      'is damaged',
    ],
    [
      'brings a document type',
      async () => archive(`<!DOCTYPE x [<!ENTITY a "b">]>${cell('&a;')}`),
      'cannot be read',
    ],
    ['is no XML', async () => archive('<worksheet><sheetData><row>'), 'cannot be read'],
    ['has macros', async () => archive(cell('x'), [['xl/vbaProject.bin', 'x']]), 'has macros'],
    [
      'has two parts of one name',
      async () => archive(cell('x'), [['xl/workbook.xml', '<workbook/>']]),
      'is damaged',
    ],
    ['is another archive', async () => buffer(zipArchive(entries([['a.txt', 'x']]))), 'no XLSX workbook'],
  ])('is refused in words where it %s', async (_what, bytes, words) => {
    const content = await bytes();
    await expect(workbookSheets(content)).rejects.toThrow(words);
  });
});
