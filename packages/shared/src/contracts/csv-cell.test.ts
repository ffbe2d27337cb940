import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvCell, withoutApostrophe } from './csv-cell.ts';

it.each([
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  '＝1+1',
  '＋1+1',
  '－1+1',
  '＠SUM(A1)',
  ' =1+1',
  '\u3000＝1+1',
  '\u00a0 -1+1',
  '\u200b=1+1',
  '\ufeff=1+1',
  '\u0000=1+1',
  '\tx',
  '\rx',
  '\nx',
  "'x",
  '-',
  '+86 10',
])('%j gets an apostrophe, which a reader removes', (text) => {
  const cell = csvCell(text).replace(/^"([\s\S]*)"$/, '$1');
  expect(cell).toBe(`'${text}`);
  expect(withoutApostrophe(cell)).toBe(text);
});

it.each(['', 'x', ' x', 'a=b', '-5', '+5.25', '-9007199254740993', '1-2', '温度＝'])(
  '%j is left as it is',
  (text) => {
    expect(csvCell(text)).toBe(text);
    expect(withoutApostrophe(text)).toBe(text);
  },
);

it('every text comes back, whatever the separator', () => {
  const part = fc.constantFrom('=', '＝', "'", '"', ' ', '\t', ',', ';', '-', '5', 'x', '\u3000');
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 6 }),
      fc.constantFrom(',' as const, ';' as const),
      (parts, separator) => {
        const text = parts.join('');
        const cell = csvCell(text, separator);
        const bare = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect(withoutApostrophe(bare)).toBe(text);
        if (!cell.startsWith('"')) expect(cell).not.toContain(separator);
      },
    ),
  );
});
