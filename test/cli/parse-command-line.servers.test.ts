import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import { describe, expect, it } from 'vitest';
import { ApiRefused } from '../../tools/cli/src/api-refused.ts';
import { commands } from '../../tools/cli/src/commands.ts';
import { cliConfig } from '../../tools/cli/src/config.ts';
import { findCommand, parseCommandLine } from '../../tools/cli/src/parse-command-line.ts';

describe('what is wrong on the command line', () => {
  it.each([
    [['sessions', 'stop'], /SESSION is missing/],
    [['sessions', 'show', '1-1', '2-1'], /one too many: 2-1/],
    [
      ['sessions', 'list', '--nonsense'],
      /^Unknown option --nonsense; `holdfast sessions list --help` shows those there are$/,
    ],
    [['sessions', 'list', '--tabel'], /^Unknown option --tabel; did you mean --table\?; `/],
    [['points', 'write', 'a/b', '-5'], /^Unknown option -5; a negative number stands behind --; `/],
    [['sessions', 'list', '--status', 'running,lost'], /--status is one of running.* not lost/],
    [['sessions', 'list', '--json', '--table'], /either --json or --table/],
    [['completion', 'fish'], /SHELL is bash or zsh/],
    [['completion'], /^SHELL is missing: bash or zsh$/m],
  ])('is reported by its name: %j', (args, words) => {
    const command = findCommand(commands, args);
    if (!command) throw new Error('no such command');
    expect(() => parseCommandLine(command, args)).toThrow(words);
  });

  it.each([
    [['--json', '--from', '-5m', 'sessions', 'gaps', '--limit', '3', '1-1'], 'sessions gaps', ['1-1']],
    [['sessions', '--limit', '3', '--from', '-5m', '--json', 'gaps', '1-1'], 'sessions gaps', ['1-1']],
    // The value of an option is no command, even if it reads like one.
    [
      ['--task', 'tasks', '--json', '--limit', '3', '--status', 'running', 'sessions', 'list'],
      'sessions list',
      [],
    ],
    [['-h', 'sessions', 'list', '--json', '--limit=3'], 'sessions list', []],
  ])('are no options before the command, which count as behind it: %j', (args, words, operands) => {
    const command = findCommand(commands, args);
    expect(command?.words.join(' ')).toBe(words);
    const { input } = parseCommandLine(command as NonNullable<typeof command>, args);
    expect([input.operands, input.has('json'), input.integer('limit', 1)]).toEqual([operands, true, 3]);
  });

  it('is no time or number with a minus behind its option, which is read as it stands', () => {
    const parsed = (...args: string[]) => {
      const command = findCommand(commands, args);
      if (!command) throw new Error('no such command');
      return parseCommandLine(command, args).input;
    };
    const gaps = parsed('sessions', 'gaps', '1-1', '--from', '-5m', '--to=-1m');
    expect([gaps.text('from'), gaps.text('to'), gaps.operands]).toEqual(['-5m', '-1m', ['1-1']]);
    expect(() => parsed('sessions', 'list', '--limit', '-1').integer('limit', 1)).toThrow(
      '--limit is a whole number from 1 on, not -1',
    );
    const write = parsed('points', 'write', 'a/b', '--reason', 'cold', '--', '-5');
    expect(write.operands).toEqual(['a/b', '-5']);
  });

  it.each(['1m', '30', '30days', '9999w'])(
    'is an age that is none, and nothing is asked: %s',
    async (age) => {
      const command = findCommand(commands, ['cleanup']);
      if (!command) throw new Error('no such command');
      const { input } = parseCommandLine(command, ['cleanup', '--older-than', age]);
      const nobody = {} as Parameters<typeof command.run>[0];
      await expect(async () => command.run(nobody, input)).rejects.toMatchObject({
        exitCode: 2,
        message: `--older-than is a length of time like 12h, 30d or 8w, from 1h to 3650d, not ${age}`,
      });
    },
  );

  it.each([
    [502, 'write_failed', 1, false],
    [504, 'write_outcome_unknown', 3, false],
    [412, 'precondition_failed', 1, true],
    [409, 'task_already_active', 1, false],
    [409, 'last_collector', 1, false],
  ])('is refused with %i %s: exit code %i, sent to look again: %s', (status, code, exitCode, looksAgain) => {
    const refused = new ApiRefused(new ApiRefusal({ status, code, title: 'No' }, null));
    expect([refused.exitCode, refused.message.includes('decide again')]).toEqual([exitCode, looksAgain]);
  });

  it.each([
    ['HOLDFAST_URL', 'http://somebody:s3cret@plant:8000'],
    ['HOLDFAST_URL', 's3cret'],
    ['HOLDFAST_API_KEY', 's3cret\nInjected: header'],
  ])('is reported without its text when it may be a secret: %s %j', (name, value) => {
    const read = () => cliConfig({ [name]: value });
    expect(read).toThrow(name);
    expect(read).not.toThrow('s3cret');
  });
});
