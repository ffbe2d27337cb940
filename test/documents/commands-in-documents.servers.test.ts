import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commands } from '../../tools/cli/src/commands.ts';
import { commonOptions, findCommand, parseCommandLine } from '../../tools/cli/src/parse-command-line.ts';
import { fencedCommands } from './fenced-commands.ts';

const root = join(import.meta.dirname, '..', '..');

it('commands in documents are ones that holdfast takes', async () => {
  const refused: string[] = [];
  let count = 0;
  for await (const page of glob(['*.md', 'docs/*.md', 'drivers/*/*.md'], { cwd: root })) {
    if (page === 'CHANGELOG.md') continue;
    const text = await readFile(join(root, page), 'utf8');
    const inText = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');
    const checks = [
      ...fencedCommands(text).map((line) => ({ line, isTaken: isWholeCommand })),
      // A sentence may leave out operands.
      ...inText.map((line) => ({ line, isTaken: hasKnownOptions })),
    ];
    for (const { line, isTaken } of checks) {
      const [, words] = /(?:^|\s)holdfast ([a-z][^|;&<>#]*)/.exec(line) ?? [];
      if (words === undefined) continue;
      count += 1;
      if (!isTaken(argumentsIn(words))) refused.push(`${page}: ${line}`);
    }
  }
  expect(count).toBeGreaterThan(60);
  expect(refused).toEqual([]);
});

const argumentsIn = (words: string) =>
  [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

function isWholeCommand(args: readonly string[]): boolean {
  const command = findCommand(commands, args);
  if (command === undefined) return false;
  try {
    parseCommandLine(command, args);
    return true;
  } catch {
    return false;
  }
}

function hasKnownOptions(args: readonly string[]): boolean {
  const command = findCommand(commands, args);
  if (command === undefined) return false;
  const options = { ...command.options, ...commonOptions };
  return command.isRaw || args.every((arg) => !arg.startsWith('--') || arg.slice(2) in options);
}
