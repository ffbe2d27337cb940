import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { codesIn, tableRows } from './markdown-tables.ts';

const root = join(import.meta.dirname, '..', '..');

it('docs/api.md has every problem code of the API, and no other', async () => {
  const inPage = tableRows(await readFile(join(root, 'docs', 'api.md'), 'utf8'))
    .filter(({ section }) => section === 'Problems')
    .flatMap(({ cells }) => codesIn(cells[0] ?? ''));

  expect([...inPage].sort()).toEqual([...(await codesOfTheApi())].sort());
});

/** Every problem is made with its code as a literal, or with the kind of a collection in front of `_not_found`. */
async function codesOfTheApi(): Promise<Set<string>> {
  const codes = new Set<string>();
  const folders = ['services/api/src', 'packages/shared/src/domain/session'];
  for (const folder of folders) {
    for await (const file of glob(`${folder}/**/*.ts`, { cwd: root })) {
      if (file.endsWith('.test.ts')) continue;
      // zod calls its own issues `custom`; they are no problems.
      const source = (await readFile(join(root, file), 'utf8')).replaceAll("code: 'custom'", '');
      for (const [, code] of source.matchAll(/\bcode: '([a-z_]+)'/g)) codes.add(code ?? '');
      for (const [, code] of source.matchAll(/\bnotFound\(\s*'([a-z_]+)'/g)) codes.add(code ?? '');
      if (!/collectionRoutes\(|\$\{kind\}_not_found/.test(source)) continue;
      for (const [, kind] of source.matchAll(/\bkind: '([a-z]+)'/g)) codes.add(`${kind}_not_found`);
    }
  }
  return codes;
}
