import { type Command, type Option, usageOf } from '../../tools/cli/src/command.ts';
import { commands } from '../../tools/cli/src/commands.ts';
import { exitCodes, monitorCodes } from '../../tools/cli/src/exit-codes.ts';
import { commonOptions } from '../../tools/cli/src/parse-command-line.ts';
import { say } from '../../tools/cli/src/words/say.ts';
import { code, page, table } from './markdown.ts';

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'Done',
  refused:
    'Refused, or it did not succeed; the message says why and what to do. Of several sessions: at least one of them',
  usage: 'Wrong use; the API was not called',
  unreachable:
    'No answer, or the API cannot answer now (502, 503, 504). A command may have been carried out (`write_outcome_unknown`): look before you repeat it',
  notAllowed:
    'Not allowed: no login or key, an expired or unknown one, or one whose role is not enough (401, 403)',
};

const monitorMeanings: Readonly<Record<keyof typeof monitorCodes, string>> = {
  ok: '`OK`: every session that should run is read by its holder and stored',
  warning:
    '`WARNING`: all of them are, but something does not fit: one is read that should not be, or log, placement and collector disagree; with `--devices` also silent or slow devices, and points without values',
  critical:
    '`CRITICAL`: at least one session that should run is not read or not stored, or the session log is damaged',
  unknown:
    '`UNKNOWN`: it could not be determined; the line says why and what to do. What is certainly missing takes precedence over it, and it over a warning',
};

export function cliPage(): string {
  const groups = Map.groupBy(commands, ({ words }) => words[0] ?? '');
  return page([
    '# Command line',
    'The commands of `holdfast` as their `--help` describes them. [Command line](docs/cli.md) says how to log in and what the output looks like. A session is named by its id, `<task>-<run>`; a task or device by its id or its code. `TIME` is `now`, a time ago such as `-30m` (`--from -30m`), a local time (`2026-07-03T14:00`, `2026-07-03`), or RFC 3339.',
    '## Options of every command',
    optionsOf(commonOptions),
    '## Exit codes',
    table(
      ['Code', 'Meaning'],
      (Object.keys(exitCodes) as (keyof typeof exitCodes)[]).map((each) => [
        code(String(exitCodes[each])),
        meanings[each],
      ]),
    ),
    '`check-recovery` has codes that monitors such as Nagios expect; `backup`, `restore` and `verify` have their own, which their `--help` names.',
    table(
      ['Code of `check-recovery`', 'Meaning'],
      (Object.keys(monitorCodes) as (keyof typeof monitorCodes)[]).map((each) => [
        code(String(monitorCodes[each])),
        monitorMeanings[each],
      ]),
    ),
    ...[...groups].flatMap(([word, members]) =>
      members.length === 1 && members[0]?.words.length === 1
        ? partsOf(members[0], '##')
        : [`## ${word}`, ...members.flatMap((command) => partsOf(command, '###'))],
    ),
  ]);
}

function partsOf(command: Command, level: string): string[] {
  const { words, about, options, notes = [], example } = command;
  const title = `${level} ${words.join(' ')}`;
  // A group may have a command of its own name: `audit`, `audit export`.
  return [
    ...(level === '###' && words.length === 1 ? [] : [title]),
    code(`holdfast ${usageOf({ ...command, options: {} })}`),
    escaped(say(about)),
    optionsOf(options),
    ...notes.map((note) => escaped(say(note))),
    example === undefined ? '' : `\`\`\`sh\nnpx holdfast ${example}\n\`\`\``,
  ];
}

function optionsOf(options: Readonly<Record<string, Option>>): string {
  return Object.entries(options)
    .map(([name, { type, value = 'TEXT', about, choices }]) => {
      const word = type === 'string' ? `--${name} ${value}` : `--${name}`;
      const allowed = choices ? ` (${choices.join(', ')})` : '';
      return `- ${code(word)}: ${escaped(say(about))}${allowed}`;
    })
    .join('\n');
}

/** Texts of the help are no Markdown; commands, options and fields in them are set as code. */
function escaped(text: string): string {
  return text
    .replace(/\(docs\/([\w-]+)\.md\)/g, '([$1](docs/$1.md))')
    .replace(/(?<![`\w])(--[a-z][a-z-]+|\{n(?::\d+)?\}|[a-z]+(?:_[a-z]+)+)(?!\w)/g, '`$1`')
    .replaceAll('<', '\\<')
    .replaceAll('*', '\\*');
}
