// Part of `npm run check`: no comment opens with a word that hides its subject, and no service knows a protocol.

import { glob, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { refusedOpeners } from './comment-openers.ts';
import { isProtocolFree, protocolNames } from './protocol-names.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const ours =
  '{packages,drivers,services,simulators,dev,test,bench,tools,deploy}/**/*.{ts,tsx,css,mjs,cjs,sh,yml,yaml,conf}';
const atTheRoot = ['*.{ts,sh,yml}', '.dependency-cruiser.cjs', '.ci/run'];
const withSlashes = ['.ts', '.tsx', '.css', '.mjs', '.cjs'];

const opened = {
  count: 0,
  why: 'of our comments open with Of, What, That or So, or have a sentence that opens with Of or That. Say first what the thing is or does, then why.',
};
const named = {
  count: 0,
  why: 'lines name a register table, a unit id or a function code. Services know protocols by their specs alone.',
};
for await (const file of glob([ours, ...atTheRoot], { cwd: root, exclude: ['**/node_modules'] })) {
  const source = await readFile(join(root, file), 'utf8');
  const tell = (found: { count: number }, lines: readonly number[]) => {
    for (const line of lines)
      process.stderr.write(`${file}:${line}: ${source.split('\n')[line - 1]?.trim()}\n`);
    found.count += lines.length;
  };
  tell(opened, refusedOpeners(source, withSlashes.includes(extname(file)) ? 'slashes' : 'hashes'));
  if (isProtocolFree(file)) tell(named, protocolNames(source));
}
for (const { count, why } of [opened, named]) {
  if (count === 0) continue;
  process.stderr.write(`${count} ${why}\n`);
  process.exitCode = 1;
}
