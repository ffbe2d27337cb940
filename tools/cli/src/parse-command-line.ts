import { parseArgs } from 'node:util';
import { nearestWord } from '@holdfast/shared/contracts/nearest-word.ts';
import { CliError } from './cli-error.ts';
import type { Command, Input, Option } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { parseTypedTime } from './output/local-time.ts';
import { plainText } from './output/plain-text.ts';
import { say, speaksChinese } from './words/say.ts';

/** Options of every command. */
export const commonOptions: Readonly<Record<string, Option>> = {
  json: { type: 'boolean', about: 'print_json_the_default' },
  table: { type: 'boolean', about: 'print_tables_the_default' },
  help: { type: 'boolean', short: 'h', about: 'show_this_help' },
};

export interface Parsed {
  readonly command: Command;
  readonly input: Input;
  readonly raw: readonly string[];
}

/** The command whose words come first, options aside; the longest one that fits. */
export function findCommand(commands: readonly Command[], args: readonly string[]): Command | undefined {
  return commands
    .filter((command) => placesOfWords(command, args) !== undefined)
    .sort((a, b) => b.words.length - a.words.length)[0];
}

/** The places of a command's words; options may be before and between them. Undefined where it is another command. */
function placesOfWords({ words, options }: Command, args: readonly string[]): number[] | undefined {
  const places: number[] = [];
  for (const [index, arg] of args.entries()) {
    if (places.length === words.length) break;
    if (arg === '--') return undefined;
    const before = args[index - 1] ?? '';
    const isValue = before.startsWith('--') && options[before.slice(2)]?.type === 'string';
    if (isValue || isOption(arg)) continue;
    if (arg !== words[places.length]) return undefined;
    places.push(index);
  }
  return places.length === words.length ? places : undefined;
}

/** The arguments that are neither an option of any command nor the value of one. */
export function wordsOf(commands: readonly Command[], args: readonly string[]): string[] {
  const takesValue = (arg: string) =>
    arg.startsWith('--') && commands.some(({ options }) => options[arg.slice(2)]?.type === 'string');
  return args.filter((arg, index) => !isOption(arg) && !takesValue(args[index - 1] ?? ''));
}

const isOption = (arg: string) => /^-./.test(arg);

/** @throws CliError with the exit code of wrong use */
export function parseCommandLine(command: Command, args: readonly string[]): Parsed {
  const places = placesOfWords(command, args) ?? [];
  const rest = args.filter((_, index) => !places.includes(index));
  if (command.isRaw) return { command, input: inputOf([], {}, command), raw: rest };
  const options = Object.fromEntries(
    Object.entries({ ...command.options, ...commonOptions }).map(([name, { type, multiple, short }]) => [
      name,
      { type, multiple: multiple ?? false, ...(short !== undefined && { short }) },
    ]),
  );
  let values: Record<string, unknown>;
  let operands: string[];
  try {
    ({ values, positionals: operands } = parseArgs({
      args: withNegativeValues(rest, options),
      options,
      allowPositionals: true,
    }));
  } catch (error) {
    throw unknownOption(command, error, Object.keys(options)) ?? wrongUse(command, faultOfOption(error));
  }
  if (values.help !== true) {
    checkOperands(command, operands);
    checkChoices(command, values);
    if (values.json === true && values.table === true) throw wrongUse(command, say('either_json_or_table'));
  }
  return { command, input: inputOf(operands, values, command), raw: rest };
}

