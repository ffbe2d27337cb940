import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usageOf } from '../../tools/cli/src/command.ts';
import { commands } from '../../tools/cli/src/commands.ts';
import { exitCodes, monitorCodes } from '../../tools/cli/src/exit-codes.ts';
import { findCommand, parseCommandLine } from '../../tools/cli/src/parse-command-line.ts';
import { fencedCommands } from './fenced-commands.ts';
import { codesIn, tableRows } from './markdown-tables.ts';

const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'cli.md'), 'utf8');
const rows = tableRows(page);

describe('docs/cli.md', () => {
  it('has every command with its operands and its options', () => {
    const usages = new Map(
      commands.map((command) => [
        usageOf({ ...command, options: {} }),
        Object.entries(command.options).map(([name, { type, value }]) =>
          type === 'string' ? `--${name} ${value ?? 'TEXT'}` : `--${name}`,
        ),
      ]),
    );
    const described = rows
      .filter(({ cells }) => /^`[a-z]/.test(cells[0] ?? ''))
      .map(({ cells }) => [codesIn(cells[0] ?? '')[0], codesIn(cells[2] ?? '')] as const);
    expect(new Map(described)).toEqual(usages);
  });

  it('has every exit code', () => {
    const codes = rows.flatMap(({ section, cells }) => {
      const [code] = codesIn(cells[0] ?? '');
      return code && /^[0-9]$/.test(code) ? [`${section} ${code}`] : [];
    });
    expect(codes).toEqual([
      ...Object.values(exitCodes).map((code) => `Exit codes ${code}`),
      ...Object.values(monitorCodes).map((code) => `Is everything read that should be? ${code}`),
    ]);
  });

  it('has examples that are taken as they stand', () => {
    const examples = fencedCommands(page);
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      const args = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
      expect(args.splice(0, 2)).toEqual(['npx', 'holdfast']);
      const command = findCommand(commands, args);
      if (!command) throw new Error(`no such command: ${example}`);
      expect(() => parseCommandLine(command, args)).not.toThrow();
    }
  });
});
