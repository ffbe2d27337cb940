import { readXml } from './read-xml.ts';

/** Ranges of built-in number formats for dates and times (ECMA-376, 18.8.30, including those of East Asia). */
const builtInDates = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
] as const;

/** Numbers of the cell styles that show a number as a date or time, so that nobody knows what was typed there. */
export async function dateStyles(xml: AsyncIterable<Uint8Array> | undefined): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  if (xml === undefined) return found;
  const codes = new Map<number, string>();
  let isCellStyle = false;
  let style = 0;
  await readXml(xml, {
    open(name, attribute) {
      if (name === 'numFmt') codes.set(Number(attribute('numFmtId')), attribute('formatCode') ?? '');
      else if (name === 'cellXfs') isCellStyle = true;
      else if (name === 'xf' && isCellStyle) {
        if (isDate(Number(attribute('numFmtId')), codes)) found.add(style);
        style += 1;
      }
    },
    close(name) {
      if (name === 'cellXfs') isCellStyle = false;
    },
  });
  return found;
}

function isDate(format: number, codes: ReadonlyMap<number, string>): boolean {
  const code = codes.get(format);
  if (code === undefined) return builtInDates.some(([from, to]) => format >= from && format <= to);
  // Letters in quotes, after a backslash or in brackets (a colour, a currency) do not mean a date; [h] does.
  const bare = code.replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_./gi, '');
  return /[ymdhs]/i.test(bare.replace(/general/gi, ''));
}
