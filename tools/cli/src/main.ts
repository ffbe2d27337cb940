import { nearestWord } from '@holdfast/shared/contracts/nearest-word.ts';
import { ConfigError } from '@holdfast/shared/runtime/config.ts';
import packageJson from '../package.json' with { type: 'json' };
import { type Access, accessOf } from './access.ts';
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { apiUrl, cliConfig, spokenLanguage, userOfMachine } from './config.ts';
import { exitCodes } from './exit-codes.ts';
import { helpOf, overview } from './help-text.ts';
import { plainText } from './output/plain-text.ts';
import { Printer } from './output/printer.ts';
import { findCommand, parseCommandLine, wordsOf } from './parse-command-line.ts';
import { say, speak } from './words/say.ts';

/** Explains words with which no command begins: what is wrong with them, and what was probably meant. */
function unknownCommand(commands: readonly Command[], args: readonly string[]): string {
  const [group = '', ...further] = args;
  const below = commands.filter(({ words }) => words[0] === group);
  if (below.length > 0 && further.length === 0) {
    const second = below.map(({ words }) => words[1]).join(', ');
    return say('is_the_first_word_of_several', {
      group,
      second,
    });
  }
  // No command has more than two words: later ones are operands.
  const text = args.slice(0, 2).join(' ');
  const all = commands.map(({ words }) => words.join(' '));
  const nearest =
    nearestWord(text, all) ??
    nearestWord(group, all) ??
    nearestWord(group, [...new Set(commands.map(({ words }) => words[0] ?? ''))]);
  return nearest === undefined
    ? say('there_is_no_command', { said: text })
    : say('there_is_no_command_did_you', { said: text, nearest });
}

async function main(words: readonly string[]): Promise<number> {
  const args = words[0] === 'help' ? [...words.slice(1), '--help'] : words;
  const command = findCommand(commands, args);
  if (!command) return withoutCommand(args);
  const { input, raw } = parseCommandLine(command, args);
  if (input.has('help')) return show(helpOf(command));

  const print = new Printer({
    json: input.has('json'),
    table: input.has('table'),
    out: process.stdout,
    err: process.stderr,
  });
  const access = await accessFor(command, input.text('url'), print.asJson);
  const code = await command.run(
    { api: access.api, access, print, stopping: stoppingSignal(command), raw },
    input,
  );
  return code ?? exitCodes.ok;
}

async function accessFor(
  { usageCode, isRaw }: Command,
  givenUrl: string | undefined,
  asJson: boolean,
): Promise<Access> {
  try {
    const checked = givenUrl === undefined ? undefined : apiUrl.safeParse(givenUrl);
    if (checked?.error) {
      throw new CliError(`--url ${checked.error.issues[0]?.message}`, exitCodes.usage);
    }
    const config = cliConfig();
    // Output for programs and monitors does not depend on the language.
    const language = asJson || usageCode !== undefined ? 'en' : config.HOLDFAST_LANG;
    return await accessOf(config, { givenUrl, user: userOfMachine(), asksApi: !isRaw, language });
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(error.message, usageCode ?? exitCodes.usage);
    // A monitor reads this exit code.
    if (error instanceof CliError && usageCode !== undefined) throw new CliError(error.message, usageCode);
    throw error;
  }
}

function withoutCommand(args: readonly string[]): number {
  const words = wordsOf(commands, args);
  const group = words.slice(0, 1);
  const isGroup = commands.some((command) => command.words[0] === group[0]);
  const isHelp = args.some((arg) => arg === '--help' || arg === '-h');
  if (words.length === 0 && args.includes('--version')) return show(packageJson.version);
  if (isHelp && (words.length === 0 || (isGroup && words.length === 1)))
    return show(overview(commands, group));
  if (words.length > 0) process.stderr.write(`${plainText(unknownCommand(commands, words))}\n`);
  // After a typing error the list of all commands would only hide the message.
  const isMistyped = words.length > 0 && !isGroup;
  const further = isMistyped ? say('all_commands_holdfast_help') : overview(commands, group);
  process.stderr.write(`${further}\n`);
  return exitCodes.usage;
}

function show(text: string): number {
  process.stdout.write(`${text}\n`);
  return exitCodes.ok;
}

/** Aborted by a signal. Only commands that run until stopped end in good order; others end at once, as users expect. */
function stoppingSignal({ words }: Command): AbortSignal {
  const stopping = new AbortController();
  if (words.at(-1) !== 'watch') return stopping.signal;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

// The reader may stop reading: `holdfast sessions list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

speak(spokenLanguage());
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
