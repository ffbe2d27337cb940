import { type Command, usageOf } from './command.ts';
import { commonOptions } from './parse-command-line.ts';
import { say } from './words/say.ts';

const settings = () =>
  [say('settings_holdfast_url_default_where_you'), say('exit_codes_0_done_1_refused')].join('\n');

/** The help for all commands that begin with `words`. */
export function overview(commands: readonly Command[], words: readonly string[] = []): string {
  const below = commands.filter((command) => words.every((word, index) => command.words[index] === word));
  const width = Math.max(...below.map((command) => command.words.join(' ').length));
  const lines = below.map((command) => `  ${command.words.join(' ').padEnd(width)}  ${say(command.about)}`);
  const more = say('more_on_one_command_holdfast_command');
  return `holdfast COMMAND …\n\n${lines.join('\n')}\n\n${more}\n${settings()}`;
}

export function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...commonOptions }).map(([name, option]) => {
    const syntax = `--${name}${option.type === 'string' ? ` ${option.value ?? 'TEXT'}` : ''}`;
    const choices = option.choices ? ` (${option.choices.join(', ')})` : '';
    return { left: syntax, right: `${say(option.about)}${choices}` };
  });
  const width = Math.max(...options.map(({ left: syntax }) => syntax.length));
  const lines = options.map(({ left: syntax, right }) => `  ${syntax.padEnd(width)}  ${right}`);
  const { notes = [], example } = command;
  return [
    `holdfast ${usageOf(command)}`,
    say(command.about),
    lines.join('\n'),
    ...notes.map((note) => say(note)),
    ...(example === undefined ? [] : [say('example', { command: `holdfast ${example}` })]),
    settings(),
  ].join('\n\n');
}
