/** A text of a workbook, which writes characters that XML has not as `_x000D_`. What no database takes as a text is replaced. */
export function workbookText(text: string): string {
  const whole = text.includes('_x')
    ? text.replace(/_x([0-9A-F]{4})_/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
  return whole.toWellFormed().replaceAll('\u0000', '\ufffd');
}