/** Makes `--from -5m` into `--from=-5m`: parseArgs finds it ambiguous, although no option begins with a digit. */
function withNegativeValues(
  args: readonly string[],
  options: Readonly<Record<string, { type: 'string' | 'boolean' }>>,
): string[] {
  const joined: string[] = [];
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  for (const [index, arg] of args.entries()) {
    const before = args[index - 1] ?? '';
    const takesIt = before.startsWith('--') && options[before.slice(2)]?.type === 'string';
    if (index < end && takesIt && /^-\d/.test(arg)) joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** The unknown option, whose name is only in the text of the error, or undefined for any other error of parseArgs. */
function unknownOption(
  { words, usageCode }: Command,
  error: unknown,
  options: readonly string[],
): CliError | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  const [, option] = /^Unknown option '(.+?)'(?:\. To specify|$)/s.exec(message) ?? [];
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || option === undefined) return undefined;
  const nearest = nearestWord(option.replace(/^-+/, ''), options);
  const isNumber = /^-[0-9.]/.test(option);
  const hint = [
    nearest !== undefined && say('did_you_mean', { nearest }),
    isNumber && say('a_negative_number_stands_behind'),
    say('holdfast_help_shows_those_there', { command: words.join(' ') }),
  ];
  return new CliError(
    [say('unknown_option', { given: plainText(option) }), ...hint.filter(Boolean)].join(say('between_hints')),
    usageCode ?? exitCodes.usage,
  );
}

const either = (choices: readonly string[]) => choices.join(say('or_between_choices'));

/** The error in Node's own words: they name the option and say, for instance, that its value is missing. */
function faultOfOption(error: unknown): string {
  const { message } = error as Error;
  const [option = ''] = /--?[a-z-]+/.exec(message) ?? [];
  if (!speaksChinese()) return message;
  // By its text: Node has one code for both.
  return message.includes('argument missing')
    ? say('needs_a_value', { option })
    : say('takes_no_value', { option });
}

function checkOperands(command: Command, words: readonly string[]): void {
  const { operands } = command;
  const missing = operands.find(
    ({ isOptional, mayBeEmpty }, index) =>
      !isOptional && (words[index] === undefined || (words[index] === '' && !mayBeEmpty)),
  );
  if (missing) {
    const { name, choices } = missing;
    throw wrongUse(
      command,
      choices ? say('is_missing', { name, choices: either(choices) }) : say('name_is_missing', { name }),
    );
  }
  const takesAll = operands.at(-1)?.isMany ?? false;
  if (!takesAll && words.length > operands.length) {
    throw wrongUse(command, say('one_too_many', { given: words[operands.length] }));
  }
  for (const [index, { name, choices }] of operands.entries()) {
    const value = words[index];
    if (choices && value !== undefined && !choices.includes(value)) {
      throw wrongUse(command, say('is_not', { name, choices: either(choices), value }));
    }
  }
}

function checkChoices(command: Command, values: Record<string, unknown>): void {
  for (const [name, { choices }] of Object.entries(command.options)) {
    if (!choices) continue;
    for (const value of [values[name]].flat()) {
      for (const each of typeof value === 'string' ? value.split(',') : []) {
        if (!choices.includes(each)) {
          throw wrongUse(
            command,
            say('is_one', {
              name,
              choices: choices.join(', '),
              value: each,
            }),
          );
        }
      }
    }
  }
}

function inputOf(
  operands: readonly string[],
  values: Readonly<Record<string, unknown>>,
  command: Command,
): Input {
  const text = (option: string) => {
    const value = values[option];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    operands,
    text,
    texts: (option) => [values[option] ?? []].flat().map(String),
    time: (option) => {
      const value = text(option);
      return value === undefined ? undefined : parseTypedTime(value);
    },
    has: (option) => values[option] === true,
    integer: (option, min) => {
      const value = text(option);
      if (value === undefined) return undefined;
      if (!/^[0-9]{1,15}$/.test(value) || Number(value) < min) {
        throw wrongUse(command, say('is_a_whole_number', { option, min, given: value }));
      }
      return Number(value);
    },
  };
}

function wrongUse({ words, usageCode }: Command, what: string): CliError {
  return new CliError(
    `${what}\n${say('how_it_is_used_holdfast_help', { command: words.join(' ') })}`,
    usageCode ?? exitCodes.usage,
  );
}
