/**
 * Decodes a text of a workbook, where `_x000D_` stands for a character that XML lacks, and replaces what no database
 * stores.
 */
export function workbookText(text: string): string {
  const whole = text.includes('_x')
    ? text.replace(/_x([0-9A-F]{4})_/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
  return whole.toWellFormed().replaceAll('\u0000', '\ufffd');
}
