import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_ROOT } from '../stack/home-folder.ts';
import { sourcesOfConsole } from './console-sources.ts';

/** Imports that a build keeps; imports of types alone are not among them. */
const imported = /(?:from|import)\s*\(?'((?:@holdfast|\.\.?)\/[^']+\.tsx?)'/g;
const ofTypes = /^(?:import|export) type [^;]*;$/gm;

async function codeFrom(file: string, files: Set<string>): Promise<void> {
  if (files.has(file)) return;
  files.add(file);
  const code = (await readFile(file, 'utf8')).replace(ofTypes, '');
  for (const [, name = ''] of code.matchAll(imported)) {
    const [, holder = '', rest = ''] = /^@holdfast\/([^/]+)\/(.+)$/.exec(name) ?? [];
    await codeFrom(
      holder === '' ? join(dirname(file), name) : join(PROJECT_ROOT, 'packages', holder, 'src', rest),
      files,
    );
  }
}

it('the console is rebuilt when any of the code changes that it is made of', async () => {
  const files = new Set<string>();
  await codeFrom(join(PROJECT_ROOT, 'services/console/src/main.tsx'), files);
  expect(files.size).toBeGreaterThan(200);
  const others = [...files]
    .map((file) => relative(PROJECT_ROOT, file))
    .filter((file) => !sourcesOfConsole.some((folder) => file.startsWith(`${folder}/`)));
  expect(others).toEqual([]);
});
