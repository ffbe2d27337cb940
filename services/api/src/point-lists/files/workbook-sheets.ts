import { both } from '@holdfast/driver/form-words.ts';
import { fileLimits, ListFileRefused, type Sheet } from './list-file.ts';
import { readXml } from './read-xml.ts';
import { sheetRows } from './sheet-rows.ts';
import { dateStyles } from './workbook-formats.ts';
import { workbookText } from './workbook-text.ts';
import { ZipEntries } from './zip-entries.ts';

/**
 * Reads the visible sheets of an XLSX workbook without a library. Maintained libraries do not tell which cells are
 * formulas that were not computed, refuse cells without a reference, or read another archive than a guard before them
 * has judged. What remains is XML, which saxen reads.
 * @throws ListFileRefused
 */
export function workbookSheets(bytes: Buffer): Sheet[] {
  const entries = new ZipEntries(bytes);
  const main = relations(entries.text('_rels/.rels'), '').find(
    ({ type }) => type === 'officeDocument',
  )?.target;
  const path = main ?? 'xl/workbook.xml';
  if (path.endsWith('.bin')) throw notXlsx();
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const book = entries.text(path);
  if (book === undefined) throw notXlsx();
  if (entries.has(`${folder}vbaProject.bin`)) throw hasMacros();
  const file = path.slice(folder.length);
  const parts = relations(entries.text(`${folder}_rels/${file}.rels`), folder);
  const partOf = (wanted: string) => {
    const target = parts.find(({ type }) => type === wanted)?.target;
    return target === undefined ? undefined : entries.text(target);
  };
  const strings = sharedStrings(partOf('sharedStrings'));
  const dates = dateStyles(partOf('styles'));
  let left = fileLimits.rows + 1;
  return listedSheets(book).flatMap(({ name, id, isHidden }) => {
    const target = parts.find((part) => part.id === id && part.type === 'worksheet')?.target;
    const xml = isHidden || target === undefined ? undefined : entries.text(target);
    if (xml === undefined) return [];
    const rows = sheetRows(xml, { strings, dates, rowsAtMost: left });
    left -= rows.length;
    return [{ name, rows }];
  });
}

interface Relation {
  readonly id: string;
  /** The last part of the relation's type address. */
  readonly type: string;
  readonly target: string;
}

function relations(xml: string | undefined, folder: string): Relation[] {
  const found: Relation[] = [];
  if (xml === undefined) return found;
  readXml(xml, {
    open(name, attribute) {
      if (name !== 'Relationship') return;
      const target = attribute('Target') ?? '';
      found.push({
        id: attribute('Id') ?? '',
        type: (attribute('Type') ?? '').replace(/^.*\//, ''),
        target: target.startsWith('/') ? target.slice(1) : `${folder}${target}`,
      });
    },
  });
  return found;
}

function listedSheets(xml: string) {
  const found: { readonly name: string; readonly id: string; readonly isHidden: boolean }[] = [];
  readXml(xml, {
    open(name, attribute) {
      if (name !== 'sheet') return;
      const state = attribute('state') ?? 'visible';
      found.push({
        name: workbookText(attribute('name') ?? ''),
        id: attribute('id') ?? '',
        isHidden: state !== 'visible',
      });
    },
  });
  return found;
}

function sharedStrings(xml: string | undefined): readonly string[] {
  const found: string[] = [];
  if (xml === undefined) return found;
  let text = '';
  let isText = false;
  let isReading = false;
  readXml(xml, {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 't') isText = true;
      // This gives the pronunciation of a Japanese word, which is not part of the text.
      else if (name === 'rPh') isReading = true;
    },
    close(name) {
      if (name === 'si') found.push(workbookText(text));
      else if (name === 't') isText = false;
      else if (name === 'rPh') isReading = false;
    },
    text(more) {
      if (isText && !isReading) text += more;
    },
  });
  return found;
}

function notXlsx(): ListFileRefused {
  return new ListFileRefused(
    both(
      'This is an archive and no XLSX workbook. Open it in a spreadsheet and save it as XLSX.',
      '这是压缩包，但不是 XLSX 工作簿。请用电子表格打开后另存为 XLSX。',
    ),
  );
}

function hasMacros(): ListFileRefused {
  return new ListFileRefused(
    both('The workbook has macros: save it as XLSX, without them.', '工作簿含有宏：请另存为不含宏的 XLSX。'),
  );
}
