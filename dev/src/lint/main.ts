// Part of `npm run check`: no comment opens with a word that leaves out what it is about.

import { glob, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { refusedOpeners } from './comment-openers.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const ours =
  '{packages,drivers,services,simulators,dev,test,bench,tools,deploy}/**/*.{ts,tsx,css,mjs,cjs,sh,yml,yaml,conf}';
const atTheRoot = ['*.{ts,sh,yml}', '.dependency-cruiser.cjs', '.ci/run'];
const withSlashes = ['.ts', '.tsx', '.css', '.mjs', '.cjs'];

let found = 0;
for await (const file of glob([ours, ...atTheRoot], { cwd: root, exclude: ['**/node_modules'] })) {
  const source = await readFile(join(root, file), 'utf8');
  for (const line of refusedOpeners(source, withSlashes.includes(extname(file)) ? 'slashes' : 'hashes')) {
    process.stderr.write(`${file}:${line}: ${source.split('\n')[line - 1]?.trim()}\n`);
    found += 1;
  }
}
if (found > 0) {
  process.stderr.write(
    `${found} of our comments open with Of, What, That or So. Say first what the thing is or does, then why.\n`,
  );
  process.exitCode = 1;
}
