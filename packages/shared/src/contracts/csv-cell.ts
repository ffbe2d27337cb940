export const csvSeparators = { comma: ',', semicolon: ';' } as const;
export type CsvSeparator = (typeof csvSeparators)[keyof typeof csvSeparators];

export type CsvCell = string | number | boolean;

/** Spreadsheets recognise UTF-8 only by this mark. */
export const byteOrderMark = '\uFEFF';

/**
 * A text that a spreadsheet would take for a formula. It ignores characters that are not seen before the first one, and
 * some take full-width signs for the others.
 */
const formula = /^(?:[\s\p{C}]*[=+\-@＝＋－＠]|[\t\r\n'])/u;
const plainNumber = /^[+-]?\d+(?:\.\d+)?$/;

/**
 * A cell as in RFC 4180, with an apostrophe before a text that a spreadsheet would take for a formula. A text that itself
 * begins with an apostrophe gets another one, so that a reader can always remove one.
 */
export function csvCell(value: CsvCell, separator: CsvSeparator = ','): string {
  if (typeof value !== 'string') return String(value);
  const text = formula.test(value) && !plainNumber.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Removes the apostrophe that `csvCell` puts before a text. */
export function withoutApostrophe(text: string): string {
  return text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text;
}
