/**
 * The values of one column: numbers where all are numbers, else texts. Commas or semicolons, a head line, no quotes.
 * @throws Error that says what is missing
 */
export function csvColumn(text: string, column: string): readonly (number | string)[] {
  const [head = '', ...rows] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const separator = head.includes(';') ? ';' : ',';
  const names = head.split(separator).map((name) => name.trim());
  const at = names.indexOf(column);
  if (at < 0) throw new Error(`has no column ${column}; it has ${names.join(', ')}`);
  if (text.includes('"')) throw new Error('has quotes, which are not understood here');
  const cells = rows.map((row) => (row.split(separator)[at] ?? '').trim());
  if (cells.length === 0) throw new Error('has no row below its head line');
  const missing = cells.indexOf('');
  if (missing >= 0) throw new Error(`has nothing in column ${column} of row ${missing + 1}`);
  const numbers = cells.map(Number);
  return numbers.every(Number.isFinite) ? numbers : cells;
}
