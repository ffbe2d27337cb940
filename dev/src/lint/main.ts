// Part of `npm run check`: names say what a thing is, no service knows a protocol, and nothing is decided by a text. Warns
// of long files.

import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bareNames } from './bare-names.ts';
import { comparedTexts } from './compared-texts.ts';
import { isProtocolFree, protocolNames } from './protocol-names.ts';
import { unusedTexts } from './unused-texts.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** From here on a file probably tells two stories. A test file may be as long as its subject. */
const longestFile = 700;
const sources = '{packages,drivers,services,simulators,dev,test,bench,tools}/**/*.{ts,tsx}';

const rules = [
  {
    findsIn: bareNames,
    why: 'names say what happened to a thing (found, known, told), but not what it is. Name the thing: rows, devicesById, reply.',
    count: 0,
  },
  {
    findsIn: (file: string, source: string) => (isProtocolFree(file) ? protocolNames(source) : []),
    why: 'lines name a register table, a unit id or a function code. Services know protocols by their specs alone.',
    count: 0,
  },
  {
    findsIn: (file: string, source: string) => (isTest(file) ? [] : comparedTexts(file, source)),
    why: 'lines decide by the words of a text, which differ by language. Decide by its code.',
    count: 0,
  },
];
const isTest = (file: string) => /\.test\.ts$|\/testing\/|^test\/|^bench\//.test(file);
const isCatalogue = (file: string) =>
  /(^|\/|-)texts\.ts$/.test(file) && !file.startsWith('services/console/');
const catalogues = new Map<string, string>();
const others: string[] = [];
for await (const file of glob(sources, { cwd: root, exclude: ['**/node_modules'] })) {
  const source = await readFile(join(root, file), 'utf8');
  if (isCatalogue(file)) catalogues.set(file, source);
  else others.push(source);
  const lineCount = source.split('\n').length - 1;
  if (lineCount > longestFile && !file.endsWith('.test.ts')) {
    process.stderr.write(`warning: ${file} has ${lineCount} lines: does it tell more than one story?\n`);
  }
  for (const rule of rules) {
    const lines = rule.findsIn(file, source);
    for (const line of lines) {
      process.stderr.write(`${file}:${line}: ${source.split('\n')[line - 1]?.trim()}\n`);
    }
    rule.count += lines.length;
  }
}
for (const { file, code } of unusedTexts(catalogues, others)) {
  process.stderr.write(`${file}: nothing says the text ${code}\n`);
  process.exitCode = 1;
}
for (const { count, why } of rules) {
  if (count === 0) continue;
  process.stderr.write(`${count} ${why}\n`);
  process.exitCode = 1;
}
