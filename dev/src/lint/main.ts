// Part of `npm run check`: names say what a thing is, and no service knows a protocol. Warns of long files.

import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bareNames } from './bare-names.ts';
import { isProtocolFree, protocolNames } from './protocol-names.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** The one folder that still has such names: remove this when they are gone. */
const namesLeft = 'services/api/';
/** From here on a file probably tells two stories. A test file may be as long as its subject. */
const longestFile = 700;
const sources = '{packages,drivers,services,simulators,dev,test,bench,tools}/**/*.{ts,tsx}';

const rules = [
  {
    findsIn: (file: string, source: string) => (file.startsWith(namesLeft) ? [] : bareNames(file, source)),
    why: 'names say what happened to a thing (found, known, told), but not what it is. Name the thing: rows, devicesById, reply.',
    count: 0,
  },
  {
    findsIn: (file: string, source: string) => (isProtocolFree(file) ? protocolNames(source) : []),
    why: 'lines name a register table, a unit id or a function code. Services know protocols by their specs alone.',
    count: 0,
  },
];
for await (const file of glob(sources, { cwd: root, exclude: ['**/node_modules'] })) {
  const source = await readFile(join(root, file), 'utf8');
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
for (const { count, why } of rules) {
  if (count === 0) continue;
  process.stderr.write(`${count} ${why}\n`);
  process.exitCode = 1;
}
