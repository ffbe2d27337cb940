import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemCodes } from '../../services/api/src/problems/codes.ts';
import { paragraphsOf } from '../../services/console/src/problems/problem-paragraphs.ts';
import { codesIn, tableRows } from './markdown-tables.ts';

const known = Object.entries(problemCodes)
  .map(([code, [status]]) => `${code} ${status}`)
  .sort();

describe.each([
  ['api.md', 'Problems'],
  ['problems.zh-CN.md', '问题代码'],
])('docs/%s', async (name, section) => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', name), 'utf8');

  it('has every problem code of the API with its status, and no other', () => {
    const inPage = tableRows(page)
      .filter((row) => row.section === section)
      .flatMap(({ cells: [codes = '', status = ''] }) =>
        codesIn(codes).map((code) => `${code} ${status.trim()}`),
      );
    expect(inPage.sort()).toEqual(known);
  });

  it('gives the console a paragraph for each', () => {
    const carried = paragraphsOf(page);
    expect(carried.flatMap(({ codes, status }) => codes.map((code) => `${code} ${status}`)).sort()).toEqual(
      known,
    );
    const empty = carried.filter(({ text }) => !text.some(([, piece]) => /\p{Letter}{2}/u.test(piece)));
    expect(empty).toEqual([]);
    const links = carried.filter(({ text }) => text.some(([, piece]) => piece.includes('](')));
    expect(links).toEqual([]);
  });
});
