import type { Command } from '../command.ts';
import type { Shell } from '../completion-script.ts';
import { completionScript } from '../completion-script.ts';

export function completion(commands: () => readonly Command[]): Command {
  return {
    words: ['completion'],
    about: 'a_script_that_completes_commands',
    notes: ['it_completes_holdfast_on_the_path'],
    operands: [{ name: 'SHELL', choices: ['bash', 'zsh'] }],
    options: {},
    async run({ print }, input) {
      print.line(completionScript(input.operands[0] as Shell, commands()));
    },
  };
}
