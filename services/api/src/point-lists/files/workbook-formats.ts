import { readXml } from './read-xml.ts';

/** Formats of dates and times that have numbers of their own (ECMA-376, 18.8.30, those of East Asia among them). */
const builtInDates = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
] as const;

/** Numbers of the cell styles that show a number as a date or time: what was typed there is not known any more. */
export function dateStyles(xml: string | undefined): ReadonlySet<number> {
  const found = new Set<number>();
  if (xml === undefined) return found;
  const codes = new Map<number, string>();
  let isCellStyle = false;
  let style = 0;
  readXml(xml, {
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
  // Letters within quotes, behind a backslash or in brackets (a colour, a currency) say nothing of dates; [h] does.
  const bare = code.replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_./gi, '');
  return /[ymdhs]/i.test(bare.replace(/general/gi, ''));
}
