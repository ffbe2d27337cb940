import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemStatuses } from '../../services/api/src/problems/codes.ts';
import { paragraphsOf } from '../../services/console/src/problems/problem-paragraphs.ts';
import { commands } from '../../tools/cli/src/commands.ts';
import { findCommand, parseCommandLine } from '../../tools/cli/src/parse-command-line.ts';
import { fencedCommands } from '../documents/fenced-commands.ts';
import { referenceFolder, referencePages } from './reference-pages.ts';

const pages = await referencePages();

describe('docs/reference', () => {
  it.each([...pages.keys()])('%s is what the code says', async (name) => {
    const text = await readFile(join(referenceFolder, name), 'utf8').catch(() => '');
    expect(text === pages.get(name), `docs/reference/${name} is stale: run \`npm run -s reference\``).toBe(
      true,
    );
  });

  it('has no page that is not generated', async () => {
    expect((await readdir(referenceFolder)).sort()).toEqual([...pages.keys()].sort());
  });
});

describe.each(['problems.md', 'problems.zh-CN.md'])('docs/reference/%s', (name) => {
  const paragraphs = paragraphsOf(pages.get(name) ?? '');

  it('gives the console a paragraph for each problem, in words and without links', () => {
    expect(
      paragraphs.flatMap(({ codes, status }) => codes.map((code) => `${code} ${status}`)).sort(),
    ).toEqual(
      Object.entries(problemStatuses)
        .map(([code, status]) => `${code} ${status}`)
        .sort(),
    );
    for (const { codes, titles } of paragraphs) expect(titles.filter(Boolean)).toHaveLength(codes.length);
    const pieces = paragraphs.map(({ text }) => text.map(([, piece]) => piece));
    expect(pieces.filter((texts) => !texts.some((text) => /\p{Letter}{2}/u.test(text)))).toEqual([]);
    expect(pieces.filter((texts) => texts.some((text) => text.includes('](')))).toEqual([]);
  });
});

describe('examples of the command line', async () => {
  const cli = await readFile(join(referenceFolder, '..', 'cli.md'), 'utf8');
  const examples = [...fencedCommands(pages.get('cli.md') ?? ''), ...fencedCommands(cli)];

  it.each(examples)('are taken as they stand: %s', (example) => {
    const args = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
    expect(args.splice(0, 2)).toEqual(['npx', 'holdfast']);
    const command = findCommand(commands, args);
    if (!command) throw new Error(`no such command: ${example}`);
    expect(() => parseCommandLine(command, args)).not.toThrow();
  });
});
