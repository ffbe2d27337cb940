import { spreadsheetsText } from '../texts.ts';
import { fileLimits, ListFileRefused, ListSize, type Sheet } from './list-file.ts';
import { readXml, workbookText } from './read-xml.ts';
import { sheetRows } from './sheet-rows.ts';
import { ZipEntries } from './zip-entries.ts';

/** Ranges of built-in number formats for dates and times (ECMA-376, 18.8.30, including those of East Asia). */
const builtInDates = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
] as const;

/**
 * Reads the visible sheets of an XLSX workbook without a library. Maintained libraries do not report which cells are
 * formulas that were not computed, refuse cells without a reference, or read another archive than a guard before them
 * has judged.
 * @throws ListFileRefused
 */
export async function workbookSheets(bytes: Buffer): Promise<Sheet[]> {
  const entries = new ZipEntries(bytes);
  const main = (await relations(entries.content('_rels/.rels'), '')).find(
    ({ type }) => type === 'officeDocument',
  )?.target;
  const path = main ?? 'xl/workbook.xml';
  if (path.endsWith('.bin')) throw notXlsx();
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const book = entries.content(path);
  if (book === undefined) throw notXlsx();
  if (entries.has(`${folder}vbaProject.bin`)) throw hasMacros();
  const file = path.slice(folder.length);
  const parts = await relations(entries.content(`${folder}_rels/${file}.rels`), folder);
  const partOf = (wantedType: string) => {
    const target = parts.find(({ type }) => type === wantedType)?.target;
    return target === undefined ? undefined : entries.content(target);
  };
  const strings = await sharedStrings(partOf('sharedStrings'));
  const dates = await dateStyles(partOf('styles'));
  const size = new ListSize();
  const sheets: Sheet[] = [];
  for (const { name, id, isHidden } of await listedSheets(book)) {
    const target = parts.find((part) => part.id === id && part.type === 'worksheet')?.target;
    const xml = isHidden || target === undefined ? undefined : entries.content(target);
    if (!xml) continue;
    const { rows, merges } = await sheetRows(xml, { strings, dates, size });
    sheets.push({ name, rows, ...(merges.length > 0 && { merges }) });
  }
  return sheets;
}

type Part = AsyncIterable<Uint8Array>;

interface Relation {
  readonly id: string;
  /** The last part of the relation's type address. */
  readonly type: string;
  readonly target: string;
}

async function relations(xml: Part | undefined, folder: string): Promise<Relation[]> {
  const relationsFound: Relation[] = [];
  if (xml === undefined) return relationsFound;
  await readXml(xml, {
    open(name, attribute) {
      if (name !== 'Relationship') return;
      const target = attribute('Target') ?? '';
      relationsFound.push({
        id: attribute('Id') ?? '',
        type: (attribute('Type') ?? '').replace(/^.*\//, ''),
        target: target.startsWith('/') ? target.slice(1) : `${folder}${target}`,
      });
    },
  });
  return relationsFound;
}

async function listedSheets(xml: Part) {
  const sheets: { readonly name: string; readonly id: string; readonly isHidden: boolean }[] = [];
  await readXml(xml, {
    open(name, attribute) {
      if (name !== 'sheet') return;
      const state = attribute('state') ?? 'visible';
      sheets.push({
        name: workbookText(attribute('name') ?? ''),
        id: attribute('id') ?? '',
        isHidden: state !== 'visible',
      });
    },
  });
  return sheets;
}

/** The texts that cells refer to by number. @throws ListFileRefused */
async function sharedStrings(xml: Part | undefined): Promise<readonly string[]> {
  const strings: string[] = [];
  if (xml === undefined) return strings;
  let characters = 0;
  let text = '';
  let isText = false;
  let isReading = false;
  await readXml(xml, {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 't') isText = true;
      // This gives the pronunciation of a Japanese word, which is not part of the text.
      else if (name === 'rPh') isReading = true;
    },
    close(name) {
      if (name === 'si') {
        characters += text.length;
        strings.push(workbookText(text));
        if (characters > 2 * fileLimits.characters || strings.length > fileLimits.cells) throw tooManyTexts();
      } else if (name === 't') isText = false;
      else if (name === 'rPh') isReading = false;
    },
    text(more) {
      // A cell that refers to a longer text is refused, so its end need not be kept.
      if (isText && !isReading && text.length <= fileLimits.cellCharacters)
        text += more.slice(0, fileLimits.cellCharacters + 1);
    },
  });
  return strings;
}

function tooManyTexts(): ListFileRefused {
  return new ListFileRefused(spreadsheetsText('all_sheets_of_the_workbook_together'));
}

function notXlsx(): ListFileRefused {
  return new ListFileRefused(spreadsheetsText('this_is_an_archive'));
}

function hasMacros(): ListFileRefused {
  return new ListFileRefused(spreadsheetsText('the_workbook_has_macros_save'));
}

/** Numbers of the cell styles that show a number as a date or time, so that what was typed there is unknown. */
async function dateStyles(xml: AsyncIterable<Uint8Array> | undefined): Promise<ReadonlySet<number>> {
  const styles = new Set<number>();
  if (xml === undefined) return styles;
  const codes = new Map<number, string>();
  let isCellStyle = false;
  let style = 0;
  await readXml(xml, {
    open(name, attribute) {
      if (name === 'numFmt') codes.set(Number(attribute('numFmtId')), attribute('formatCode') ?? '');
      else if (name === 'cellXfs') isCellStyle = true;
      else if (name === 'xf' && isCellStyle) {
        if (isDate(Number(attribute('numFmtId')), codes)) styles.add(style);
        style += 1;
      }
    },
    close(name) {
      if (name === 'cellXfs') isCellStyle = false;
    },
  });
  return styles;
}

function isDate(format: number, codes: ReadonlyMap<number, string>): boolean {
  const code = codes.get(format);
  if (code === undefined) return builtInDates.some(([from, to]) => format >= from && format <= to);
  // Letters in quotes, after a backslash or in brackets (a colour, a currency) do not mean a date; [h] does.
  const bare = code.replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_./gi, '');
  return /[ymdhs]/i.test(bare.replace(/general/gi, ''));
}
