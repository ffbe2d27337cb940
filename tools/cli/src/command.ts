import type { ApiClient } from '@holdfast/api-client/api-client.ts';
import type { Access } from './access.ts';
import type { Printer } from './output/printer.ts';
import type { PlainText } from './words/say.ts';

export interface Option {
  readonly type: 'string' | 'boolean';
  /** The word for the value in the help: `--role ROLE`. */
  readonly value?: string;
  readonly about: PlainText;
  /** One letter that stands for it. */
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** Allowed values: checked, and offered by completion. */
  readonly choices?: readonly string[];
}

export interface Operand {
  readonly name: string;
  readonly isOptional?: boolean;
  /** Accepts `''` as a value; elsewhere that means a shell variable that was not set. */
  readonly mayBeEmpty?: boolean;
  /** Takes all words that follow. */
  readonly isMany?: boolean;
  readonly choices?: readonly string[];
}

/** The words that were typed, checked against the command's operands and options. */
export interface Input {
  readonly operands: readonly string[];
  text(option: string): string | undefined;
  texts(option: string): readonly string[];
  /** The time in the form of the API, which knows nothing of the reader's clock. */
  time(option: string): string | undefined;
  has(option: string): boolean;
  /** @throws CliError when the value is no whole number from `min` on */
  integer(option: string, min: number): number | undefined;
}

export interface Context {
  readonly api: ApiClient;
  readonly access: Access;
  readonly print: Printer;
  /** Aborted by the first Ctrl+C or SIGTERM. */
  readonly stopping: AbortSignal;
  /** The words after those of a raw command. */
  readonly raw: readonly string[];
}

/** One command. Help, completion and docs/reference/cli.md are made from it, so that they cannot differ from what it does. */
export interface Command {
  readonly words: readonly string[];
  readonly about: PlainText;
  /** Further help, a paragraph each. */
  readonly notes?: readonly PlainText[];
  /** The words of a command line that works as it stands, without `holdfast`. */
  readonly example?: string;
  readonly operands: readonly Operand[];
  readonly options: Readonly<Record<string, Option>>;
  /** Returns the exit code; nothing is 0. */
  readonly run: (context: Context, input: Input) => Promise<number | undefined> | Promise<void>;
  /** Takes everything after its words unread, for another program. */
  readonly isRaw?: boolean;
  /** Exit code of wrong use, for commands whose exit code a monitor reads. */
  readonly usageCode?: number;
}

export const limitOption: Readonly<Record<'limit', Option>> = {
  limit: { type: 'string', value: 'N', about: 'at_most_this_many_default_1000' },
};

export const timeForms = 'time_forms';

export const limitOf = (input: Input): number => input.integer('limit', 1) ?? 1_000;

export function usageOf({ words, operands, options, isRaw }: Command): string {
  const shownOperands = operands.map(({ name, isOptional, isMany }) => {
    const text = `${name}${isMany ? ' …' : ''}`;
    return isOptional ? `[${text}]` : text;
  });
  const shownOptions = Object.entries(options).map(([name, option]) => {
    const again = option.multiple ? ' …' : '';
    return `[--${name}${option.type === 'string' ? ` ${option.value ?? 'TEXT'}` : ''}${again}]`;
  });
  return [...words, ...shownOperands, ...shownOptions, ...(isRaw ? ['…'] : [])].join(' ');
}
