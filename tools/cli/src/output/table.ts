import stringWidth from 'string-width';
import { type PlainText, say } from '../words/say.ts';
import { plainText } from './plain-text.ts';

export interface Column<T> {
  readonly head: PlainText | '';
  readonly cell: (item: T) => unknown;
  readonly align?: 'right';
}

const gap = '  ';
const narrowest = 8;

/**
 * Lines of a table whose columns are aligned as a terminal shows them: 压力机 takes six cells. When the table would be
 * wider than `maxWidth`, the widest columns are cut.
 */
export function tableLines<T>(columns: readonly Column<T>[], items: readonly T[], maxWidth = 0): string[] {
  const rows = [
    columns.map(({ head }) => head && say(head)),
    ...items.map((item) => columns.map(({ cell }) => cellText(cell(item)))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => stringWidth(row[index] ?? ''))));
  if (maxWidth > 0) shrink(widths, maxWidth - gap.length * (columns.length - 1));
  return rows.map((row) =>
    row
      .map((text, index) => fitted(text, widths[index] ?? 0, columns[index]?.align))
      .join(gap)
      .trimEnd(),
  );
}

export function cellText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  return plainText(typeof value === 'string' ? value : JSON.stringify(value));
}

function shrink(widths: number[], available: number): void {
  const total = () => widths.reduce((sum, width) => sum + width, 0);
  while (total() > available) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) return;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
}

function fitted(text: string, width: number, align: 'right' | undefined): string {
  const short = cut(text, width);
  const blanks = ' '.repeat(width - stringWidth(short));
  return align === 'right' ? blanks + short : short + blanks;
}

const graphemes = new Intl.Segmenter();

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let short = '';
  for (const { segment } of graphemes.segment(text)) {
    if (stringWidth(short + segment) > width - 1) break;
    short += segment;
  }
  return `${short}…`;
}
