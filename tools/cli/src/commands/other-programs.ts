import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type PlainText, say } from '../words/say.ts';

const backup = new URL('../../../backup/src/main.ts', import.meta.url);
const verify = new URL('../../../../test/verify/main.ts', import.meta.url);

/** Programs that work on streams and database themselves, and so need their addresses. */
export const otherPrograms: readonly Command[] = [
  program('backup', 'backs_up_event_log_configuration', backup, ['backup']),
  program('restore', 'restores_a_backup_into_an_empty', backup, ['restore']),
  program('verify', 'checks_recorded_data_was_anything_lost', verify),
];

function program(word: string, about: PlainText, file: URL, args: readonly string[] = []): Command {
  return {
    words: [word],
    about,
    operands: [],
    options: {},
    isRaw: true,
    run: ({ raw }) => {
      const path = fileURLToPath(file);
      if (!existsSync(path)) {
        throw new CliError(say('is_not_part_of_this_image', { word }), exitCodes.refused);
      }
      return runProgram([path, ...args, ...raw]);
    },
  };
}

/** @returns the exit code of the program, 128 + n when a signal n ended it */
async function runProgram(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...args], { stdio: 'inherit' });
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  // The terminal has sent Ctrl+C to the child as well.
  const wait = () => {};
  process.on('SIGTERM', passOn);
  process.on('SIGINT', wait);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal ?? 'SIGTERM'];
  } finally {
    process.off('SIGTERM', passOn);
    process.off('SIGINT', wait);
  }
}
