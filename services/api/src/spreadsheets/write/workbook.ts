import { cellName } from '../cell-place.ts';
import { type ZipEntry, zipArchive } from './zip-archive.ts';

export type TableCell = string | number | boolean | null;
export type TableRow = readonly TableCell[];

/** A time of a clock on the wall: spreadsheets know no zones. */
export interface WallTime {
  /** Milliseconds since 1970-01-01 00:00 of this clock. */
  readonly wallMs: number;
}

type WorkbookCell = TableCell | WallTime;

export interface WorkbookOptions {
  /** The beginning of each sheet's name; a number follows. */
  readonly sheetName: string;
  readonly head: readonly string[];
  /** Lines of the head above that one. */
  readonly headsAbove?: readonly (readonly string[])[];
  /** Columns that stay in sight, as the head does, when the sheet is scrolled. */
  readonly frozenColumns?: number;
  /** Batches of rows. */
  readonly rows: AsyncIterable<readonly (readonly WorkbookCell[])[]>;
  /** Whether the first column has times. It is wide enough for them. */
  readonly hasTimes?: boolean;
  /** Rows per sheet below the head; as many as a spreadsheet takes, unless set. */
  readonly rowsOfSheet?: number;
}

/** With the head. */
export const rowsOfSpreadsheet = 1_048_576;

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
  headsAbove = [],
  frozenColumns = 0,
  rows,
  hasTimes = false,
  rowsOfSheet = rowsOfSpreadsheet - 1 - headsAbove.length,
}: WorkbookOptions): AsyncGenerator<ZipEntry> {
  const batches = rows[Symbol.asyncIterator]();
  let batch: readonly (readonly WorkbookCell[])[] = [];
  let isOver = false;
  const next = async (): Promise<void> => {
    const { value, done } = await batches.next();
    batch = done === true ? [] : value;
    isOver = done === true;
  };
  const heads = [...headsAbove, head];
  const corner = cellName(frozenColumns, heads.length + 1);
  const columnsFrozen = frozenColumns > 0 ? ` xSplit="${frozenColumns}"` : '';
  const panes = `<pane${columnsFrozen} ySplit="${heads.length}" topLeftCell="${corner}" activePane="${frozenColumns > 0 ? 'bottomRight' : 'bottomLeft'}" state="frozen"/>`;
  const view = `<sheetViews><sheetView workbookViewId="0">${panes}</sheetView></sheetViews>`;
  async function* sheet(): AsyncGenerator<string> {
    const columns = hasTimes ? '<cols><col min="1" max="1" width="24" customWidth="1"/></cols>' : '';
    yield `${declaration}<worksheet xmlns="${spreadsheetNamespace}">${view}${columns}<sheetData>${heads.map(rowXml).join('')}`;
    let rowsLeft = rowsOfSheet;
    while (!isOver && rowsLeft > 0) {
      if (batch.length === 0) {
        await next();
        continue;
      }
      const some = batch.slice(0, rowsLeft);
      batch = batch.slice(some.length);
      rowsLeft -= some.length;
      yield some.map(rowXml).join('');
    }
    // Only the next batch shows whether another sheet follows.
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
    relationshipsXml([
      ...numbers.map((n) => [`rId${n}`, `${relationships}/worksheet`, `worksheets/sheet${n}.xml`]),
      ['styles', `${relationships}/styles`, 'styles.xml'],
    ]),
  );
  yield entry('xl/styles.xml', styles);
  yield entry(
    '_rels/.rels',
    relationshipsXml([['rId1', `${relationships}/officeDocument`, 'xl/workbook.xml']]),
  );
  const parts = [
    ['/xl/workbook.xml', `${sheetType}.sheet.main+xml`],
    ['/xl/styles.xml', `${sheetType}.styles+xml`],
    ...numbers.map((n) => [`/xl/worksheets/sheet${n}.xml`, `${sheetType}.worksheet+xml`]),
  ];
  yield entry(
    '[Content_Types].xml',
    `<Types xmlns="${packageNamespace}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${parts
      .map(([name, type]) => `<Override PartName="${name}" ContentType="${type}"/>`)
      .join('')}</Types>`,
  );
}

/** Style 0 is that of all cells, style 1 that of times. Spreadsheets want a font, fills and a border to be there. */
const styles =
  `<styleSheet xmlns="${spreadsheetNamespace}">` +
  '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/></numFmts>' +
  '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>' +
  '</styleSheet>';
const timeStyle = 1;
const dayMs = 86_400_000;
/** Days from the first one of spreadsheets to 1970. */
const daysBefore1970 = 25_569;
/** Spreadsheets count a day too many before this time, and know none after year 9999. */
const [firstTimeMs, lastTimeMs] = [Date.UTC(1900, 2, 1), Date.UTC(10_000, 0, 1)];

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

function rowXml(row: readonly WorkbookCell[]): string {
  return `<row>${row.map(cellXml).join('')}</row>`;
}

function cellXml(value: WorkbookCell): string {
  if (value === null || value === '') return '<c/>';
  if (typeof value === 'object') return timeXml(value);
  if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`;
  if (Number.isFinite(value)) return `<c><v>${value}</v></c>`;
  return `<c t="inlineStr"><is><t xml:space="preserve">${escaped(String(value))}</t></is></c>`;
}

function timeXml({ wallMs }: WallTime): string {
  if (wallMs < firstTimeMs || wallMs >= lastTimeMs)
    return cellXml(new Date(wallMs).toISOString().slice(0, -1).replace('T', ' '));
  return `<c s="${timeStyle}"><v>${wallMs / dayMs + daysBefore1970}</v></c>`;
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
