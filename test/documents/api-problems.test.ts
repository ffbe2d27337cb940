import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { problemCodes } from '../../services/api/src/problems/codes.ts';
import { codesIn, tableRows } from './markdown-tables.ts';

const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'api.md'), 'utf8');

it('docs/api.md has every problem code of the API with its status, and no other', () => {
  const inPage = tableRows(page)
    .filter(({ section }) => section === 'Problems')
    .flatMap(({ cells: [codes = '', status = ''] }) =>
      codesIn(codes).map((code) => `${code} ${status.trim()}`),
    );

  expect(inPage.sort()).toEqual(
    Object.entries(problemCodes)
      .map(([code, [status]]) => `${code} ${status}`)
      .sort(),
  );
});
