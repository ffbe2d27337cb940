import { type ZipEntry, zipArchive } from './zip-archive.ts';

export type TableCell = string | number | boolean | null;
export type TableRow = readonly TableCell[];

export interface WorkbookOptions {
  /** The beginning of each sheet's name; a number follows. */
  readonly sheetName: string;
  readonly head: readonly string[];
  /** Batches of rows. */
  readonly rows: AsyncIterable<readonly TableRow[]>;
  /** Rows per sheet; a spreadsheet takes 1,048,576 including the head. */
  readonly rowsOfSheet?: number;
}

const spreadsheetNamespace = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageNamespace = 'http://schemas.openxmlformats.org/package/2006';
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/**
 * Streams an XLSX workbook with only one batch in memory, whatever the number of rows: when a sheet is full, a new one
 * begins. Texts stay texts, whatever they look like.
 */
export function workbook(options: WorkbookOptions): AsyncGenerator<Buffer> {
  return zipArchive(entriesOf(options));
}

async function* entriesOf({
  sheetName,
  head,
  rows,
  rowsOfSheet = 1_000_000,
}: WorkbookOptions): AsyncGenerator<ZipEntry> {
  const batches = rows[Symbol.asyncIterator]();
  let batch: readonly TableRow[] = [];
  let isOver = false;
  const next = async (): Promise<void> => {
    const { value, done } = await batches.next();
    batch = done === true ? [] : value;
    isOver = done === true;
  };
  async function* sheet(): AsyncGenerator<string> {
    yield `${declaration}<worksheet xmlns="${spreadsheetNamespace}"><sheetData>${rowXml(head)}`;
    let left = rowsOfSheet;
    while (!isOver && left > 0) {
      if (batch.length === 0) {
        await next();
        continue;
      }
      const some = batch.slice(0, left);
      batch = batch.slice(some.length);
      left -= some.length;
      yield some.map(rowXml).join('');
    }
    // Only the next batch tells whether another sheet follows.
    while (!isOver && batch.length === 0) await next();
    yield '</sheetData></worksheet>';
  }
  let sheets = 0;
  do {
    sheets += 1;
    yield { name: `xl/worksheets/sheet${sheets}.xml`, content: sheet() };
  } while (!isOver);
  const numbers = Array.from({ length: sheets }, (_, index) => index + 1);
  yield entry(
    'xl/workbook.xml',
    `<workbook xmlns="${spreadsheetNamespace}" xmlns:r="${relationships}"><sheets>${numbers
      .map((n) => `<sheet name="${escaped(`${sheetName} ${n}`)}" sheetId="${n}" r:id="rId${n}"/>`)
      .join('')}</sheets></workbook>`,
  );
  yield entry(
    'xl/_rels/workbook.xml.rels',
    relationshipsXml(
      numbers.map((n) => [`rId${n}`, `${relationships}/worksheet`, `worksheets/sheet${n}.xml`]),
    ),
  );
  yield entry(
    '_rels/.rels',
    relationshipsXml([['rId1', `${relationships}/officeDocument`, 'xl/workbook.xml']]),
  );
  const parts = [
    ['/xl/workbook.xml', `${sheetType}.sheet.main+xml`],
    ...numbers.map((n) => [`/xl/worksheets/sheet${n}.xml`, `${sheetType}.worksheet+xml`]),
  ];
  yield entry(
    '[Content_Types].xml',
    `<Types xmlns="${packageNamespace}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${parts
      .map(([name, type]) => `<Override PartName="${name}" ContentType="${type}"/>`)
      .join('')}</Types>`,
  );
}

function entry(name: string, xml: string): ZipEntry {
  return {
    name,
    content: (async function* () {
      yield declaration + xml;
    })(),
  };
}

function relationshipsXml(all: readonly (readonly string[])[]): string {
  return `<Relationships xmlns="${packageNamespace}/relationships">${all
    .map(([id, type, target]) => `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`)
    .join('')}</Relationships>`;
}

function rowXml(row: TableRow): string {
  return `<row>${row.map(cellXml).join('')}</row>`;
}

function cellXml(value: TableCell): string {
  if (value === null || value === '') return '<c/>';
  if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`;
  if (Number.isFinite(value)) return `<c><v>${value}</v></c>`;
  return `<c t="inlineStr"><is><t xml:space="preserve">${escaped(String(value))}</t></is></c>`;
}

/** Escapes a text for XML, which cannot represent most control characters. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/gu, '\uFFFD')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // Spreadsheets would take such a text for the character with that number.
      .replace(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_')
  );
}
